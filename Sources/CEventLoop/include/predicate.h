// A predicate: a condition over the events of one channel that its subscribers share. Its value for a frame is one bit
// in that frame; whoever follows with it skips the frames where that is 0.
//
//     frame    … 41   42   43 │ 44   45 …
//     bit 3       0    1    0 │  1    0
//          what was kept when │ what came after el_predicate_new: worked out
//          it was made: a     │ by who appends, and handed over with the frame
//          pass over each     │ (el_appendix.truths)
//          loop's lists       │
//
// The caller knows what the condition means; here it is a slot, 0 to EL_PREDICATES_MAX - 1, and these rules:
//
// - A channel's set of predicates has a version, which grows when one is made. An appendix says as of which version its
//   bits are; el_append refuses an older set (EL_STALE), so no frame gets past a predicate unevaluated.
// - What a loop kept before is brought up to date in slices: collect on the loop's thread, decide anywhere, again until
//   nothing is left. Then the predicate is ready on that loop, for as long as it lives.
// - A slot is given away again when the last reference has gone. Its old bits stay in the frames and mean nothing: the
//   next owner writes all of them before it is ready.
//
// Threads    el_predicate_collect and el_predicate_is_ready: the loop's own. Everything else: any.
// Ownership  Counted: el_predicate_new gives one reference, a subscription takes one of its own (per stream). All must
//            be given back before el_hub_free. When the last goes, `release` is called with the context, once, on
//            whatever thread that was; the predicate is gone when it returns.
// Errors     el_predicate_new says which: no slot is free, or no memory.
#ifndef EL_PREDICATE_H
#define EL_PREDICATE_H
#include "channel.h"

#define EL_PREDICATES_MAX 64  // of one channel

typedef struct el_predicate el_predicate;

typedef enum { EL_PREDICATE_MADE, EL_PREDICATE_NO_SLOT, EL_PREDICATE_NO_MEMORY } el_predicate_result;

el_predicate_result el_predicate_new(el_channel *channel, void *context, void (*release)(void *context),
                                     el_predicate **predicate);
// False: the last reference has gone, and with it, soon, the predicate. Only for who knows that `release` has not
// returned yet.
bool el_predicate_retain(el_predicate *predicate);
void el_predicate_release(el_predicate *predicate);

uint32_t el_predicate_slot(const el_predicate *predicate);
uint64_t el_predicate_version(const el_predicate *predicate);  // of the channel's set, from which on it belongs to it

// Nobody may follow with it any more. Its streams get what is pending, a comment that says why, a long `retry:`, and
// their end.
void el_predicate_end(el_predicate *predicate);

bool el_predicate_is_ready(const el_predicate *predicate, uint32_t loop);
// The next frames that the loop kept when the predicate was made, at most `capacity` of them, and about `bytes` bytes,
// each with a reference. `*after`: 0 at first, then as it was left. None: the predicate is ready on this loop.
size_t el_predicate_collect(el_predicate *predicate, uint32_t loop, uint64_t *after, el_frame **frames,
                            size_t capacity, size_t bytes);
// The value for a frame that was collected; gives the frame's reference back.
void el_predicate_decide(const el_predicate *predicate, el_frame *frame, bool is_true);
#endif
