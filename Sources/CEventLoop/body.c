// The body of a request: so many bytes, or chunks (RFC 9112 section 7.1), which llhttp takes apart. Chunk extensions
// and trailers are skipped; there may be as many bytes of them between two bytes of data as a head may have.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define BODY_START 4096

void el_body_begin(el_request *r, uint64_t limit, bool keep) {
    r->body_limit = limit;
    r->body_limit_name = NULL;
    r->body_kept = keep;
    r->body_length = 0;
}

bool el_refused_length(el_request *r) {
    // A refusal is answered before this thread looks at another request.
    static _Thread_local char detail[192];
    int length = snprintf(detail, sizeof detail, "The body is longer than the %llu bytes that are accepted here",
                          (unsigned long long)r->body_limit);
    size_t room = sizeof detail - (size_t)length;
    if (r->body_limit_name == NULL) {
        snprintf(detail + length, room, ".");
    } else {
        snprintf(detail + length, room, " (%s): send less at once, or raise that.", r->body_limit_name);
    }
    return el_refused(r, 413, detail);
}

static bool take_data(el_request *r, const char *bytes, size_t length) {
    if (length > r->body_limit - r->body_length) {
        return el_refused_length(r);
    }
    uint64_t needed = r->body_length + length;
    if (r->body_kept && needed > r->body_capacity) {
        uint64_t capacity = r->body_capacity > 0 ? r->body_capacity : BODY_START;
        while (capacity < needed) capacity *= 2;
        if (capacity > r->body_limit) capacity = r->body_limit;
        char *body = realloc(r->body, capacity);
        if (body == NULL) return el_refused(r, 503, "The server is out of memory.");
        r->body = body;
        r->body_capacity = capacity;
    }
    if (r->body_kept) memcpy(r->body + r->body_length, bytes, length);
    r->body_length = needed;
    return true;
}

int el_body_on_data(llhttp_t *parser, const char *at, size_t length) {
    el_request *r = parser->data;
    r->data_end = at + length;
    return take_data(r, at, length) ? 0 : HPE_USER;
}

int el_body_on_complete(llhttp_t *parser) {
    el_request *r = parser->data;
    r->body_done = true;
    return HPE_PAUSED;
}

static el_progress refuse(el_request *r, uint16_t status, const char *detail) {
    el_refused(r, status, detail);
    return EL_REFUSED;
}

static el_progress take_chunks(el_request *r, const char *bytes, size_t length, size_t *taken) {
    r->data_end = NULL;
    llhttp_resume(&r->parser);
    llhttp_errno_t result = llhttp_execute(&r->parser, bytes, length);
    if (r->body_done) {
        *taken = (size_t)(llhttp_get_error_pos(&r->parser) - bytes);
        return EL_DONE;
    }
    if (r->refusal.status != 0) return EL_REFUSED;
    if (result != HPE_OK) return refuse(r, 400, "The body is not made of well-formed chunks.");
    *taken = length;
    r->overhead = r->data_end ? (uint64_t)(bytes + length - r->data_end) : r->overhead + length;
    if (r->overhead > r->head_limit) {
        return refuse(r, 413, "The body's chunk extensions or trailers are too long.");
    }
    return EL_MORE;
}

el_progress el_body_take(el_request *r, const char *bytes, size_t length, size_t *taken) {
    *taken = 0;
    if (r->body_done) return EL_DONE;
    if (r->body_kind == EL_BODY_CHUNKED) return take_chunks(r, bytes, length, taken);
    size_t count = length < r->body_left ? length : (size_t)r->body_left;
    bool is_whole = r->in_pieces || (r->body_length == 0 && count == r->body_left && count <= r->body_limit);
    if (r->body_kept && is_whole) {
        r->body_in_place = (el_slice){bytes, count};
        r->body_length = count;
    } else if (!take_data(r, bytes, count)) {
        return EL_REFUSED;
    }
    *taken = count;
    r->body_left -= count;
    r->body_done = r->body_left == 0;
    return r->body_done ? EL_DONE : EL_MORE;
}
