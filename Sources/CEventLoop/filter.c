#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "frame_body.h"
#include "hash.h"
#include "predicate_body.h"

typedef struct {
    uint64_t hash;
    el_slice name;  // in the filter's own memory, behind the types
} filter_type;

struct el_filter {
    uint32_t references;
    size_t predicate_count;
    el_predicate **predicates;  // in the filter's own memory, behind the types
    size_t count;
    filter_type types[];
};

// Predicates lie where their alignment is that of the types before them, and the names last.
static size_t size_of(const el_subscription *wanted) {
    size_t size = sizeof(el_filter) + wanted->type_count * sizeof(filter_type);
    size += wanted->predicate_count * sizeof(el_predicate *);
    for (size_t at = 0; at < wanted->type_count; at++) size += wanted->types[at].length;
    return size;
}

el_filter *el_filter_new(const el_subscription *wanted) {
    el_filter *filter = malloc(size_of(wanted));
    if (filter == NULL) return NULL;
    filter->references = 1;
    filter->count = wanted->type_count;
    filter->predicate_count = wanted->predicate_count;
    filter->predicates = (el_predicate **)&filter->types[filter->count];
    for (size_t at = 0; at < filter->predicate_count; at++) {
        filter->predicates[at] = wanted->predicates[at];
        el_predicate_retain(filter->predicates[at]);  // the caller has one: it cannot be gone
    }
    char *copy = (char *)&filter->predicates[filter->predicate_count];
    for (size_t at = 0; at < filter->count; copy += wanted->types[at++].length) {
        el_slice type = wanted->types[at];
        if (type.length > 0) memcpy(copy, type.bytes, type.length);
        filter->types[at] = (filter_type){el_hash(type), {copy, type.length}};
    }
    return filter;
}

el_filter *el_filter_retain(el_filter *filter) {
    if (filter != NULL) filter->references++;
    return filter;
}

void el_filter_release(el_filter *filter) {
    if (filter == NULL || --filter->references > 0) return;
    for (size_t at = 0; at < filter->predicate_count; at++) el_predicate_release(filter->predicates[at]);
    free(filter);
}

static bool same(el_slice one, el_slice other) {
    return one.length == other.length && memcmp(one.bytes, other.bytes, one.length) == 0;
}

static bool has_type(const el_filter *filter, const el_frame *frame) {
    for (size_t at = 0; at < filter->count; at++)
        if (filter->types[at].hash == frame->type_hash && same(filter->types[at].name, el_frame_type(frame)))
            return true;
    return filter->count == 0;
}

bool el_filter_passes(const el_filter *filter, const el_frame *frame) {
    if (filter == NULL) return true;
    if (!has_type(filter, frame)) return false;
    for (size_t at = 0; at < filter->predicate_count; at++)
        if (filter->predicates[at]->of == frame->channel) return el_predicate_is_true(filter->predicates[at], frame);
    return true;
}

bool el_filter_equals(const el_filter *one, const el_filter *other) {
    if (one == other) return true;
    if (one == NULL || other == NULL || one->count != other->count || one->predicate_count != other->predicate_count)
        return false;
    for (size_t at = 0; at < one->predicate_count; at++)
        if (one->predicates[at] != other->predicates[at]) return false;
    for (size_t at = 0; at < one->count; at++)
        if (one->types[at].hash != other->types[at].hash || !same(one->types[at].name, other->types[at].name))
            return false;
    return true;
}

bool el_filter_has_ended(const el_filter *filter) {
    if (filter == NULL) return false;
    for (size_t at = 0; at < filter->predicate_count; at++)
        if (atomic_load(&filter->predicates[at]->ended)) return true;
    return false;
}
