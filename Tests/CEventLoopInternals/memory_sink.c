#define _GNU_SOURCE  // asprintf
#include "MemorySink.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t offer(el_sink *base, const struct iovec *slices, int count) {
    memory_sink *sink = (memory_sink *)base;
    size_t taken = 0;
    sink->offers++;
    for (int at = 0; at < count && sink->room > 0; at++) {
        size_t size = slices[at].iov_len < sink->room ? slices[at].iov_len : sink->room;
        if (sink->capacity - sink->length < size) {
            size_t capacity = (sink->length + size) * 2;
            char *bytes = realloc(sink->bytes, capacity);
            if (bytes == NULL) abort();
            sink->bytes = bytes;
            sink->capacity = capacity;
        }
        memcpy(sink->bytes + sink->length, slices[at].iov_base, size);
        sink->length += size;
        sink->room -= size;
        taken += size;
    }
    size_t offered = 0;
    for (int at = 0; at < count; at++) offered += slices[at].iov_len;
    sink->is_full = taken < offered;
    return taken;
}

static void end(el_sink *base) { ((memory_sink *)base)->ends++; }

static void drop(el_sink *base, el_drop_reason reason) {
    memory_sink *sink = (memory_sink *)base;
    sink->drops++;
    sink->reason = reason;
}

static const el_sink_verbs verbs = {offer, end, drop};

memory_sink *memory_sink_new(size_t room) {
    memory_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) abort();
    sink->sink.verbs = &verbs;
    sink->room = room;
    return sink;
}

void memory_sink_free(memory_sink *sink) {
    free(sink->bytes);
    free(sink);
}

static void wake(void *context, uint32_t loop) {
    (void)loop;
    atomic_fetch_add(&((core_events_seen *)context)->wakes, 1);
}

static void room(void *context) { atomic_fetch_add(&((core_events_seen *)context)->rooms, 1); }

static size_t render(void *context, const el_frame *frame, char **text) {
    (void)context;
    el_slice type = el_frame_type(frame), meta = el_frame_meta(frame);
    if (meta.length == 6 && memcmp(meta.bytes, "hidden", 6) == 0) return 0;
    int length = asprintf(text, "{\"type\":\"%.*s\",\"meta\":\"%.*s\"}", (int)type.length, type.bytes, (int)meta.length,
                          meta.bytes);
    return length < 0 ? 0 : (size_t)length;
}

core_events_seen *core_events_seen_new(void) {
    core_events_seen *seen = calloc(1, sizeof *seen);
    if (seen == NULL) abort();
    return seen;
}

void core_events_seen_free(core_events_seen *seen) { free(seen); }
uint64_t core_events_wakes(const core_events_seen *seen) { return atomic_load(&seen->wakes); }
uint64_t core_events_rooms(const core_events_seen *seen) { return atomic_load(&seen->rooms); }

el_core_events core_events_counting(core_events_seen *seen) {
    return (el_core_events){.context = seen, .wake = wake, .room = room, .render = render};
}
