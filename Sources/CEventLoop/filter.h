// The types that a subscriber asked for. Shared with the batches that were laid out for it.
//
// Threads    One loop's.
// Ownership  Counted: el_filter_new gives one reference.
#ifndef EL_FILTER_H
#define EL_FILTER_H
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

typedef struct el_filter el_filter;

el_filter *el_filter_new(const el_slice *types, size_t count);  // NULL: out of memory
el_filter *el_filter_retain(el_filter *filter);                 // takes NULL too, as all of these: no filter
void el_filter_release(el_filter *filter);
bool el_filter_passes(const el_filter *filter, const el_frame *frame);
bool el_filter_equals(const el_filter *one, const el_filter *other);  // the same types in the same order
#endif
