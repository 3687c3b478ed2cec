#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "shelf_body.h"

static bool add_entry(el_batch *batch, el_frame *frame, size_t end) {
    if (batch->count == batch->capacity) {
        size_t capacity = batch->capacity == 0 ? 16 : batch->capacity * 2;
        el_batch_entry *entries = realloc(batch->entries, capacity * sizeof *entries);
        if (entries == NULL) return false;
        batch->entries = entries;
        batch->capacity = capacity;
    }
    batch->entries[batch->count++] = (el_batch_entry){frame, end};
    batch->length = end;
    return true;
}

typedef enum { ADDED, FULL, FAILED } addition;

static addition add_rendered(el_batch *batch, const el_core *core, el_frame *frame) {
    if (batch->text.length >= EL_SLICE_BYTES) return FULL;
    switch (el_envelope_append(core, frame, batch->chunked, &batch->text)) {
    case EL_RENDERED: return add_entry(batch, frame, batch->text.length) ? ADDED : FAILED;
    case EL_RENDERED_NOTHING: return ADDED;
    case EL_RENDER_FAILED: break;
    }
    return FAILED;
}

static addition add_frame(el_batch *batch, el_frame *frame) {
    size_t end = batch->length + el_frame_wire(frame, batch->chunked).length;
    if (batch->count > 0 && end > EL_SLICE_BYTES) return FULL;
    return add_entry(batch, frame, end) ? ADDED : FAILED;
}

// Several frames become one run of bytes. Without memory for it, the first goes alone, as it is.
static void copy_frames(el_batch *batch) {
    if (batch->envelope || batch->count < 2) return;
    if (!el_text_reserve(&batch->text, batch->length)) {
        batch->count = 1;
        batch->length = batch->entries[0].end;
        batch->upto = batch->entries[0].frame->number;
        batch->ending = batch->entries[0].frame->ends ? batch->entries[0].frame : NULL;
        batch->more = true;
        return;
    }
    for (size_t at = 0; at < batch->count; at++) {
        el_slice wire = el_frame_wire(batch->entries[at].frame, batch->chunked);
        memcpy(batch->text.bytes + batch->text.length, wire.bytes, wire.length);
        batch->text.length += wire.length;
    }
}

// Up to a frame that may end the stream: what comes after it is for those whose stream goes on.
static void fill(el_batch *batch, const el_subscriber *subscriber, el_reader *reader) {
    const el_core *core = subscriber->shelf->core;
    int feed = 0;
    el_frame *frame;
    for (int seen = 0; seen < EL_SLICE_FRAMES && (frame = el_reader_peek(reader, &feed)) != NULL; seen++) {
        if (el_subscriber_wants(subscriber, feed, frame)) {
            addition added = batch->envelope ? add_rendered(batch, core, frame) : add_frame(batch, frame);
            if (added == FAILED && batch->count == 0) batch->failed = true;
            if (added != ADDED) break;
        }
        batch->upto = frame->number;
        el_reader_skip(reader);
        if (el_subscriber_may_end_with(subscriber, frame)) {
            batch->ending = frame;
            break;
        }
    }
    batch->more = reader->count > 0;
    if (!batch->more) batch->upto = subscriber->shelf->last_number;
    copy_frames(batch);
}

// Only what is sure to be the same for all who stand there: nobody who starts later in one feed than in another.
static bool describe(const el_subscriber *subscriber, uint64_t start, el_batch *key) {
    const el_places *places = subscriber->places;
    key->version = subscriber->shelf->version;
    key->start = start;
    key->join = 0;
    key->filter = subscriber->filter;
    key->chunked = subscriber->chunked;
    key->envelope = subscriber->envelope;
    key->part_count = subscriber->part_count;
    for (int part = 0; part < subscriber->part_count; part++)
        key->parts[part] = (el_feed){subscriber->parts[part].view, subscriber->parts[part].subject};
    if (places == NULL || subscriber->cursor >= places->join) return true;
    for (int feed = 0; feed < places->feeds; feed++) {
        if (places->dues[feed].from > subscriber->cursor) return false;
        if (!places->dues[feed].select) continue;
        if (subscriber->part_count > 1) return false;
        key->join = places->join;
    }
    return true;
}

static bool matches(const el_batch *batch, const el_batch *key) {
    return batch->version == key->version && batch->start == key->start && batch->join == key->join &&
           batch->chunked == key->chunked && batch->envelope == key->envelope &&
           batch->part_count == key->part_count &&
           memcmp(batch->parts, key->parts, (size_t)key->part_count * sizeof(el_feed)) == 0 &&
           el_filter_equals(batch->filter, key->filter);
}

static void empty(el_batch *batch) {
    el_filter_release(batch->filter);
    batch->filter = NULL;
    batch->version = 0;
    batch->count = batch->length = batch->text.length = 0;
    batch->ending = NULL;
    batch->failed = false;
}

const el_batch *el_batch_for(const el_subscriber *subscriber) {
    el_batches *batches = &subscriber->shelf->batches;
    el_reader reader;
    el_reader_open(&reader, subscriber);
    int feed = 0;
    el_frame *first = el_reader_peek(&reader, &feed);
    if (first == NULL) {
        batches->nothing.upto = subscriber->shelf->last_number;
        return &batches->nothing;
    }
    el_batch *batch = &batches->batches[batches->next];
    el_batch key;
    bool shared = describe(subscriber, first->number, &key);
    for (int at = 0; shared && at < EL_BATCHES; at++)
        if (matches(&batches->batches[at], &key)) return &batches->batches[at];
    batches->next = (batches->next + 1) % EL_BATCHES;
    empty(batch);
    batch->chunked = key.chunked;
    batch->envelope = key.envelope;
    batch->filter = el_filter_retain(key.filter);
    batch->start = key.start;
    batch->join = key.join;
    batch->part_count = key.part_count;
    memcpy(batch->parts, key.parts, (size_t)key.part_count * sizeof(el_feed));
    fill(batch, subscriber, &reader);
    batch->version = shared && !batch->failed ? key.version : 0;
    return batch;
}

el_slice el_batch_bytes(const el_batch *batch) {
    if (batch->count == 0) return (el_slice){NULL, 0};
    if (batch->text.length > 0) return (el_slice){batch->text.bytes, batch->length};
    return el_frame_wire(batch->entries[0].frame, batch->chunked);
}

void el_batches_forget(el_batches *batches) {
    for (int at = 0; at < EL_BATCHES; at++) {
        el_batch *batch = &batches->batches[at];
        empty(batch);
        free(batch->entries);
        free(batch->text.bytes);
        *batch = (el_batch){0};
    }
}
