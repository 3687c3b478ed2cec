#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "frame_body.h"
#include "hash.h"

typedef struct {
    uint64_t hash;
    el_slice name;  // in the filter's own memory, behind the types
} filter_type;

struct el_filter {
    uint32_t references;
    size_t count;
    filter_type types[];
};

el_filter *el_filter_new(const el_slice *types, size_t count) {
    size_t size = sizeof(el_filter) + count * sizeof(filter_type);
    for (size_t at = 0; at < count; at++) size += types[at].length;
    el_filter *filter = malloc(size);
    if (filter == NULL) return NULL;
    filter->references = 1;
    filter->count = count;
    char *copy = (char *)&filter->types[count];
    for (size_t at = 0; at < count; copy += types[at++].length) {
        if (types[at].length > 0) memcpy(copy, types[at].bytes, types[at].length);
        filter->types[at] = (filter_type){el_hash(types[at]), {copy, types[at].length}};
    }
    return filter;
}

el_filter *el_filter_retain(el_filter *filter) {
    if (filter != NULL) filter->references++;
    return filter;
}

void el_filter_release(el_filter *filter) {
    if (filter != NULL && --filter->references == 0) free(filter);
}

static bool same(el_slice one, el_slice other) {
    return one.length == other.length && memcmp(one.bytes, other.bytes, one.length) == 0;
}

bool el_filter_passes(const el_filter *filter, const el_frame *frame) {
    if (filter == NULL) return true;
    for (size_t at = 0; at < filter->count; at++)
        if (filter->types[at].hash == frame->type_hash && same(filter->types[at].name, el_frame_type(frame)))
            return true;
    return false;
}

bool el_filter_equals(const el_filter *one, const el_filter *other) {
    if (one == other) return true;
    if (one == NULL || other == NULL || one->count != other->count) return false;
    for (size_t at = 0; at < one->count; at++)
        if (one->types[at].hash != other->types[at].hash || !same(one->types[at].name, other->types[at].name))
            return false;
    return true;
}
