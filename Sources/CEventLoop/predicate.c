#include "predicate.h"

#include <stdlib.h>

#include "predicate_body.h"
#include "reader.h"
#include "shelf_body.h"

el_predicate_result el_predicate_new(el_channel *channel, void *context, void (*release)(void *context),
                                     el_predicate **made) {
    el_core *core = channel->core;
    el_predicate *predicate = calloc(1, sizeof *predicate + core->loops * sizeof(bool));
    if (predicate == NULL) return EL_PREDICATE_NO_MEMORY;
    predicate->core = core;
    predicate->of = channel;
    predicate->context = context;
    predicate->release = release;
    atomic_init(&predicate->references, 1);
    pthread_mutex_lock(&core->lock);
    uint32_t slot = 0;
    while (slot < EL_PREDICATES_MAX && channel->predicates[slot] != NULL) slot++;
    if (slot < EL_PREDICATES_MAX) {
        channel->predicates[slot] = predicate;
        predicate->channel = channel;
        predicate->slot = slot;
        predicate->version = ++channel->predicates_version;
        predicate->number = core->number;
    }
    pthread_mutex_unlock(&core->lock);
    if (slot == EL_PREDICATES_MAX) {
        free(predicate);
        return EL_PREDICATE_NO_SLOT;
    }
    *made = predicate;
    return EL_PREDICATE_MADE;
}

bool el_predicate_retain(el_predicate *predicate) {
    uint64_t references = atomic_load_explicit(&predicate->references, memory_order_relaxed);
    while (references > 0)
        if (atomic_compare_exchange_weak_explicit(&predicate->references, &references, references + 1,
                                                  memory_order_relaxed, memory_order_relaxed))
            return true;
    return false;
}

void el_predicate_release(el_predicate *predicate) {
    if (atomic_fetch_sub_explicit(&predicate->references, 1, memory_order_acq_rel) > 1) return;
    pthread_mutex_lock(&predicate->core->lock);
    if (predicate->channel != NULL) predicate->channel->predicates[predicate->slot] = NULL;
    pthread_mutex_unlock(&predicate->core->lock);
    if (predicate->release != NULL) predicate->release(predicate->context);
    free(predicate);
}

uint32_t el_predicate_slot(const el_predicate *predicate) { return predicate->slot; }
uint64_t el_predicate_version(const el_predicate *predicate) { return predicate->version; }

// The flag first: a loop that sees the count sees the flag too, and who joins after its loop has looked is refused.
void el_predicate_end(el_predicate *predicate) {
    if (atomic_exchange(&predicate->ended, true)) return;
    atomic_fetch_add(&predicate->core->ended_predicates, 1);
    el_core_wake_all(predicate->core);
}

bool el_predicate_is_ready(const el_predicate *predicate, uint32_t loop) {
    return predicate->ready[loop] && !atomic_load(&predicate->ended);
}

// NULL: the channel is being closed. Else it stays until this loop, which is the caller's, has drained its mailbox.
static el_channel *open_channel(el_predicate *predicate) {
    pthread_mutex_lock(&predicate->core->lock);
    el_channel *channel = predicate->channel;
    pthread_mutex_unlock(&predicate->core->lock);
    return channel;
}

size_t el_predicate_collect(el_predicate *predicate, uint32_t loop, uint64_t *after, el_frame **frames,
                            size_t capacity, size_t bytes) {
    el_channel *channel = open_channel(predicate);
    if (channel == NULL) return 0;
    el_view *view = channel->views[loop];
    // All frames up to `number` have to be in the lists before the first look at them.
    if (*after == 0) el_shelf_drain(view->shelf);
    el_reader reader = {.count = 0};
    el_reader_add(&reader, (el_feed){view, NULL}, 0, *after);
    size_t count = 0, sum = 0;
    int feed = 0;
    for (el_frame *frame; count < capacity && sum < bytes && (frame = el_reader_peek(&reader, &feed)) != NULL;) {
        if (frame->number > predicate->number) break;
        el_frame_retain(frame);
        frames[count++] = frame;
        sum += el_frame_cost(frame);
        *after = frame->number;
        el_reader_skip(&reader);
    }
    if (count == 0) predicate->ready[loop] = true;
    return count;
}

void el_predicate_decide(const el_predicate *predicate, el_frame *frame, bool is_true) {
    uint64_t bit = (uint64_t)1 << predicate->slot;
    if (is_true) atomic_fetch_or_explicit(&frame->truths, bit, memory_order_relaxed);
    else atomic_fetch_and_explicit(&frame->truths, ~bit, memory_order_relaxed);
    el_frame_release(frame, &predicate->core->pinned_bytes);
}

void el_channel_disown_predicates(el_channel *channel) {
    for (uint32_t slot = 0; slot < EL_PREDICATES_MAX; slot++) {
        if (channel->predicates[slot] != NULL) channel->predicates[slot]->channel = NULL;
        channel->predicates[slot] = NULL;
    }
}
