#include "places.h"

#include <stdlib.h>

#include "shelf_body.h"

static uint64_t start_of(const el_subscriber *subscriber, const el_due *due) {
    return subscriber->cursor > due->from ? subscriber->cursor : due->from;
}

static bool is_selecting(const el_subscriber *subscriber) {
    const el_places *places = subscriber->places;
    if (subscriber->cursor >= places->join) return false;
    for (int feed = 0; feed < places->feeds; feed++)
        if (places->dues[feed].select) return true;
    return false;
}

static void count(el_places *places, bool counted) {
    if (places->counted == counted) return;
    el_shelf *shelf = places->owner->shelf;
    places->counted = counted;
    if (counted) {
        places->counted_previous = NULL;
        places->counted_next = shelf->counted;
        if (shelf->counted != NULL) shelf->counted->counted_previous = places;
        shelf->counted = places;
        return;
    }
    if (places->counted_previous != NULL) places->counted_previous->counted_next = places->counted_next;
    else shelf->counted = places->counted_next;
    if (places->counted_next != NULL) places->counted_next->counted_previous = places->counted_previous;
}

bool el_places_give(el_subscriber *subscriber) {
    el_feed feeds[EL_FEEDS_MAX];
    int count_of_feeds = el_subscriber_feeds(subscriber, feeds);
    el_places *places = calloc(1, sizeof *places + (size_t)count_of_feeds * sizeof(el_due));
    if (places == NULL) return false;
    places->owner = subscriber;
    places->feeds = count_of_feeds;
    subscriber->places = places;
    el_places_reckon(subscriber);
    return true;
}

void el_places_take(el_subscriber *subscriber) {
    el_places *places = subscriber->places;
    if (places == NULL) return;
    count(places, false);
    if (subscriber->blocked) el_places_unblock(places);
    if (places->held != NULL) el_frame_let_go(places->held, &subscriber->shelf->core->pinned_bytes);
    subscriber->places = NULL;
    free(places);
}

void el_places_reckon(el_subscriber *subscriber) {
    el_places *places = subscriber->places;
    count(places, subscriber->filter != NULL || is_selecting(subscriber));
    if (places->counted) return;
    el_feed feeds[EL_FEEDS_MAX];
    int last = el_subscriber_feeds(subscriber, feeds);
    for (int feed = 0; feed < last; feed++) {
        el_due *due = &places->dues[feed];
        uint64_t start = start_of(subscriber, due);
        due->due = el_list_after(el_feed_list(feeds[feed]), start);
        if (feeds[feed].subject != NULL) continue;
        due->removed = feeds[feed].view->pinned.removed;
        due->promised = el_pinned_live_after(&feeds[feed].view->pinned, start);
    }
}

void el_places_settle(el_subscriber *subscriber) {
    el_places *places = subscriber->places;
    if (places->counted) return;
    el_feed feeds[EL_FEEDS_MAX];
    int last = el_subscriber_feeds(subscriber, feeds);
    for (int feed = 0; feed < last; feed++) {
        el_due *due = &places->dues[feed];
        const el_list *list = el_feed_list(feeds[feed]);
        const el_pinned *pinned = &feeds[feed].view->pinned;
        bool whole = feeds[feed].subject == NULL;
        if (list->first <= due->due && (!whole || due->removed == pinned->removed)) continue;
        uint64_t expected = due->promised + (list->first > due->due ? list->first - due->due : 0);
        uint64_t available = whole ? el_pinned_live_after(pinned, start_of(subscriber, due)) : 0;
        places->missed += expected - available;
        due->promised = available;
        due->removed = pinned->removed;
        if (list->first > due->due) due->due = list->first;
    }
}

// The last of its subject among the frames up to a number.
static bool is_last_until(el_view *view, const el_frame *frame, uint64_t number) {
    el_subject *subject = el_view_subject_of(view, frame);
    if (subject == NULL) return true;  // there was no memory to know better
    return el_list_last_until(&subject->list, number) == frame->number;
}

bool el_subscriber_wants(const el_subscriber *subscriber, int feed, const el_frame *frame) {
    const el_places *places = subscriber->places;
    if (!el_filter_passes(subscriber->filter, frame)) return false;
    if (places == NULL || !places->dues[feed].select || frame->number > places->join) return true;
    return is_last_until(frame->channel->views[subscriber->shelf->index], frame, places->join);
}

void el_places_count_gone(el_view *view, el_subject *subject, const el_frame *frame) {
    el_feed feeds[EL_FEEDS_MAX];
    for (el_places *places = view->shelf->counted; places != NULL; places = places->counted_next) {
        const el_subscriber *subscriber = places->owner;
        int last = el_subscriber_feeds(subscriber, feeds);
        for (int feed = 0; feed < last; feed++) {
            if (feeds[feed].view != view || (feeds[feed].subject != NULL && feeds[feed].subject != subject)) continue;
            if (frame->number > start_of(subscriber, &places->dues[feed]) &&
                el_subscriber_wants(subscriber, feed, frame))
                places->missed++;
            break;
        }
    }
}

void el_places_block(el_places *places) {
    el_shelf *shelf = places->owner->shelf;
    places->owner->blocked = true;
    places->blocked_previous = shelf->blocked_last;
    places->blocked_next = NULL;
    if (shelf->blocked_last != NULL) shelf->blocked_last->blocked_next = places;
    else shelf->blocked_first = places;
    shelf->blocked_last = places;
    el_count(&shelf->blocked, 1);
}

void el_places_unblock(el_places *places) {
    el_shelf *shelf = places->owner->shelf;
    places->owner->blocked = false;
    if (places->blocked_previous != NULL) places->blocked_previous->blocked_next = places->blocked_next;
    else shelf->blocked_first = places->blocked_next;
    if (places->blocked_next != NULL) places->blocked_next->blocked_previous = places->blocked_previous;
    else shelf->blocked_last = places->blocked_previous;
    el_count(&shelf->blocked, (uint64_t)-1);
}
