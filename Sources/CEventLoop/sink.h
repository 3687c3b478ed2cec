// Where a subscriber's bytes go: one verb, and the two ways it ends. A TCP or unix socket (connection.c) is one; the
// tests have one in memory; TLS and HTTP/2 would be others.
//
// Threads    The loop's.
// Ownership  The sink outlives its subscriber; the subscriber never frees it. After `end` or `drop` the subscriber is
//            freed by the shelf and never touches the sink again.
#ifndef EL_SINK_H
#define EL_SINK_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

typedef struct el_sink el_sink;

typedef enum { EL_DROP_STALLED, EL_DROP_PINNED, EL_DROP_MEMORY } el_drop_reason;

typedef struct {
    // Take as many bytes as there is room for, now; returns how many. Fewer than offered: the sink is blocked, and
    // calls el_subscriber_room when there is room again. A broken sink takes all and says so later, by
    // el_subscriber_leave from the loop (never from within offer).
    size_t (*offer)(el_sink *sink, const struct iovec *slices, int count);
    // All was taken; finish the stream in good order.
    void (*end)(el_sink *sink);
    // Cut it off.
    void (*drop)(el_sink *sink, el_drop_reason reason);
} el_sink_verbs;

struct el_sink {
    const el_sink_verbs *verbs;
};
#endif
