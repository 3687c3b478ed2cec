// The life of an el_request, without its socket.
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

// Buffers up to these sizes are kept in the pool.
#define HEAD_KEPT 4096
#define FIELDS_KEPT 64
#define LENGTH_DIGITS 18  // that cannot overflow

el_request *el_request_new(void) { return calloc(1, sizeof(el_request)); }

void el_request_release_context(el_request *r) {
    void *context = r->context;
    void (*release)(void *) = r->release;
    r->context = NULL;
    r->release = NULL;
    if (release != NULL) release(context);
}

void el_request_drop_body(el_request *r) {
    free(r->body);
    r->body = NULL;
    r->body_capacity = 0;
    r->body_length = 0;
    r->body_in_place = (el_slice){NULL, 0};
}

void el_request_take_piece(el_request *r) {
    r->body_length = 0;
    r->body_in_place = (el_slice){NULL, 0};
}

static void forget_joined(el_request *r) {
    while (r->joined != NULL) {
        el_joined *next = r->joined->next;
        free(r->joined);
        r->joined = next;
    }
}

static void clear(el_request *r) {
    el_request_release_context(r);
    el_request_drop_body(r);
    forget_joined(r);
}

void el_request_reset(el_request *r) {
    clear(r);
    el_request fresh = {0};
    if (r->head_capacity <= HEAD_KEPT) {
        fresh.head = r->head;
        fresh.head_capacity = r->head_capacity;
    } else {
        free(r->head);
    }
    if (r->field_capacity <= FIELDS_KEPT) {
        fresh.fields = r->fields;
        fresh.field_capacity = r->field_capacity;
    } else {
        free(r->fields);
    }
    *r = fresh;
}

// What came in chunks has left its parser elsewhere, an absolute target was rewritten, what was refused was not read to
// its end, and the handler's context of a body in pieces knows more than the head.
static bool may_come_again(const el_request *r) {
    return r->head_done && r->refusal.status == 0 && r->body_kind != EL_BODY_CHUNKED && !r->in_pieces && r->authority.bytes == NULL
        && r->head_capacity <= HEAD_KEPT && r->field_capacity <= FIELDS_KEPT;
}

void el_request_rest(el_request *r) {
    if (!may_come_again(r)) {
        el_request_reset(r);
        return;
    }
    el_request_drop_body(r);
    forget_joined(r);
    r->connection = NULL;
    r->deferred = NULL;
}

// Puts another Content-Length of as many digits in the place of the one in the head.
static bool take_length(el_request *r, const char *digits) {
    uint64_t length = 0;
    if (r->length_digits.length > LENGTH_DIGITS) return false;
    for (size_t i = 0; i < r->length_digits.length; i++) {
        if (digits[i] < '0' || digits[i] > '9') return false;
        length = length * 10 + (uint64_t)(digits[i] - '0');
    }
    memcpy(r->head + (r->length_digits.bytes - r->head), digits, r->length_digits.length);
    r->content_length = length;
    r->body_kind = length > 0 ? EL_BODY_LENGTH : EL_BODY_NONE;
    return true;
}

// In the same time whatever they are: a head may hold a secret, which nobody shall guess byte by byte.
static bool are_same(const char *some, const char *others, size_t length) {
    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++) difference |= (unsigned char)(some[i] ^ others[i]);
    return difference == 0;
}

bool el_request_repeats(el_request *r, el_slice bytes, bool is_loopback) {
    if (!r->head_done || r->is_loopback != is_loopback || bytes.length < r->head_length) return false;
    size_t before = r->lengths > 0 ? (size_t)(r->length_digits.bytes - r->head) : r->head_length;
    size_t after = before + r->length_digits.length;
    bool same_before = are_same(bytes.bytes, r->head, before);
    if (!are_same(bytes.bytes + after, r->head + after, r->head_length - after) || !same_before) return false;
    if (r->lengths > 0 && !take_length(r, bytes.bytes + before)) return false;
    r->body_left = r->content_length;
    r->body_done = r->body_kind == EL_BODY_NONE;
    r->body_kept = false;
    r->expects_continue = r->has_expect;
    r->outcome = EL_OPEN;
    return true;
}

void el_request_delete(el_request *r) {
    clear(r);
    free(r->head);
    free(r->fields);
    free(r);
}
