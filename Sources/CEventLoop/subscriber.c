#include "subscriber.h"

#include <stdlib.h>

#include "preface.h"
#include "shelf_body.h"

int el_subscriber_feeds(const el_subscriber *subscriber, el_feed *feeds) {
    int count = 0;
    for (int at = 0; at < subscriber->part_count; at++) {
        const el_follower *part = &subscriber->parts[at];
        bool first_of_channel = at == 0 || part[-1].view != part->view;
        if (part->subject != NULL && first_of_channel) feeds[count++] = (el_feed){part->view, &part->view->everyone};
        feeds[count++] = (el_feed){part->view, part->subject};
    }
    return count;
}

void el_subscriber_unfollow(el_subscriber *subscriber) {
    for (int at = 0; at < subscriber->part_count; at++) {
        el_count(&subscriber->parts[at].view->subscribers, (uint64_t)-1);
        el_follower_unlink(&subscriber->parts[at]);
    }
    subscriber->part_count = 0;
}

void el_subscriber_free(el_subscriber *subscriber) {
    el_shelf *shelf = subscriber->shelf;
    el_shelf_dequeue(shelf, subscriber);
    el_places_take(subscriber);
    el_subscriber_unfollow(subscriber);
    el_filter_release(subscriber->filter);
    el_count(&shelf->subscribers, (uint64_t)-1);
    free(subscriber);
}

void el_subscriber_end(el_subscriber *subscriber) {
    el_sink *sink = subscriber->sink;
    el_subscriber_free(subscriber);
    sink->verbs->end(sink);
}

void el_subscriber_drop(el_subscriber *subscriber, el_drop_reason reason) {
    el_sink *sink = subscriber->sink;
    el_subscriber_free(subscriber);
    sink->verbs->drop(sink, reason);
}

void el_subscriber_room(el_subscriber *subscriber) {
    if (!subscriber->blocked) return;
    el_places_unblock(subscriber->places);
    subscriber->shelf->departures++;
    el_shelf_after(subscriber->shelf, subscriber, el_subscriber_send(subscriber));
}

void el_subscriber_leave(el_subscriber *subscriber) { el_subscriber_free(subscriber); }

void el_subscriber_beat(el_subscriber *subscriber) {
    if (subscriber->blocked || subscriber->queued) return;
    el_count(&subscriber->shelf->heartbeats, 1);
    el_subscriber_send_text(subscriber, subscriber->chunked ? el_heartbeat_chunk : el_heartbeat_block);
}
