// The hub: N event-loop threads, each with its own listeners, connections and lists, and one order over all.
//
// Threads    el_hub_new … el_hub_start and el_hub_finish, el_hub_free: from one thread that is no loop's, in that
//            order. el_hub_counters, el_hub_call: from any thread. The handler's functions are called on the loops' threads, several
//            at once; they must not block.
// Ownership  The hub owns its channels. The handler's context must outlive el_hub_free. SIGPIPE is ignored from
//            el_hub_new on.
// Errors     Functions that can fail return false (or NULL) and write one sentence into `error`, always
//            NUL-terminated, that names what failed and on what ("cannot listen on 127.0.0.1:80: permission denied").
//            Out of memory while serving costs that connection, never the process; while starting it is an error.
#ifndef EL_HUB_H
#define EL_HUB_H
#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

typedef struct el_hub el_hub;
typedef struct el_frame el_frame;
typedef struct el_request el_request;

#define EL_ERROR_SIZE 512
#define EL_EPOCH_LENGTH 8  // the run of this hub, the first part of every position: `a-z0-9`

// Times in milliseconds, sizes in bytes. Every field must be set.
typedef struct {
    uint32_t loops;                // 1 to 64
    char epoch[EL_EPOCH_LENGTH];   // different for every run
    uint32_t connections;          // all loops together; what comes beyond is served once and closed, see request.h
    uint32_t header_limit;         // of a request's head
    uint32_t head_time;            // from a request's first byte to the end of its head
    uint32_t body_time;            // for its body
    uint32_t idle_time;            // between two requests, and before the first
    uint32_t stall_time;           // a peer that takes none of what is pending
    uint32_t send_buffer;          // SO_SNDBUF of a subscriber's socket
    uint64_t pinned_limit;         // frames that are kept only because blocked subscribers are half through them
    uint32_t heartbeat;            // silence on a stream after which it is sent a comment; 0: never
    uint32_t mailbox_events;       // above either, el_append says that there is no room (it never refuses)
    uint64_t mailbox_bytes;
} el_hub_settings;

typedef enum { EL_LOG_DEBUG, EL_LOG_INFO, EL_LOG_WARNING, EL_LOG_ERROR } el_log_level;

typedef struct {
    void *context;
    // A request's head is complete. Answer it (request.h, subscription.h), or ask for its body.
    void (*on_head)(void *context, el_request *request);
    // The body that was asked for is there, whole. Answer.
    void (*on_body)(void *context, el_request *request);
    // The next bytes of the body that was asked for in pieces (el_request_want_pieces), and whether they are the last.
    // Answer, which must be done with the last; or do nothing, and the next piece comes when there is room; or hold.
    void (*on_piece)(void *context, el_request *request, bool is_last);
    // Mailboxes that were full have room again. Called after el_append or el_has_room said that there was none.
    void (*on_room)(void *context);
    // Write the frame as the data of an enveloped stream: into *text, malloc'ed (the loop frees it); its length, or 0
    // for "leave this frame out". A pure function of the frame.
    size_t (*render)(void *context, const el_frame *frame, char **text);
    void (*on_log)(void *context, el_log_level level, const char *message);
} el_handler;

el_hub *el_hub_new(const el_hub_settings *settings, const el_handler *handler, char *error);

// Binds and listens, before el_hub_start. `host` is a numeric IPv4 or IPv6 address; port 0 takes one that is free for
// all loops. The port is bound once without SO_REUSEPORT first, so that one in use is an error. Returns the port, or 0.
uint16_t el_hub_listen_tcp(el_hub *hub, const char *host, uint16_t port, char *error);
// A socket file that nobody answers on is replaced; one that is answered is an error. The file is removed at the end.
bool el_hub_listen_unix(el_hub *hub, const char *path, char *error);

// What every answer has that the loops give by themselves (refusals of what is no HTTP, 413, 408): complete lines, each with
// CR LF, which are copied. Before el_hub_start. False: out of memory.
bool el_hub_set_refusal_headers(el_hub *hub, el_slice lines);

bool el_hub_start(el_hub *hub, char *error);

// Calls the function on that loop's thread, soon; or with `runs` false, if need be at once and here, when that loop is
// ending or there is no memory: then it may only clean up. Once in any case. From any thread, until el_hub_free.
void el_hub_call(el_hub *hub, uint32_t loop, void (*function)(void *context, bool runs), void *context);

// The orderly end, in this order: listeners close, after their accept queues are emptied; every stream gets what is
// pending and its end; requests under way are answered; what is idle is closed. Blocks until all connections are gone
// or `within` milliseconds have passed, then closes what is left and ends the threads. Idempotent.
void el_hub_finish(el_hub *hub, uint32_t within);
// Only the first step of it: from then on nobody new comes in, and requests are marked (el_request_is_last).
void el_hub_close_listeners(el_hub *hub);
void el_hub_free(el_hub *hub);

// Sums over all loops since the start, but where said.
typedef struct {
    uint64_t connections_accepted;
    uint64_t connections_open;     // now
    uint64_t connections_refused;  // over the limit
    uint64_t requests;
    uint64_t requests_malformed;   // answered here, with 4xx or 5xx, without asking the handler
    uint64_t subscribers;          // now
    uint64_t appended;             // frames
    uint64_t delivered;            // frames, counted once per subscriber
    uint64_t gaps;                 // told
    uint64_t missed;               // frames that lagging subscribers did not get
    uint64_t heartbeats;
    uint64_t wakes;                // el_append calls that had to wake a loop
    uint64_t subscriber_wakes;     // subscribers looked at because a feed of theirs got something
    uint64_t writes;               // system calls that wrote to a subscriber
    uint64_t written_bytes;        // taken by subscribers' sockets
    uint64_t blocked;              // now: subscribers whose socket has no room
    uint64_t stalled;              // subscribers closed at stall_time
    uint64_t unpinned;             // subscribers closed over pinned_limit
    uint64_t pinned_bytes;         // now
    uint64_t mailbox_events;       // now
    uint64_t mailbox_bytes;        // now
    uint64_t timeouts;             // connections closed at head_time, body_time or idle_time
} el_counters;
void el_hub_counters(const el_hub *hub, el_counters *counters);
#endif
