// One event loop on its own thread, with its listeners, connections, deadlines, and its shelf of the hub's channels.
//
//     an iteration   timers (deadlines, expiry) → sockets (requests are answered, subscribers' room) → inbox
//                    → check: drain the mailbox into the lists, deliver, close what broke → sleep, unless there is more
//
// Threads    The loop's own; before its thread starts, the starting one. `inbox` and `counters` from any.
// Ownership  The hub owns its loops; a loop owns its listeners and connections.
#ifndef EL_LOOP_H
#define EL_LOOP_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "exchange.h"
#include "inbox.h"
#include "shelf.h"
#include "watch.h"
#include "wheel.h"

#define EL_READ_SIZE 65536
#define EL_POOL_MAX 16
#define EL_DATE_SIZE 40

typedef struct el_listener el_listener;

// Written by the loop alone, read by anybody.
typedef struct {
    atomic_uint_fast64_t accepted, refused, requests, malformed, stalled, timeouts, writes, written_bytes;
} el_loop_counters;

typedef struct el_loop {
    uv_loop_t uv;
    uv_async_t async;
    uv_check_t check;
    uv_idle_t busy;        // active: do not sleep, there is more to deliver
    el_watch watch;        // of all connections' sockets
    uv_timer_t turn;       // the wheel's, active while it has entries
    uv_timer_t expiry;     // once a second, active while anything kept has an age
    uv_timer_t linger;     // active while anything waits for more before it is written
    pthread_t thread;
    bool has_thread;
    uint32_t index;
    el_hub *hub;
    el_shelf *shelf;
    el_inbox *inbox;
    el_wheel wheel;
    el_listener *listeners;
    el_connection *connections;  // all of them
    el_connection *broken;       // to be closed at the end of this iteration
    el_connection *dead;         // closed, to be freed then
    el_request *parked, **parked_end;  // wait for room in the mailboxes, in their order; where the next goes
    size_t parked_count;
    el_request *pool;
    unsigned pool_count;
    bool finishing, stopping;
    bool is_expired;       // this iteration found nothing left that could expire
    int64_t wall;          // ms since 1970; never runs backwards
    uint64_t wall_turn;    // of which uv_now it is
    int64_t date_second;
    char date[EL_DATE_SIZE];  // `Date: …` CR LF of that second
    el_loop_counters counters;
    char buffer[EL_READ_SIZE];  // of whatever is read from a socket just now
} el_loop;

// Sets up the loop's handles, not yet its thread.
bool el_loop_open(el_loop *loop, el_hub *hub, uint32_t index, el_shelf *shelf, char *error);
bool el_loop_start(el_loop *loop, char *error);
// After EL_FLAG_STOP has been raised: waits for the thread (or, where there was none, runs to the end here).
void el_loop_join(el_loop *loop);

int64_t el_loop_wall(el_loop *loop);
const char *el_loop_date(el_loop *loop);
// If the caller is this loop's own thread, which needs no call to wake it: its iteration will not end asleep. Else false.
bool el_loop_stay_awake(el_loop *loop);
void el_loop_drain(el_loop *loop);  // the mailbox into the lists: before anything is answered
// Calls el_connection_due at the deadline (ms of uv_now) or soon after it.
void el_loop_arm(el_loop *loop, el_wheel_entry *entry, uint64_t deadline);
// Closes the connections that broke within a subscriber's write, and frees those that are closed.
void el_loop_bury(el_loop *loop);
// For a request that begins with these bytes: from the pool one that has had the same head, or an empty one. NULL: out of
// memory.
el_request *el_loop_request(el_loop *loop, el_slice bytes, bool is_loopback);
void el_loop_recycle(el_loop *loop, el_request *request);

// A counter's only writer is its loop: no locked instruction is needed.
static inline void el_tally(atomic_uint_fast64_t *counter, uint64_t more) {
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + more, memory_order_relaxed);
}
#endif
