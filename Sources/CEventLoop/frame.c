#include "frame_body.h"

#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "hash.h"
#include "position.h"

static const char id_field[] = "id: ";
static const char event_field[] = "event: ";
static const char data_field[] = "data: ";
#define LENGTH(literal) (sizeof(literal) - 1)
#define ID_LINE (LENGTH(id_field) + EL_POSITION_LENGTH + 1)
#define HOLDER ((uint64_t)1 << 32)

// Walks over lines that end with LF, CR LF, CR or with the data. The next LF and the next CR are remembered, so that
// data with only one kind is not searched for the other again and again.
typedef struct {
    const char *at, *end, *lf, *cr;
    bool done;
} line_walk;

static const char *find(const char *at, const char *end, char c) {
    const char *found = at == end ? NULL : memchr(at, c, (size_t)(end - at));
    return found == NULL ? end : found;
}

static line_walk walk_lines(el_slice data) {
    static const char nothing[] = "";
    const char *start = data.length == 0 ? nothing : data.bytes, *end = start + data.length;
    return (line_walk){start, end, find(start, end, '\n'), find(start, end, '\r'), false};
}

static bool next_line(line_walk *walk, el_slice *line) {
    if (walk->done) return false;
    if (walk->lf < walk->at) walk->lf = find(walk->at, walk->end, '\n');
    if (walk->cr < walk->at) walk->cr = find(walk->at, walk->end, '\r');
    const char *stop = walk->lf < walk->cr ? walk->lf : walk->cr;
    *line = (el_slice){walk->at, (size_t)(stop - walk->at)};
    if (stop == walk->end) {
        walk->done = true;
        return true;
    }
    bool both = stop == walk->cr && walk->lf == walk->cr + 1 && walk->lf < walk->end;
    walk->at = stop + (both ? 2 : 1);
    return true;
}

static size_t data_lines_length(el_slice data) {
    size_t length = 0;
    line_walk walk = walk_lines(data);
    for (el_slice line; next_line(&walk, &line);) length += LENGTH(data_field) + line.length + 1;
    return length;
}

static char *put(char *to, const char *bytes, size_t length) {
    if (length > 0) memcpy(to, bytes, length);
    return to + length;
}

static char *put_block(char *to, const el_frame_parts *parts) {
    to = put(to, id_field, LENGTH(id_field)) + EL_POSITION_LENGTH;
    *to++ = '\n';
    if (parts->event.length > 0) {
        to = put(to, event_field, LENGTH(event_field));
        to = put(to, parts->event.bytes, parts->event.length);
        *to++ = '\n';
    }
    line_walk walk = walk_lines(parts->data);
    for (el_slice line; next_line(&walk, &line);) {
        to = put(to, data_field, LENGTH(data_field));
        to = put(to, line.bytes, line.length);
        *to++ = '\n';
    }
    *to++ = '\n';
    return to;
}

uint32_t el_chunk_size_line(char *text, size_t size) {
    uint32_t digits = 1;
    for (size_t rest = size >> 4; rest > 0; rest >>= 4) digits++;
    for (uint32_t at = digits; at > 0; at--, size >>= 4) text[at - 1] = "0123456789abcdef"[size & 15];
    text[digits] = '\r', text[digits + 1] = '\n';
    return digits + 2;
}

el_frame *el_frame_new(const el_frame_parts *parts) {
    const size_t most = UINT32_MAX;
    if (parts->type.length > most || parts->subject.length > most || parts->event.length > most ||
        parts->data.length > most || parts->meta.length > most)
        return NULL;
    size_t event = parts->event.length > 0 ? LENGTH(event_field) + parts->event.length + 1 : 0;
    size_t data = data_lines_length(parts->data);
    size_t block = ID_LINE + event + data + 1;
    char size_line[EL_CHUNK_SIZE_LINE_MAX];
    uint32_t inner = el_chunk_size_line(size_line, block);
    size_t total = inner + block + 2 + parts->type.length + parts->subject.length + parts->meta.length;
    if (total > most - sizeof(el_frame)) return NULL;

    el_frame *frame = malloc(sizeof *frame + total);
    if (frame == NULL) return NULL;
    *frame = (el_frame){
        .type_hash = el_hash(parts->type),
        .subject_hash = el_hash(parts->subject),
        .inner = inner,
        .block_length = (uint32_t)block,
        .data = (uint32_t)(inner + ID_LINE + event),
        .data_length = (uint32_t)data,
        .type_length = (uint32_t)parts->type.length,
        .subject_length = (uint32_t)parts->subject.length,
        .meta_length = (uint32_t)parts->meta.length,
        .has_subject = parts->subject.bytes != NULL,
        .ends = parts->ends,
    };
    atomic_init(&frame->references, 1);
    atomic_init(&frame->truths, 0);
    char *to = put_block(put(frame->bytes, size_line, inner), parts);
    to = put(to, "\r\n", 2);
    to = put(to, parts->type.bytes, parts->type.length);
    to = put(to, parts->subject.bytes, parts->subject.length);
    put(to, parts->meta.bytes, parts->meta.length);
    return frame;
}

void el_frame_free(el_frame *frame) { free(frame); }

void el_frame_accept(const el_appendix *item, const el_core *core) {
    el_frame *frame = item->frame;
    frame->channel = item->channel;
    frame->number = core->number;
    frame->time = core->time;
    frame->next = NULL;
    el_position_write(frame->bytes + frame->inner + LENGTH(id_field), core->epoch, frame->number);
    atomic_store_explicit(&frame->truths, item->truths, memory_order_relaxed);
    atomic_store_explicit(&frame->references, core->loops, memory_order_relaxed);
}

int64_t el_frame_time(const el_frame *frame) { return frame->time; }

static const char *after_wire(const el_frame *frame) { return frame->bytes + frame->inner + frame->block_length + 2; }

el_slice el_frame_type(const el_frame *frame) { return (el_slice){after_wire(frame), frame->type_length}; }

el_slice el_frame_subject(const el_frame *frame) {
    return (el_slice){frame->has_subject ? after_wire(frame) + frame->type_length : NULL, frame->subject_length};
}

el_slice el_frame_meta(const el_frame *frame) {
    return (el_slice){after_wire(frame) + frame->type_length + frame->subject_length, frame->meta_length};
}

el_slice el_frame_data_lines(const el_frame *frame) {
    return (el_slice){frame->bytes + frame->data, frame->data_length};
}

el_slice el_frame_event_line(const el_frame *frame) {
    size_t start = frame->inner + ID_LINE;
    return (el_slice){frame->bytes + start, frame->data - start};
}

el_slice el_frame_wire(const el_frame *frame, bool chunked) {
    if (chunked) return (el_slice){frame->bytes, (size_t)frame->inner + frame->block_length + 2};
    return (el_slice){frame->bytes + frame->inner, frame->block_length};
}

uint64_t el_frame_cost(const el_frame *frame) {
    return sizeof *frame + frame->inner + frame->block_length + 2 + (uint64_t)frame->type_length +
           frame->subject_length + frame->meta_length + EL_FRAME_BOOKKEEPING;
}

void el_frame_retain(el_frame *frame) { atomic_fetch_add_explicit(&frame->references, 1, memory_order_relaxed); }

void el_frame_release(el_frame *frame, _Atomic uint64_t *pinned_bytes) {
    // Read before the step: a holder on another loop may free the frame right after it.
    uint64_t cost = el_frame_cost(frame);
    uint64_t before = atomic_fetch_sub_explicit(&frame->references, 1, memory_order_acq_rel);
    if (before == 1) free(frame);
    else if ((uint32_t)before == 1) atomic_fetch_add_explicit(pinned_bytes, cost, memory_order_relaxed);
}

void el_frame_hold(el_frame *frame) { atomic_fetch_add_explicit(&frame->references, HOLDER, memory_order_relaxed); }

void el_frame_let_go(el_frame *frame, _Atomic uint64_t *pinned_bytes) {
    if (atomic_fetch_sub_explicit(&frame->references, HOLDER, memory_order_acq_rel) != HOLDER) return;
    atomic_fetch_sub_explicit(pinned_bytes, el_frame_cost(frame), memory_order_relaxed);
    free(frame);
}

bool el_frame_is_pinned(const el_frame *frame) {
    return (uint32_t)atomic_load_explicit(&frame->references, memory_order_relaxed) == 0;
}
