// Feeds requests to the parser as a connection does: head, body, the next request. The same bytes go in twice, whole and
// cut into pieces, and must come out the same: what the network does to a request is nobody's way to change its meaning.
// Whole, a head that is the same as the one before is recognised, as a loop does it; in pieces it seldom is.
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define REQUESTS_MAX 32
#define HEAD_LIMIT 512
#define BODY_LIMIT 1024

typedef struct {
    uint16_t status;  // 0: accepted
    size_t fields, body;
    uint64_t sum;     // of everything a handler could see
    bool is_complete;
} outcome;

typedef struct {
    outcome outcomes[REQUESTS_MAX];
    size_t count;
} transcript;

static uint64_t add(uint64_t sum, el_slice slice) {
    for (size_t i = 0; i < slice.length; i++) sum = (sum ^ (unsigned char)slice.bytes[i]) * 1099511628211u;
    return sum ^ slice.length;
}

// What every accepted head must be.
static void check_head(el_request *r) {
    assert(r->target.length > 0 && (r->target.bytes[0] == '/' || r->target.bytes[0] == '*'));
    assert(el_is_token(r->method));
    assert(r->minor <= 1 && (r->minor == 0 || r->hosts == 1));
    assert(r->hosts == 0 || el_is_authority(r->host));
    assert(!(r->codings > 0 && r->lengths > 0));
    assert(r->head_length <= HEAD_LIMIT);
    for (size_t i = 0; i < r->field_count; i++) {
        assert(el_is_token(r->fields[i].name));
        for (size_t k = 0; k < r->fields[i].value.length; k++) {
            unsigned char c = (unsigned char)r->fields[i].value.bytes[k];
            assert(c >= 0x20 ? c != 0x7f : c == '\t');
        }
    }
}

static void note(transcript *into, el_request *r, bool is_complete) {
    outcome *one = &into->outcomes[into->count++];
    one->status = r->refusal.status;
    one->is_complete = is_complete;
    if (!is_complete) return;
    one->fields = r->field_count;
    one->body = (size_t)r->body_length;
    one->sum = add(add(0, r->method), r->target);
    for (size_t i = 0; i < r->field_count; i++) {
        one->sum = add(add(one->sum, r->fields[i].name), r->fields[i].value);
    }
    el_slice body = {r->body, (size_t)r->body_length};
    one->sum = add(one->sum, r->body_in_place.bytes != NULL ? r->body_in_place : body);
}

// Whether the request that is over is sent once more: then its head is taken.
static bool begins_again(el_request *r, el_slice bytes, size_t *taken) {
    if (!el_request_repeats(r, bytes, false)) {
        el_request_reset(r);
        r->head_limit = HEAD_LIMIT;
        return false;
    }
    *taken = r->head_length;
    return true;
}

static el_progress take(el_request *r, el_slice bytes, bool is_new, size_t *taken) {
    if (is_new && begins_again(r, bytes, taken)) return EL_DONE;
    return r->head_done ? el_body_take(r, bytes.bytes, bytes.length, taken)
                        : el_head_take(r, bytes.bytes, bytes.length, taken);
}

// One piece, in memory of its own, so that reading past its end is found, and a body that lies there is read in time.
static el_progress feed(el_request *r, el_slice bytes, bool *is_new, size_t *taken, transcript *into) {
    char *copy = malloc(bytes.length);
    if (copy == NULL) abort();
    memcpy(copy, bytes.bytes, bytes.length);
    bool in_head = *is_new || !r->head_done;
    el_progress progress = take(r, (el_slice){copy, bytes.length}, *is_new, taken);
    assert(progress == EL_REFUSED || *taken <= bytes.length);
    *is_new = false;
    if (progress == EL_DONE && in_head) {
        check_head(r);
        el_body_begin(r, BODY_LIMIT, true);
    }
    if (progress == EL_DONE && r->body_done) {
        note(into, r, true);
        el_request_rest(r);
        *is_new = true;
    }
    free(copy);
    return progress;
}

static void play(const char *bytes, size_t length, size_t piece, transcript *into) {
    el_request *r = el_request_new();
    if (r == NULL) abort();
    r->head_limit = HEAD_LIMIT;
    bool is_new = false;
    size_t at = 0;
    while (at < length && into->count < REQUESTS_MAX) {
        size_t count = length - at < piece ? length - at : piece, taken = 0;
        el_progress progress = feed(r, (el_slice){bytes + at, count}, &is_new, &taken, into);
        if (progress == EL_REFUSED) break;
        at += taken;
        if (progress == EL_MORE) assert(taken == count);
    }
    if (is_new) el_request_reset(r);
    if (into->count < REQUESTS_MAX) note(into, r, false);
    el_request_delete(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 16384) return 0;
    static transcript whole, pieces;
    memset(&whole, 0, sizeof whole);
    memset(&pieces, 0, sizeof pieces);
    play((const char *)data + 1, size - 1, size, &whole);
    play((const char *)data + 1, size - 1, 1 + data[0] % 37, &pieces);
    // Two limits look at what has come, not at what is sent: how much trailer is too much may depend on the pieces.
    size_t last = whole.count > 0 ? whole.count - 1 : 0;
    if (whole.outcomes[last].status == 413 || (pieces.count > 0 && pieces.outcomes[pieces.count - 1].status == 413)) return 0;
    assert(whole.count == pieces.count);
    assert(memcmp(whole.outcomes, pieces.outcomes, sizeof whole.outcomes) == 0);
    return 0;
}
