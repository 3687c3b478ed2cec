// What a subscriber asked for beyond its parts: types, and predicates. Shared with the batches that were laid out for it.
//
// Threads    One loop's.
// Ownership  Counted: el_filter_new gives one reference. It has one to each of its predicates.
#ifndef EL_FILTER_H
#define EL_FILTER_H
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "predicate.h"
#include "subscription.h"

typedef struct el_filter el_filter;

// Of one of the types, if there are any; and true for the predicate of its channel, if there is one.
el_filter *el_filter_new(const el_subscription *subscription);  // NULL: out of memory
el_filter *el_filter_retain(el_filter *filter);                 // takes NULL too, as all of these: no filter
void el_filter_release(el_filter *filter);
bool el_filter_passes(const el_filter *filter, const el_frame *frame);
bool el_filter_equals(const el_filter *one, const el_filter *other);  // the same, in the same order
bool el_filter_has_ended(const el_filter *filter);                    // one of its predicates has (el_predicate_end)
#endif
