#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_MAX 256
#define SMALL_ANSWER 1024

// MARK: Asking

static void act(el_connection *c, el_request *r) {
    switch (r->outcome) {
    case EL_OPEN:
        el_hub_log(c->loop->hub, EL_LOG_ERROR, "a request was not answered by its handler");
        el_refuse(c, 500, "The server has no answer.");
        break;
    case EL_WANTS_BODY:
        if (r->refusal.status != 0) {
            el_refuse(c, r->refusal.status, r->refusal.detail);
        } else if (r->body_done && r->in_pieces) {
            el_ask_piece(c);
        } else if (r->body_done) {
            el_ask_body(c);
        } else {
            el_connection_enter(c, EL_STATE_BODY);
        }
        break;
    case EL_DEFERRED:
    case EL_PARKED: break;
    case EL_ANSWERED: el_connection_answered(c); break;
    case EL_STREAMING: el_loop_recycle(c->loop, r); break;
    }
}

void el_ask_head(el_connection *c) {
    el_loop *loop = c->loop;
    el_tally(&loop->counters.requests, 1);
    el_connection_enter(c, EL_STATE_ASKED);
    el_loop_drain(loop);
    el_request *r = c->request;
    loop->hub->handler.on_head(loop->hub->handler.context, r);
    act(c, r);
}

void el_ask_body(el_connection *c) {
    el_loop *loop = c->loop;
    el_request *r = c->request;
    r->outcome = EL_OPEN;
    el_connection_enter(c, EL_STATE_ASKED);
    el_loop_drain(loop);
    loop->hub->handler.on_body(loop->hub->handler.context, r);
    el_request_drop_body(r);
    act(c, r);
}

void el_ask_again(el_connection *c, const el_deferred *deferred) {
    el_request *r = c->request;
    r->outcome = EL_OPEN;
    el_loop_drain(c->loop);
    deferred->resume(deferred->context, r);
    act(c, r);
}

// After a piece: the next one as soon as there is room for it.
static void read_on(el_connection *c, el_request *r) {
    bool has_room = el_core_has_room(c->loop->hub->core);
    if (!r->is_held && has_room) {
        r->outcome = EL_WANTS_BODY;
        el_connection_enter(c, EL_STATE_BODY);
        return;
    }
    r->outcome = EL_PARKED;
    el_park(r);
    if (has_room) el_loop_stay_awake(c->loop);
}

void el_ask_piece(el_connection *c) {
    el_loop *loop = c->loop;
    el_request *r = c->request;
    r->outcome = EL_OPEN;
    r->is_held = false;
    el_connection_enter(c, EL_STATE_ASKED);
    el_loop_drain(loop);
    loop->hub->handler.on_piece(loop->hub->handler.context, r, r->body_done);
    el_request_take_piece(r);
    if (r->outcome == EL_OPEN && (r->is_held || !r->body_done)) {
        read_on(c, r);
    } else {
        act(c, r);
    }
}

static bool begin_body(el_request *r, uint64_t limit, const char *name) {
    el_connection *c = r->connection;
    if (r->outcome != EL_OPEN || c->state != EL_STATE_ASKED || r->body_kept) return false;
    r->outcome = EL_WANTS_BODY;
    el_body_begin(r, limit, true);
    r->body_limit_name = name;
    if (r->body_kind == EL_BODY_LENGTH && r->body_left > limit) {
        el_refused_length(r);
    } else if (r->expects_continue && !r->body_done) {
        static char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        r->expects_continue = false;
        el_connection_send(c, &(struct iovec){go_on, sizeof go_on - 1}, 1, 0);
    }
    return true;
}

void el_request_want_body(el_request *r, uint64_t limit, const char *name) { begin_body(r, limit, name); }

void el_request_want_pieces(el_request *r) {
    if (begin_body(r, UINT64_MAX, NULL)) r->in_pieces = true;
}

void el_request_hold(el_request *r) { r->is_held = true; }

// MARK: Answering

bool el_hub_wants_last(const el_connection *c) {
    return c->is_last || atomic_load_explicit(&c->loop->hub->draining, memory_order_relaxed);
}

// Whether the next request on this connection can be found after this one.
static bool must_close(const el_connection *c, const el_response *response) {
    const el_request *r = c->request;
    if (response->close || !r->keep_alive || c->closes || el_hub_wants_last(c)) return true;
    if (r->body_done) return false;
    // A peer that waits for `100 Continue` may or may not send its body after this (RFC 9110 section 10.1.1).
    return r->expects_continue || (r->body_kind == EL_BODY_LENGTH && r->body_left > EL_DISCARD_MAX);
}

static char *put(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, uint64_t number) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) *at++ = digits[--count];
    return at;
}

// What the loop itself says, at most HEAD_MAX bytes: by hand, as printf would take longer than the rest of an answer.
static size_t format_head(const el_connection *c, uint16_t status, bool has_length, uint64_t length, char *text) {
    char *at = put_number(put(text, "HTTP/1.1 "), status);
    at = put(put(put(at, " "), el_reason(status)), "\r\n");
    at = put(at, el_loop_date(c->loop));
    if (has_length) at = put(put_number(put(at, "Content-Length: "), length), "\r\n");
    if (c->closes) {
        at = put(at, "Connection: close\r\n");
    } else if (c->request->minor == 0) {
        at = put(at, "Connection: keep-alive\r\n");
    }
    return (size_t)(at - text);
}

// A small answer is put together first: one slice costs the kernel less than four.
static void send_slices(el_connection *c, const struct iovec *slices, int count, int flags) {
    char whole[SMALL_ANSWER];
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        if (slices[i].iov_len > sizeof whole - length) {
            el_connection_send(c, slices, count, flags);
            return;
        }
        if (slices[i].iov_len > 0) memcpy(whole + length, slices[i].iov_base, slices[i].iov_len);
        length += slices[i].iov_len;
    }
    el_connection_send(c, &(struct iovec){whole, length}, 1, flags);
}

// After the head: the file, or nothing of it.
static void send_file(el_connection *c, int file, uint64_t length) {
    if (c->is_broken || el_output_add(&c->output, NULL, 0, 0) != 0) {
        el_connection_break(c);
        close(file);
        return;
    }
    c->output->file = file;
    c->output->file_left = length;
    int moved = 0;
    if (el_output_flush(&c->output, c->fd, &moved) == EL_BROKEN) el_connection_break(c);
}

void el_answer(el_connection *c, const el_response *response) {
    el_request *r = c->request;
    uint16_t status = response->status >= 200 && response->status <= 599 ? response->status : 500;
    bool bodiless = status == 204 || status == 304;
    bool is_file = response->file >= 0;
    uint64_t length = is_file ? response->file_length : response->body.bytes ? response->body.length : 0;
    bool sends = !bodiless && !r->is_head && length > 0;
    c->closes = must_close(c, response);
    char head[HEAD_MAX];
    struct iovec slices[] = {
        {head, format_head(c, status, !bodiless, length, head)},
        {(void *)(uintptr_t)response->headers.bytes, response->headers.bytes ? response->headers.length : 0},
        {(void *)(uintptr_t)"\r\n", 2},
        {(void *)(uintptr_t)response->body.bytes, sends && !is_file ? (size_t)length : 0},
    };
    send_slices(c, slices, 4, sends && is_file ? MSG_MORE : 0);
    if (is_file && sends) {
        send_file(c, response->file, length);
    } else if (is_file) {
        close(response->file);
    }
    r->outcome = EL_ANSWERED;
}

void el_respond(el_request *r, const el_response *response) {
    if (r->outcome != EL_OPEN) {
        if (response->file >= 0) close(response->file);
        return;
    }
    el_answer_with_room(r->connection, response);
}

void el_refuse(el_connection *c, uint16_t status, const char *detail) {
    char body[512];
    int length = snprintf(body, sizeof body, "{\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\"}\n", el_reason(status),
                          status, detail);
    const char *headers = c->loop->hub->refusal_headers;
    if (headers == NULL) headers = EL_REFUSAL_TYPE;
    el_tally(&c->loop->counters.malformed, 1);
    el_response response = {
        .status = status, .headers = {headers, strlen(headers)}, .body = {body, (size_t)length}, .file = -1,
        .close = true,
    };
    el_answer(c, &response);
    el_connection_answered(c);
}

const char *el_reason(uint16_t status) {
    static const struct { uint16_t status; const char *reason; } reasons[] = {
        {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {206, "Partial Content"},
        {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"}, {304, "Not Modified"},
        {307, "Temporary Redirect"}, {308, "Permanent Redirect"}, {400, "Bad Request"}, {401, "Unauthorized"},
        {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"},
        {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"},
        {412, "Precondition Failed"}, {413, "Content Too Large"}, {414, "URI Too Long"},
        {415, "Unsupported Media Type"}, {416, "Range Not Satisfiable"}, {417, "Expectation Failed"},
        {421, "Misdirected Request"}, {422, "Unprocessable Content"}, {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
        {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"}, {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) return reasons[i].reason;
    }
    return "Unknown";
}
