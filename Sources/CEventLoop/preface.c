#include "preface.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shelf_body.h"

const el_slice el_heartbeat_chunk = {"d\r\n: heartbeat\n\n\r\n", 18};
const el_slice el_heartbeat_block = {": heartbeat\n\n", 13};
static const char no_position[] = "gap";  // after the epoch: never valid, so that the gap is told again

static void add_block(el_preface *preface, bool chunked, const char *block, size_t length) {
    char *to = preface->text + preface->length;
    if (chunked) to += el_chunk_size_line(to, length);
    memcpy(to, block, length);
    to += length;
    if (chunked) {
        memcpy(to, "\r\n", 2);
        to += 2;
    }
    preface->length = (size_t)(to - preface->text);
}

// Before what comes next; but also before what it missed since it joined: who drops out before it has heard of that gap shall hear of
// it when it is back.
static void greet(const el_subscriber *subscriber, uint64_t before_next, el_preface *preface) {
    const el_places *places = subscriber->places;
    const char *epoch = subscriber->shelf->core->epoch;
    char id[EL_POSITION_LENGTH + 1] = {0};
    if (places->foreign) snprintf(id, sizeof id, "%.*s-%s", EL_EPOCH_LENGTH, epoch, no_position);
    else el_position_write(id, epoch, places->resumes || places->missed > 0 ? places->given : before_next);
    char block[64];
    int length = snprintf(block, sizeof block, "retry: %" PRIu32 "\nid: %s\n\n", places->retry, id);
    add_block(preface, subscriber->chunked, block, (size_t)length);
}

static void tell_gap(const el_subscriber *subscriber, uint64_t before_next, el_preface *preface) {
    const el_places *places = subscriber->places;
    char id[EL_POSITION_LENGTH + 1] = {0};
    el_position_write(id, subscriber->shelf->core->epoch, before_next);
    char missed[24] = "null";
    if (!places->gap) snprintf(missed, sizeof missed, "%" PRIu64, places->missed);
    char block[112];
    int length = snprintf(block, sizeof block, "id: %s\nevent: gap\ndata: {\"missed\": %s}\n\n", id, missed);
    add_block(preface, subscriber->chunked, block, (size_t)length);
    preface->gap = true;
}

void el_preface_write(const el_subscriber *subscriber, const el_batch *batch, el_preface *preface) {
    const el_places *places = subscriber->places;
    bool gap = places->gap || places->missed > 0;
    // A slice in which nothing passed the filter does not know the next frame: the gap can wait for the one that does.
    if (batch->count == 0 && batch->more) gap = false;
    uint64_t before_next = batch->count > 0 ? batch->entries[0].frame->number - 1 : batch->upto;
    if (places->greet) greet(subscriber, before_next, preface);
    if (gap) tell_gap(subscriber, before_next, preface);
}

void el_preface_write_end(const el_subscriber *subscriber, el_preface *preface) {
    static const char block[] = ": ended: this filter costs more than the channel can afford; ask for less, or filter in "
                                "the pipeline file\nretry: 30000\n\n";
    _Static_assert(sizeof block + EL_CHUNK_SIZE_LINE_MAX + 2 <= EL_PREFACE_MAX, "it has to fit");
    *preface = (el_preface){0};
    add_block(preface, subscriber->chunked, block, sizeof block - 1);
}

void el_preface_write_position(const el_subscriber *subscriber, el_preface *preface) {
    *preface = (el_preface){0};
    char id[EL_POSITION_LENGTH + 1] = {0};
    el_position_write(id, subscriber->shelf->core->epoch, subscriber->cursor);
    char block[64];
    int length = snprintf(block, sizeof block, "id: %s\n\n", id);
    add_block(preface, subscriber->chunked, block, (size_t)length);
}

void el_preface_taken(el_subscriber *subscriber, const el_preface *preface) {
    el_places *places = subscriber->places;
    places->greet = false;
    if (!preface->gap) return;
    el_count(&subscriber->shelf->gaps, 1);
    el_count(&subscriber->shelf->missed, places->missed);
    if (subscriber->part_count > 0) {
        // Of which channel is not known: a stream of several counts for its first.
        el_count(&subscriber->parts[0].view->gaps, 1);
        el_count(&subscriber->parts[0].view->missed, places->missed);
    }
    places->missed = 0;
    places->gap = false;
}

void el_places_finish_rest(el_places *places) {
    if (places->held != NULL) el_frame_let_go(places->held, &places->owner->shelf->core->pinned_bytes);
    places->held = NULL;
    places->taken = places->text_length = 0;
}
