// The core: what all loops share - the append lock, the one order, the channels - and nothing that is needed to deliver.
//
// Threads    `lock` guards what is said to be under it. Everything else is set in el_core_new or atomic.
#ifndef EL_CORE_H
#define EL_CORE_H
#include <pthread.h>
#include <stdatomic.h>

#include "frame_body.h"
#include "predicate.h"
#include "shelf.h"

struct el_core {
    el_core_events events;
    char epoch[EL_EPOCH_LENGTH];
    uint64_t pinned_limit;
    uint64_t mailbox_events;
    uint64_t mailbox_bytes;
    uint32_t loops;

    pthread_mutex_t lock;
    pthread_cond_t closed;    // a loop has let go of a channel
    uint64_t number;          // under lock, as all down to `channels`: the last that was given
    int64_t time;             // of the last append
    el_frame *last;           // appended; alive as long as any mailbox has something
    bool somebody_waits;      // was told that there is no room
    bool running;             // the loops' threads are there to empty their mailboxes
    el_channel *channels;

    // What was ever put into every mailbox. What one holds is this less what it has taken.
    _Atomic uint64_t posted_events;
    _Atomic uint64_t posted_bytes;
    _Atomic uint64_t appended;
    _Atomic uint64_t wakes;
    _Atomic uint64_t pinned_bytes;
    _Atomic uint64_t ended_predicates;  // ever
    el_shelf *shelves[];
};

struct el_channel {
    el_core *core;
    el_channel_settings settings;
    el_channel *previous, *next;  // under the core's lock
    uint32_t let_go;              // under the core's lock: loops that have closed their view
    uint64_t predicates_version;  // under the core's lock: how many there ever were
    struct el_predicate *predicates[EL_PREDICATES_MAX];  // under the core's lock, by slot
    el_frame *closing;            // goes through the mailboxes when the channel is closed; made when it is opened
    _Atomic uint64_t appended;
    struct el_view *views[];      // one a loop, each touched by that loop alone but for its counters
};

void el_channel_free(el_channel *channel);
bool el_core_fits(const el_core *core);  // all mailboxes are below their soft limits; exact under the lock
void el_core_wake_all(el_core *core);
void el_core_close(el_core *core, el_channel *channel);  // returns when no loop knows it any more

// A figure that one thread writes and any thread reads: without the bus lock of an atomic addition.
static inline void el_count(_Atomic uint64_t *counter, uint64_t more) {
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + more, memory_order_relaxed);
}
static inline uint64_t el_read(const _Atomic uint64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}
static inline void el_set(_Atomic uint64_t *counter, uint64_t value) {
    atomic_store_explicit(counter, value, memory_order_relaxed);
}
#endif
