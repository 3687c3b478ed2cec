// A connection's bytes on their way to the head, the body, or nowhere.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answer.h"

#define READS_PER_TURN 4
#define LINGER_BYTES (16u << 20)
#define STREAM_BYTES (64u << 10)

static size_t take_head(el_connection *c, const char *bytes, size_t length) {
    size_t taken = length;
    switch (el_head_take(c->request, bytes, length, &taken)) {
    case EL_MORE: break;
    case EL_DONE: el_ask_head(c); break;
    case EL_REFUSED: el_refuse(c, c->request->refusal.status, c->request->refusal.detail); break;
    }
    return taken;
}

static size_t take_body(el_connection *c, const char *bytes, size_t length) {
    bool discards = c->state == EL_STATE_DISCARD;
    size_t taken = length;
    switch (el_body_take(c->request, bytes, length, &taken)) {
    case EL_MORE:
        if (c->request->in_pieces && !discards && c->request->body_length > 0) el_ask_piece(c);
        break;
    case EL_DONE:
        if (discards) {
            el_connection_answered(c);
        } else if (c->request->in_pieces) {
            el_ask_piece(c);
        } else {
            el_ask_body(c);
        }
        break;
    case EL_REFUSED:
        if (discards) {
            el_connection_linger(c);  // it has had its answer
        } else {
            el_refuse(c, c->request->refusal.status, c->request->refusal.detail);
        }
        break;
    }
    return taken;
}

// Returns how many bytes were used: those of a head that is known already, or none.
static size_t begin_request(el_connection *c, const char *bytes, size_t length) {
    el_request *r = el_loop_request(c->loop, (el_slice){bytes, length}, c->is_loopback);
    if (r == NULL) {
        el_connection_close(c, false);
        return length;
    }
    c->request = r;
    r->connection = c;
    el_connection_enter(c, EL_STATE_HEAD);
    if (!r->head_done) return 0;
    size_t used = r->head_length;
    el_ask_head(c);
    return used;
}

// Looks at bytes until they are used up or an answer is under way; returns how many were used.
static size_t feed(el_connection *c, const char *bytes, size_t length) {
    size_t used = 0;
    while (used < length) {
        switch ((el_state)c->state) {
        case EL_STATE_IDLE: used += begin_request(c, bytes + used, length - used); break;
        case EL_STATE_HEAD: used += take_head(c, bytes + used, length - used); break;
        case EL_STATE_BODY:
        case EL_STATE_DISCARD: used += take_body(c, bytes + used, length - used); break;
        case EL_STATE_STREAM:
        case EL_STATE_LINGER:
            c->thrown_away += (uint32_t)(length - used);
            if (c->thrown_away > (c->state == EL_STATE_STREAM ? STREAM_BYTES : LINGER_BYTES)) {
                el_connection_close(c, false);
            }
            return length;
        case EL_STATE_ASKED:
        case EL_STATE_WRITING: return used;
        case EL_STATE_CLOSED: return length;
        }
    }
    return used;
}

static void put_ahead(el_connection *c, const char *bytes, size_t length) {
    el_ahead *ahead = malloc(sizeof *ahead + length);
    if (ahead == NULL) {
        // Its answer may be under way, on another thread even: closing forgets it in good order.
        el_connection_break(c);
        return;
    }
    ahead->offset = 0;
    ahead->length = length;
    memcpy(ahead->bytes, bytes, length);
    c->ahead = ahead;
}

static bool reads(const el_connection *c) {
    return c->state != EL_STATE_ASKED && c->state != EL_STATE_WRITING && c->state != EL_STATE_CLOSED && !c->is_broken;
}

void el_connection_read(el_connection *c) {
    for (int turn = 0; turn < READS_PER_TURN && reads(c); turn++) {
        ssize_t count = recv(c->fd, c->loop->buffer, EL_READ_SIZE, 0);
        if (count > 0) {
            size_t used = feed(c, c->loop->buffer, (size_t)count);
            if (used < (size_t)count) put_ahead(c, c->loop->buffer + used, (size_t)count - used);
            if (count < EL_READ_SIZE) return;
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            // The peer has gone, or will send no more: nothing is under way that it could still get.
            el_connection_close(c, false);
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

void el_connection_resume(el_connection *c) {
    while (c->ahead != NULL && reads(c)) {
        el_ahead *ahead = c->ahead;
        c->ahead = NULL;  // closing must not free it under feed's feet
        ahead->offset += feed(c, ahead->bytes + ahead->offset, ahead->length - ahead->offset);
        if (ahead->offset < ahead->length && c->state != EL_STATE_CLOSED) {
            c->ahead = ahead;
        } else {
            free(ahead);
        }
    }
    el_connection_rest(c);
}

void el_connection_finish(el_connection *c) {
    // A request may have arrived that nobody has looked at: it is answered.
    if (c->state == EL_STATE_IDLE) el_connection_read(c);
    if (c->state == EL_STATE_IDLE) el_connection_close(c, false);
    el_connection_rest(c);
}
