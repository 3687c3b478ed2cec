// What a predicate is made of.
//
// Threads    `channel` is under the append lock; `ready` belongs to each loop by its index; the rest is set when the
//            predicate is made, or atomic.
#ifndef EL_PREDICATE_BODY_H
#define EL_PREDICATE_BODY_H
#include "core.h"
#include "predicate.h"

struct el_predicate {
    _Atomic uint64_t references;
    el_core *core;
    const el_channel *of;  // only to be compared: it may be gone
    el_channel *channel;   // NULL: closed
    uint64_t version;
    uint64_t number;  // the last that the core had given: frames up to there are for a pass
    uint32_t slot;
    atomic_bool ended;
    void *context;
    void (*release)(void *context);
    bool ready[];  // by loop
};

// The value for a frame of its channel.
static inline bool el_predicate_is_true(const el_predicate *predicate, const el_frame *frame) {
    return atomic_load_explicit(&frame->truths, memory_order_relaxed) >> predicate->slot & 1;
}
// The channel is closing; under the append lock.
void el_channel_disown_predicates(el_channel *channel);
#endif
