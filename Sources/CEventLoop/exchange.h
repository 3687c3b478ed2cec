// What an el_request is made of: one request, from its first byte until its answer is out, and no longer. Idle
// connections and subscribers hold none.
//
//     head      GET /a HTTP/1.1 CR LF  Host: x CR LF  CR LF     one buffer, grown as bytes arrive, at most head_limit
//                   └ target           └ fields[0]              slices into it, made once, when it is complete
//     body      its own buffer, grown as bytes arrive: what a length announces is never allocated ahead
//
// Bytes of the head are checked as they come (head.c: a bare LF is refused before anything is parsed), the whole is then
// parsed in one go by llhttp, and checked against what RFC 9112 allows to refuse. Bodies: body.c. No sockets here, so
// that both can be fed by tests.
//
// A client says the same head again and again. A request that is over keeps its head as it was parsed, and what the
// handler has made of it (`context`); the next request with the very same bytes, on whatever connection, takes it up from
// there: nothing is scanned, parsed, routed or looked up again. Only the digits of its Content-Length may be others.
//
// Threads    The connection's loop.
// Ownership  Belongs to its connection; recycled through a small pool of the loop's, the last used first.
// Errors     `refusal` says with which status, and why, in a sentence for the peer.
#ifndef EL_EXCHANGE_H
#define EL_EXCHANGE_H
#include <llhttp.h>
#include <stdbool.h>
#include <stdint.h>

#include "request.h"

typedef struct el_connection el_connection;

typedef struct {
    el_slice name, value;
} el_field;

// Several fields of one name, joined for who asked.
typedef struct el_joined {
    struct el_joined *next;
    size_t first;  // index of the first of them
    size_t length;
    char bytes[];
} el_joined;

typedef enum { EL_BODY_NONE, EL_BODY_LENGTH, EL_BODY_CHUNKED } el_body_kind;

// What the handler has made of it so far.
typedef enum {
    EL_OPEN,        // nothing: it is to be answered
    EL_WANTS_BODY,  // the body is to be read
    EL_DEFERRED,    // later, from some thread
    EL_PARKED,      // answered, but held back until mailboxes have room; or between two pieces of its body until then
    EL_ANSWERED,
    EL_STREAMING,   // it has become a subscriber
} el_outcome;

typedef struct {
    uint16_t status;     // 0: none
    const char *detail;  // a constant
} el_refusal;

typedef struct el_kept el_kept;

struct el_request {
    llhttp_t parser;  // first: its callbacks get the request by its `data`
    el_connection *connection;
    el_request *next;  // in the pool, or among the parked
    el_refusal refusal;

    char *head;
    uint32_t head_length, head_capacity, head_limit;
    uint32_t line_length, line_count, empty_lines;  // of the scan, up to the last byte seen
    bool after_cr, head_done;

    el_slice method, target;
    uint8_t minor;
    bool is_head, keep_alive;
    bool has_expect, expects_continue;  // the field is there; and it is still to be answered
    bool is_loopback;  // of the connection: the handler may have asked
    el_field *fields;
    size_t field_count, field_capacity;
    el_slice name, value;             // under way in the parser
    el_slice host, authority;         // of `Host`; of an absolute target
    el_slice length_digits;           // of `Content-Length`
    uint8_t hosts, lengths, codings;  // how many of these fields there are
    el_joined *joined;

    el_body_kind body_kind;
    bool body_done, body_kept;  // kept for the handler, or read and thrown away
    bool in_pieces, is_held;    // handed to the handler as it comes; and it has more to do for the last piece
    uint64_t content_length;    // EL_BODY_LENGTH
    uint64_t body_left;         // EL_BODY_LENGTH: still to come
    uint64_t body_limit, body_length, body_capacity;
    const char *body_limit_name;  // a constant, or NULL
    uint64_t overhead;          // EL_BODY_CHUNKED: bytes since the last one of data
    const char *data_end;
    char *body;
    el_slice body_in_place;     // a body that came whole is not copied: it lies in the loop's buffer, while on_body runs

    el_outcome outcome;
    el_deferred *deferred;
    el_kept *parked;
    void *context;
    void (*release)(void *context);
};

typedef enum { EL_MORE, EL_DONE, EL_REFUSED } el_progress;

el_request *el_request_new(void);
// Ready for the next: with its head, if that may come again, or else empty, large buffers given back.
void el_request_rest(el_request *request);
// Whether these bytes begin with the head it had; then it is as if that had just been taken, and `head_done`.
bool el_request_repeats(el_request *request, el_slice bytes, bool is_loopback);
void el_request_reset(el_request *request);  // empty; releases the context
void el_request_delete(el_request *request);
void el_request_release_context(el_request *request);
void el_request_drop_body(el_request *request);
void el_request_take_piece(el_request *request);  // what has come of the body has been seen; its memory is kept

// Both take from `bytes` what belongs to the head or the body and say how much that was. EL_DONE: it is complete.
el_progress el_head_take(el_request *request, const char *bytes, size_t length, size_t *taken);
el_progress el_body_take(el_request *request, const char *bytes, size_t length, size_t *taken);
// From the first byte of the body on: keep at most `limit` bytes (413 beyond), or throw away at most so many. In pieces,
// what one call of el_body_take takes is one.
void el_body_begin(el_request *request, uint64_t limit, bool keep);
// head.c's parser hands chunked bodies on.
int el_body_on_data(llhttp_t *parser, const char *at, size_t length);
int el_body_on_complete(llhttp_t *parser);

// target.c: the request line, and what goes by the name of a host.
bool el_request_line_parse(el_request *request);
bool el_is_authority(el_slice text);
// After the fields are known: origin-form, with the authority of an absolute target in place of `Host`.
bool el_target_reduce(el_request *request);

// Sets the refusal, and returns false.
bool el_refused(el_request *request, uint16_t status, const char *detail);
bool el_refused_length(el_request *request);  // 413, naming the body's limit
bool el_is_token(el_slice text);                        // RFC 9110 section 5.6.2
bool el_equals(el_slice text, const char *lower_case);  // without case
#endif
