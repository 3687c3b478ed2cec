// One HTTP/1.1 (or 1.0) request (RFC 9110, 9112), and the ways to answer it.
//
// The loop refuses by itself what is no HTTP or may be read in two ways (400, 431, 408, 413, 417, 501, 505): bare LF,
// obs-fold, white space before a colon, two lengths, length and chunked together, no or several `Host`, control bytes.
// Everything else goes to el_handler.on_head, which must do exactly one of: el_respond, el_request_want_body,
// el_request_want_pieces, el_request_defer, el_subscribe (subscription.h). on_body must do one of the others.
//
// Threads    All of it on the loop's thread, within on_head or on_body; el_deferred_respond or el_deferred_resume from any
//            thread, one of them once.
// Ownership  The request and its slices are valid until the answering call returns. Slices of a response are copied,
//            `file` is taken over. A deferred answer is consumed by either, also when the peer has gone.
// Errors     Peers that go away are nobody's error. A second answer is ignored.
#ifndef EL_REQUEST_H
#define EL_REQUEST_H
#include <stdbool.h>
#include <stdint.h>

#include "hub.h"
#include "slice.h"

el_slice el_request_method(const el_request *request);
el_slice el_request_target(const el_request *request);  // as it came, origin-form: path and query
// The value of a field, names compared without case; several of one name joined with ", " (`Cookie` with "; ").
// `bytes` is NULL if there is none.
el_slice el_request_header(el_request *request, el_slice name);
size_t el_request_header_count(const el_request *request);
void el_request_header_at(const el_request *request, size_t index, el_slice *name, el_slice *value);
el_slice el_request_body(const el_request *request);  // in on_body; in on_piece: the piece, which may be empty
bool el_request_has_body(const el_request *request);  // one was announced (a length above 0, or chunked)
uint64_t el_request_body_announced(const el_request *request);  // its length; UINT64_MAX if it is chunked
// The peer's address as text ("192.0.2.1", "2001:db8::1"; empty on a unix socket), into `text` of 46 bytes.
void el_request_peer(const el_request *request, char *text);
// Which loop's thread this is, from 0.
uint32_t el_request_loop(const el_request *request);
// True on a listener that is bound to a loopback address.
bool el_request_is_loopback(const el_request *request);
// No further request is wanted of this connection: over the limit of connections, or the hub is draining.
bool el_request_is_last(const el_request *request);
// A pointer of the handler's own, from on_head to the answer; and beyond, because clients repeat themselves: on_head of a
// later request with the very same head but for the number in Content-Length, on any connection of this loop, may find it
// set. So what hangs on it may follow from nothing but the head without that number, el_request_is_loopback, and what the
// handler checks each time. `release` is called once, when another pointer is set, when the head is forgotten (a loop remembers a few), or at the latest with the hub's end.
void el_request_set_context(el_request *request, void *context, void (*release)(void *context));
void *el_request_context(const el_request *request);

// Read the body, at most `limit` bytes (413 beyond), and call on_body. `Expect: 100-continue` is answered. `name`: what
// whoever runs the server knows the limit by, for that 413; a constant of up to 80 bytes without quotes, or NULL.
void el_request_want_body(el_request *request, uint64_t limit, const char *name);
// Read a body of any length, and call on_piece for each piece of it as it comes: at most what a loop reads at once
// (64 KiB). While el_has_room is false nothing more is read, so the peer waits. body_time is the time between two pieces.
// If the connection ends before the body does, nothing more is called but the context's release; a head whose body came
// so is not remembered. `Expect: 100-continue` is answered.
void el_request_want_pieces(el_request *request);
// In on_piece: there is more to do for this piece than is good in one go. on_piece is called again with nothing in it
// (and the same is_last), when other connections have had their turn and there is room; until then nothing is read.
void el_request_hold(el_request *request);

typedef struct {
    uint16_t status;
    el_slice headers;  // complete lines, each with CR LF. Content-Length, Date and Connection are the loop's own
    el_slice body;     // ignored for HEAD but for its length
    int file;          // -1, or a descriptor of which the first `file_length` bytes are the body instead
    uint64_t file_length;
    bool close;        // close the connection after this answer
    bool when_room;    // hold this answer back while el_has_room is false (a POST that appended)
} el_response;
void el_respond(el_request *request, const el_response *response);

typedef struct el_deferred el_deferred;
el_deferred *el_request_defer(el_request *request);  // NULL: out of memory; the request is still to be answered
void el_deferred_respond(el_deferred *deferred, const el_response *response);
// Goes on with the request on its loop's thread: the function is called there once and answers in one of the ways that
// on_head has. With NULL, perhaps at once and here, when the peer or the loop has gone: then it may only clean up.
void el_deferred_resume(el_deferred *deferred, void (*function)(void *context, el_request *request), void *context);
// On the loop's thread: nobody waits for the answer any more.
bool el_deferred_is_alone(const el_deferred *deferred);
#endif
