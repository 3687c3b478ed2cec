// "Send what lies after the cursor". One offer to the sink, in this order, each only if there is any:
//
//     the rest of what was begun │ first block, gap │ frames: a batch, or a single one's own bytes
//
// and then the account of what was taken: the cursor is behind the last whole frame; one taken in part is held.
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "preface.h"
#include "shelf_body.h"

typedef struct {
    el_slice rest;
    el_preface preface;
    const el_batch *batch;  // NULL: only the rest
    el_text rendered;       // of the held frame, in an envelope
} offering;

// What is left of a frame or a text that the sink took in part. False: out of memory.
static bool find_rest(el_subscriber *subscriber, offering *offer) {
    const el_places *places = subscriber->places;
    if (places->held == NULL) {
        offer->rest = (el_slice){places->text + places->taken, places->text_length - places->taken};
        return true;
    }
    offer->rest = el_frame_wire(places->held, subscriber->chunked);
    if (subscriber->envelope) {
        el_core *core = subscriber->shelf->core;
        if (el_envelope_append(core, places->held, subscriber->chunked, &offer->rendered) != EL_RENDERED) return false;
        offer->rest = (el_slice){offer->rendered.bytes, offer->rendered.length};
    }
    if (offer->rest.length <= places->taken) return false;  // rendered shorter than before: not the same bytes
    offer->rest.bytes += places->taken;
    offer->rest.length -= places->taken;
    return true;
}

static bool prepare(el_subscriber *subscriber, offering *offer) {
    el_places *places = subscriber->places;
    if (places != NULL) {
        el_places_settle(subscriber);
        if (!find_rest(subscriber, offer)) return false;
        // Perhaps it is the last: nothing is to follow it then.
        if (places->held != NULL && places->held->ends) return true;
    }
    offer->batch = el_batch_for(subscriber);
    if (places != NULL) el_preface_write(subscriber, offer->batch, &offer->preface);
    return !offer->batch->failed;
}

static size_t hand_over(el_subscriber *subscriber, const offering *offer, size_t *offered) {
    el_slice slices[] = {offer->rest,
                         {offer->preface.text, offer->preface.length},
                         offer->batch == NULL ? (el_slice){NULL, 0} : el_batch_bytes(offer->batch)};
    struct iovec vector[3];
    int count = 0;
    *offered = 0;
    for (int at = 0; at < 3; at++) {
        if (slices[at].length == 0) continue;
        vector[count++] = (struct iovec){(void *)(uintptr_t)slices[at].bytes, slices[at].length};
        *offered += slices[at].length;
    }
    if (count == 0) return 0;
    size_t taken = subscriber->sink->verbs->offer(subscriber->sink, vector, count);
    subscriber->shelf->turn_bytes += taken;
    return taken;
}

// The cursor behind what was taken of the batch. One taken in part is held, and counts as taken: its rest goes first.
static void take_frames(el_subscriber *subscriber, const el_batch *batch, size_t taken) {
    size_t low = 0, high = batch->count;  // the first that was not taken whole
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (batch->entries[middle].end <= taken) low = middle + 1;
        else high = middle;
    }
    size_t start = low == 0 ? 0 : batch->entries[low - 1].end;
    size_t last = taken > start ? low + 1 : low;
    if (last > 0) subscriber->cursor = batch->entries[last - 1].frame->number;
    el_count(&subscriber->shelf->delivered, last);
    if (taken == start) return;
    subscriber->places->held = batch->entries[low].frame;
    subscriber->places->taken = taken - start;
    el_frame_hold(subscriber->places->held);
}

// The sink is full.
static el_sent block(el_subscriber *subscriber, const offering *offer, size_t taken) {
    if (subscriber->places == NULL && !el_places_give(subscriber)) {
        el_subscriber_drop(subscriber, EL_DROP_MEMORY);
        return EL_SENT_LAST;
    }
    el_places *places = subscriber->places;
    if (taken < offer->rest.length) {
        places->taken += taken;
    } else {
        taken -= offer->rest.length;
        el_places_finish_rest(places);
        // Nothing of it taken: it is written anew next time, when more may have gone.
        if (taken > 0) el_preface_taken(subscriber, &offer->preface);
        if (taken >= offer->preface.length) {
            if (offer->batch != NULL) take_frames(subscriber, offer->batch, taken - offer->preface.length);
        } else if (taken > 0) {
            memcpy(places->text, offer->preface.text, offer->preface.length);
            places->text_length = offer->preface.length;
            places->taken = taken;
        }
    }
    el_places_reckon(subscriber);
    el_places_block(places);
    return EL_SENT_BLOCKED;
}

// A filter may have kept back the very event that ends the stream. Its position goes out all the same, in a block
// without data: who came back with an older one would be let in and sent away again and again, where 204 is the stop
// sign.
//
// Who is ended for what its filter costs is told that.
static el_sent finish(el_subscriber *subscriber, bool is_told) {
    bool is_dear = el_filter_has_ended(subscriber->filter);
    if (!is_told || is_dear) {
        el_preface last;
        if (is_dear) el_preface_write_end(subscriber, &last);
        else el_preface_write_position(subscriber, &last);
        if (subscriber->places != NULL) el_places_reckon(subscriber);
        el_sent sent = el_subscriber_send_text(subscriber, (el_slice){last.text, last.length});
        if (sent != EL_SENT_ALL) return sent;  // with room again, the end is found anew
    }
    el_subscriber_end(subscriber);
    return EL_SENT_LAST;
}

// All was taken. Does the stream end here, is there more, or is it live now?
static el_sent go_on(el_subscriber *subscriber, const offering *offer) {
    el_places *places = subscriber->places;
    const el_batch *batch = offer->batch;
    const el_frame *ending = batch != NULL ? batch->ending : places->held;
    uint64_t join = places == NULL ? 0 : places->join;
    bool ends = ending != NULL && ending->number > join && el_subscriber_pass_end(subscriber, ending);
    bool is_told = subscriber->filter == NULL || batch == NULL ||
                   (batch->count > 0 && batch->entries[batch->count - 1].frame->ends);
    if (places != NULL) el_places_finish_rest(places);
    if (batch != NULL) {
        if (offer->preface.length > 0) el_preface_taken(subscriber, &offer->preface);
        el_count(&subscriber->shelf->delivered, batch->count);
        subscriber->cursor = batch->upto;
    }
    bool more = batch == NULL || batch->more;
    if (!ends && !more) {
        ends = subscriber->ending || (places != NULL && el_subscriber_has_ended(subscriber));
        is_told = is_told || subscriber->ending;
    }
    if (ends) return finish(subscriber, is_told);
    if (!more) {
        el_places_take(subscriber);
        return EL_SENT_ALL;
    }
    if (places == NULL && !el_places_give(subscriber)) {
        el_subscriber_drop(subscriber, EL_DROP_MEMORY);
        return EL_SENT_LAST;
    }
    el_places_reckon(subscriber);
    return EL_SENT_SOME;
}

el_sent el_subscriber_send(el_subscriber *subscriber) {
    offering offer = {0};
    if (subscriber->doomed || !prepare(subscriber, &offer)) {
        free(offer.rendered.bytes);
        el_subscriber_drop(subscriber, EL_DROP_MEMORY);
        return EL_SENT_LAST;
    }
    size_t offered;
    size_t taken = hand_over(subscriber, &offer, &offered);
    el_sent sent = taken < offered ? block(subscriber, &offer, taken) : go_on(subscriber, &offer);
    free(offer.rendered.bytes);
    return sent;
}

el_sent el_subscriber_send_text(el_subscriber *subscriber, el_slice text) {
    struct iovec slice = {(void *)(uintptr_t)text.bytes, text.length};
    size_t taken = subscriber->sink->verbs->offer(subscriber->sink, &slice, 1);
    if (taken >= text.length) return EL_SENT_ALL;
    if (subscriber->places == NULL && !el_places_give(subscriber)) {
        el_subscriber_drop(subscriber, EL_DROP_MEMORY);
        return EL_SENT_LAST;
    }
    el_places *places = subscriber->places;
    if (taken > 0) {
        memcpy(places->text, text.bytes, text.length);
        places->text_length = text.length;
        places->taken = taken;
    }
    el_places_block(places);
    return EL_SENT_BLOCKED;
}
