// A list: frames in ascending order of their numbers, added at one end and forgotten at the other. A ring:
//
//     sequence   first            first + count
//                  ↓                  ↓
//          … gone │ 17 │ 21 │ 22 │ 40 │ (the next)         numbers ascend with holes: other channels have the rest
//
// Every frame that was ever added has a sequence of its own in the list, and keeps it. So a place in a list is one
// number, and how many frames between two places have gone is a subtraction.
//
// Threads    One loop's.
// Ownership  Borrows its frames: the view (view.h) has one reference for all the lists that a frame is in.
// Errors     el_list_reserve fails without memory; the caller then forgets the oldest to make room: there is always
//            room for one.
#ifndef EL_LIST_H
#define EL_LIST_H
#include <stdbool.h>
#include <stdint.h>

#include "frame_body.h"

typedef struct {
    el_frame **ring;   // NULL: `single` is the ring. Most subjects never need more
    el_frame *single;
    uint32_t capacity;  // of the ring, a power of two
    uint32_t count;
    uint64_t first;
    uint64_t gone;      // number of the last frame that has gone; 0: none
    int64_t gone_time;  // and when it was accepted
} el_list;

// For a list that takes the place of one that was given up: `gone` is what that had lost.
void el_list_init(el_list *list, uint64_t gone, int64_t gone_time);
void el_list_free(el_list *list);
bool el_list_reserve(el_list *list);  // room for one more
void el_list_push(el_list *list, el_frame *frame);
el_frame *el_list_pop(el_list *list);  // the oldest; not noted as gone
void el_list_note_gone(el_list *list, uint64_t number, int64_t time);

el_frame *el_list_at(const el_list *list, uint64_t sequence);
el_frame *el_list_oldest(const el_list *list);  // NULL: empty
el_frame *el_list_newest(const el_list *list);  // NULL: empty
static inline uint64_t el_list_end(const el_list *list) { return list->first + list->count; }
// The sequence of the first frame above a number, or accepted at or after a time; el_list_end if there is none.
uint64_t el_list_after(const el_list *list, uint64_t number);
uint64_t el_list_since(const el_list *list, int64_t time);
// The highest number up to and including `number` that the list has or had, as far as it knows; 0: none.
uint64_t el_list_last_until(const el_list *list, uint64_t number);
#endif
