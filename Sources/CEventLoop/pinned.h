// The last frames of subjects that `keep` has let go of, in ascending order of their numbers (el_channel_settings.
// latest_subjects). One that is taken out of the middle, because its subject has a newer frame, leaves its number
// behind; so the search by number works on, and the array is closed up when half of it are such graves.
//
//     pins   │ 3 ● │ 7 † │ 9 ● │ 12 † │ 13 ● │      then, with higher numbers only, the list of all
//
// Threads    One loop's.
// Ownership  Borrows its frames, as lists do.
// Errors     el_pinned_push is false without memory.
#ifndef EL_PINNED_H
#define EL_PINNED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_body.h"

typedef struct {
    uint64_t number;
    el_frame *frame;  // NULL: taken out
} el_pin;

typedef struct {
    el_pin *pins;
    size_t count;  // graves included
    size_t capacity;
    size_t live;
    size_t oldest;     // nothing lives before this index
    uint64_t removed;  // how many were ever taken out
} el_pinned;

void el_pinned_free(el_pinned *pinned);
bool el_pinned_push(el_pinned *pinned, el_frame *frame);
void el_pinned_remove(el_pinned *pinned, uint64_t number);
el_frame *el_pinned_oldest(el_pinned *pinned);  // NULL: empty
// The index of the first pin above a number (perhaps a grave), or accepted at or after a time; `count`: none.
size_t el_pinned_after(const el_pinned *pinned, uint64_t number);
uint64_t el_pinned_live_after(const el_pinned *pinned, uint64_t number);  // how many; walks over them
#endif
