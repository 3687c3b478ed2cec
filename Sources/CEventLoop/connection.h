// One accepted socket, from accept to close.
//
//              bytes          head complete         el_respond            all written
//     ┌─ IDLE ──────→ HEAD ──────────────→ ASKED ──────────→ WRITING ──────────────────┐
//     │                                    │ ↑ │ el_subscribe                          │ close? ─→ LINGER ─→ closed
//     │                         want_body  ↓ │ └─────────────→ STREAM ── end ──→ WRITING ─→ LINGER
//     └───────────────────── DISCARD ←──  BODY          the rest of an unread body, bounded: DISCARD ──→ IDLE
//
// A body in pieces goes from BODY to ASKED and back with each of them, and stays in ASKED while there is no room.
// A request is held from HEAD to the end of WRITING or DISCARD; IDLE, STREAM and LINGER hold none. Reading pauses in
// ASKED and WRITING: what was read beyond is put `ahead`, and is looked at before the socket is. LINGER: our side is shut
// down; reading on until the peer closes too, because close() with unread input would reset the connection and destroy
// the last bytes of the answer. A connection may also be closed at once from every state.
//
// Threads    The loop's.
// Ownership  Owned by the loop (its list). An el_request, el_output and what is ahead belong to it; its subscriber
//            belongs to the shelf, and is told of the end by el_subscriber_leave. Freed at the end of the loop's iteration
//            (el_loop_bury), so a pointer stays good until then.
// Memory     A subscriber costs this struct and an el_subscriber; nothing else is allocated for it.
#ifndef EL_CONNECTION_H
#define EL_CONNECTION_H
#include "hub_parts.h"
#include "listener.h"
#include "output.h"

typedef enum {
    EL_STATE_IDLE, EL_STATE_HEAD, EL_STATE_ASKED, EL_STATE_BODY, EL_STATE_WRITING, EL_STATE_DISCARD, EL_STATE_STREAM,
    EL_STATE_LINGER, EL_STATE_CLOSED,
} el_state;

// Read, but not yet looked at.
typedef struct {
    size_t offset, length;
    char bytes[];
} el_ahead;

struct el_connection {
    el_wheel_entry timer;
    el_connection *next, *previous, *next_broken;  // `next`: of the loop's connections, or of its dead ones
    el_loop *loop;
    el_sink sink;          // a subscriber's view of this
    el_request *request;
    el_subscriber *subscriber;
    el_output *output;
    el_ahead *ahead;
    uint64_t since;        // uv_now when the state was entered, or WRITING and STREAM last made progress
    uint32_t thrown_away;  // bytes read in STREAM or LINGER
    int fd;
    uint8_t state;
    uint8_t watched;       // of EPOLLIN | EPOLLOUT
    bool closes : 1;       // after the answer under way
    bool is_last : 1;      // accepted beyond the limit
    bool is_loopback : 1;
    bool is_unix : 1;
    bool is_chunked : 1;   // the stream
    bool is_blocked : 1;   // the stream: the socket has no room
    bool is_broken : 1;    // writing failed; closed as soon as nobody looks at it
};

// Takes the descriptor over. It is already counted in hub->open.
void el_connection_open(el_loop *loop, int fd, bool is_loopback, bool is_unix);
// At once. `reset`: what has not been sent is thrown away by the kernel too.
void el_connection_close(el_connection *connection, bool reset);
void el_connection_due(el_wheel_entry *entry, uint64_t now);  // some deadline of it may have passed
void el_connection_ready(void *connection, uint32_t events);  // see el_watch_open
// The hub ends: closes if nothing is under way.
void el_connection_finish(el_connection *connection);

// reading.c: what the socket has, a bounded number of bytes in a turn.
void el_connection_read(el_connection *connection);
// The request under way is over: its memory goes back to the pool.
void el_connection_recycle(el_connection *connection);

// For the answers. Writes, or keeps what the socket does not take; failing marks the connection broken.
void el_connection_send(el_connection *connection, const struct iovec *slices, int count, int flags);
void el_connection_enter(el_connection *connection, el_state state);
// An answer is complete but for its output: on to the next request, or to the end.
void el_connection_answered(el_connection *connection);
// The same from outside of reading: and looks at what is ahead, and at what to wait for.
void el_connection_resume(el_connection *connection);
// Waits for what its state asks for. Ends every turn of work on a connection.
void el_connection_rest(el_connection *connection);
// The subscriber has to leave, but not from within its own write.
void el_connection_break(el_connection *connection);
void el_connection_linger(el_connection *connection);

// stream.c
extern const el_sink_verbs el_connection_verbs;
void el_stream_room(el_connection *connection);
uint64_t el_stream_deadline(const el_connection *connection);  // UINT64_MAX: none
void el_stream_due(el_connection *connection);

// The rest of an early answered body that is read and thrown away, rather than closing the connection.
#define EL_DISCARD_MAX 65536
#endif
