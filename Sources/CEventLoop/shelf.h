// A shelf: what one loop has of all channels - lists of references to frames - and its subscribers' places in them.
//
//     el_append ─→ mailbox ─→ el_shelf_drain: into the lists ─→ el_shelf_deliver: "send what lies after the cursor"
//                                                                 ↑ el_subscriber_join      ↑ el_subscriber_room
//
// Knows frames, numbers and sinks; no libuv, no HTTP but for the chunk around a frame.
//
// Threads    All on the loop's thread, but el_core_new/free (before and after the loops) and what channel.h says.
// Ownership  The core owns the shelves and channels. A subscriber is owned by its shelf; its sink by the connection.
//
// A loop calls, in this order: once an iteration after its sockets were read, and before it answers a request,
// el_shelf_drain; then once an iteration el_shelf_deliver.
#ifndef EL_SHELF_H
#define EL_SHELF_H
#include <stdbool.h>
#include <stdint.h>

#include "hub.h"
#include "sink.h"
#include "subscription.h"

typedef struct el_core el_core;    // append lock, numbers, epoch, channels, one shelf a loop
typedef struct el_shelf el_shelf;
typedef struct el_subscriber el_subscriber;

typedef struct {
    void *context;
    void (*wake)(void *context, uint32_t loop);  // from any thread, after the append lock is released, coalesced:
                                                 // not again before that loop's next el_shelf_drain
    void (*room)(void *context);                 // el_handler.on_room
    size_t (*render)(void *context, const el_frame *frame, char **text);
} el_core_events;

el_core *el_core_new(const el_hub_settings *settings, const el_core_events *events);
void el_core_free(el_core *core);
el_shelf *el_core_shelf(el_core *core, uint32_t loop);
// Whether the loops' threads run: el_channel_close waits for them, or does their work itself. True before the first of
// them starts, false after the last has ended.
void el_core_set_running(el_core *core, bool running);
el_core *el_hub_core(const el_hub *hub);  // hub.c
// channel.h, without the hub around it. Closing a channel asks every loop by its mailbox and waits for them
// (all their threads must be running, or none).
el_channel *el_core_open(el_core *core, const el_channel_settings *settings);
el_append_result el_core_append(el_core *core, const el_appendix *items, size_t count);
bool el_core_has_room(el_core *core);

// Empties the mailbox into the lists, forgets what is beyond `keep`, and marks who is concerned. `now`: ms since 1970.
// Over pinned_limit, here and in el_shelf_expire, blocked subscribers are dropped.
void el_shelf_drain(el_shelf *shelf);
// Marks those concerned by frames that have waited for more as long as their channels linger. `now` and the result: ms of
// one monotonic clock; call again at the result, UINT64_MAX being never.
uint64_t el_shelf_linger(el_shelf *shelf, uint64_t now);
// Writes to some of those marked, one slice (bounded bytes) each. True: there is more to do, call again after looking at
// the sockets and draining. Here, and nowhere else, channels that are being closed are let go: call it from the loop
// itself, never while a handler is on the stack.
bool el_shelf_deliver(el_shelf *shelf);
// Frames older than a channel's `keep_ms` go. The loop calls it about once a second; returns true while any channel
// with an age keeps anything (so that the timer can sleep otherwise).
bool el_shelf_expire(el_shelf *shelf, int64_t now);

// Joins, and writes the first block and what is pending (so the sink must have sent the response head). `chunked`:
// HTTP/1.1. On EL_SUBSCRIBED *joined is the subscriber, or NULL if the stream is over already (`end` or, out of memory,
// `drop` was called). Empties the mailbox once more, so that nothing falls between history and what comes.
el_subscribe_result el_subscriber_join(el_shelf *shelf, el_sink *sink, const el_subscription *subscription,
                                       bool chunked, int64_t now, el_subscriber **joined);
// What el_subscriber_join would say, without joining: EL_ENDED or EL_SUBSCRIBED. The connection asks before the head.
el_subscribe_result el_subscriber_may_join(el_shelf *shelf, const el_subscription *subscription);
// May end or drop the subscriber, as may el_subscriber_beat.
void el_subscriber_room(el_subscriber *subscriber);
void el_subscriber_leave(el_subscriber *subscriber);  // the sink is gone; frees the subscriber
void el_subscriber_beat(el_subscriber *subscriber);  // `: heartbeat`, if it is not blocked
// Every subscriber gets what is pending and then its end; those blocked when they have room.
void el_shelf_end_all(el_shelf *shelf);
void el_shelf_count(const el_shelf *shelf, el_counters *counters);  // adds its share; relaxed reads, any thread
#endif
