#include "shelf_body.h"

#include <stdlib.h>

// One turn of el_shelf_deliver. While the writes are small, it ends after a part of those who wait: looking at requests
// and the mailbox in between lets what comes meanwhile go out with the same writes, and under load there are half as many
// or fewer. Large writes gain nothing by growing, and events would only wait longer: then the round is finished first,
// within bounds for the sake of those who ask something else. The part grows with the queue, because marking the
// followers anew is work for each turn.
#define PARTS_OF_A_ROUND 16
#define PART_MIN 64
#define PART_MAX 512
#define LARGE_WRITE ((size_t)20 * 1024)
#define TURN_WRITES ((size_t)2048)
#define TURN_BYTES ((size_t)160 << 20)

el_shelf *el_shelf_new(el_core *core, uint32_t index) {
    el_shelf *shelf = aligned_alloc(_Alignof(el_shelf), sizeof(el_shelf));
    if (shelf == NULL) return NULL;
    *shelf = (el_shelf){.core = core, .index = index, .version = 1, .departures = 1};
    return shelf;
}

static el_subscriber *any_follower(const el_view *view) {
    if (view->followers.first != NULL) return el_follower_owner(view->followers.first);
    return view->followed == NULL ? NULL : el_follower_owner(view->followed->followers.first);
}

void el_shelf_free(el_shelf *shelf) {
    for (el_view *view = shelf->views; view != NULL; view = view->next)
        for (el_subscriber *subscriber; (subscriber = any_follower(view)) != NULL;) el_subscriber_free(subscriber);
    // Those whose channel was closed while they were half through a frame.
    while (shelf->blocked_first != NULL) el_subscriber_free(shelf->blocked_first->owner);
    while (shelf->queue_first != NULL) el_subscriber_free(shelf->queue_first);
    el_batches_forget(&shelf->batches);
    free(shelf);
}

void el_shelf_list_view(el_shelf *shelf, el_view *view) {
    if (view->listed) return;
    view->listed = true;
    view->previous = NULL;
    view->next = shelf->views;
    if (shelf->views != NULL) shelf->views->previous = view;
    shelf->views = view;
}

void el_shelf_unlist_view(el_shelf *shelf, el_view *view) {
    if (!view->listed) return;
    view->listed = false;
    if (view->previous != NULL) view->previous->next = view->next;
    else shelf->views = view->next;
    if (view->next != NULL) view->next->previous = view->previous;
}

void el_shelf_enqueue(el_shelf *shelf, el_subscriber *subscriber) {
    if (subscriber->queued) return;
    subscriber->queued = true;
    subscriber->previous = shelf->queue_last;
    subscriber->next = NULL;
    if (shelf->queue_last != NULL) shelf->queue_last->next = subscriber;
    else shelf->queue_first = subscriber;
    shelf->queue_last = subscriber;
    shelf->queued++;
}

void el_shelf_dequeue(el_shelf *shelf, el_subscriber *subscriber) {
    if (!subscriber->queued) return;
    subscriber->queued = false;
    if (subscriber->previous != NULL) subscriber->previous->next = subscriber->next;
    else shelf->queue_first = subscriber->next;
    if (subscriber->next != NULL) subscriber->next->previous = subscriber->previous;
    else shelf->queue_last = subscriber->previous;
    shelf->queued--;
    shelf->departures++;
}

void el_shelf_after(el_shelf *shelf, el_subscriber *subscriber, el_sent sent) {
    if (sent == EL_SENT_SOME) el_shelf_enqueue(shelf, subscriber);
}

// All are served: from here on a place is needed only for what comes.
static void note_served(el_shelf *shelf) {
    if (shelf->queue_first != NULL || shelf->lingering != NULL) return;
    shelf->served = shelf->last_number;
}

// The channel is closed. Each stream of it gets one slice more and its end; who is half through a frame gets its rest.
static void close_view(el_shelf *shelf, el_view *view) {
    for (el_subscriber *subscriber; (subscriber = any_follower(view)) != NULL;) {
        el_shelf_dequeue(shelf, subscriber);
        subscriber->ending = true;
        if (!subscriber->blocked && el_subscriber_send(subscriber) == EL_SENT_LAST) continue;
        el_subscriber_unfollow(subscriber);
        if (!subscriber->blocked) el_subscriber_end(subscriber);
    }
    el_shelf_unlist_view(shelf, view);
    el_view_leave_lingering(view);
    el_core *core = shelf->core;
    el_channel *channel = view->channel;
    shelf->version++;
    // The view itself is freed by who closes the channel: others may be reading its figures.
    pthread_mutex_lock(&core->lock);
    channel->let_go++;
    pthread_cond_broadcast(&core->closed);
    pthread_mutex_unlock(&core->lock);
}

void el_shelf_close_views(el_shelf *shelf) {
    for (el_view *view; (view = shelf->closing) != NULL;) {
        shelf->closing = view->next_closing;
        close_view(shelf, view);
    }
}

// Frames that are only kept for those who are half through them are beyond the limit: the longest-blocked go.
static void unpin(el_shelf *shelf) {
    el_core *core = shelf->core;
    for (el_places *places = shelf->blocked_first, *next; places != NULL; places = next) {
        if ((int64_t)el_read(&core->pinned_bytes) <= (int64_t)core->pinned_limit) return;
        next = places->blocked_next;
        if (places->held == NULL || !el_frame_is_pinned(places->held)) continue;
        el_count(&shelf->unpinned, 1);
        el_subscriber_drop(places->owner, EL_DROP_PINNED);
    }
}

static void end_followers(el_shelf *shelf, const el_followers *followers, bool only_filtered_out) {
    for (el_follower *part = followers->first; part != NULL; part = part->next) {
        el_subscriber *subscriber = el_follower_owner(part);
        if (only_filtered_out && !el_filter_has_ended(subscriber->filter)) continue;
        subscriber->ending = true;
        if (!subscriber->blocked) el_shelf_enqueue(shelf, subscriber);
    }
}

static void end_streams(el_shelf *shelf, bool only_filtered_out) {
    shelf->departures++;  // some come into the queue that nobody has marked
    for (el_view *view = shelf->views; view != NULL; view = view->next) {
        end_followers(shelf, &view->followers, only_filtered_out);
        for (el_subject *subject = view->followed; subject != NULL; subject = subject->followed_next)
            end_followers(shelf, &subject->followers, only_filtered_out);
    }
}

// Predicates have ended: who follows with one of them goes. Rare, so nobody keeps a list of them.
static void end_filtered(el_shelf *shelf) {
    uint64_t ended = atomic_load(&shelf->core->ended_predicates);
    if (ended == shelf->ended) return;
    shelf->ended = ended;
    end_streams(shelf, true);
}

void el_shelf_drain(el_shelf *shelf) {
    if (el_mailbox_is_empty(shelf->core, &shelf->mailbox)) return note_served(shelf);
    el_post post = el_mailbox_take(shelf->core, &shelf->mailbox);
    shelf->last_number = post.number;
    for (el_frame *frame = post.first, *next; frame != NULL; frame = next) {
        next = frame == post.last ? NULL : frame->next;
        el_channel *channel = frame->channel;
        el_view *view = channel->views[shelf->index];
        if (frame == channel->closing) {
            el_frame_release(frame, &shelf->core->pinned_bytes);
            view->next_closing = shelf->closing;
            shelf->closing = view;
        } else {
            el_view_push(view, frame);
        }
    }
    if (post.first != NULL) unpin(shelf);
    end_filtered(shelf);
    note_served(shelf);
}

static size_t part_of_round(const el_shelf *shelf) {
    size_t part = shelf->queued / PARTS_OF_A_ROUND;
    return part < PART_MIN ? PART_MIN : part > PART_MAX ? PART_MAX : part;
}

bool el_shelf_deliver(el_shelf *shelf) {
    el_shelf_close_views(shelf);
    size_t part = part_of_round(shelf), most = shelf->queued < TURN_WRITES ? shelf->queued : TURN_WRITES;
    shelf->turn_bytes = 0;
    for (size_t writes = 0; writes < most && shelf->queue_first != NULL && shelf->turn_bytes < TURN_BYTES; writes++) {
        if (writes >= part && shelf->turn_bytes < writes * LARGE_WRITE) break;
        el_subscriber *subscriber = shelf->queue_first;
        el_shelf_dequeue(shelf, subscriber);
        el_shelf_after(shelf, subscriber, el_subscriber_send(subscriber));
    }
    note_served(shelf);
    if (shelf->queue_first == NULL) el_batches_forget(&shelf->batches);
    return shelf->queue_first != NULL || shelf->closing != NULL;
}

bool el_shelf_expire(el_shelf *shelf, int64_t now) {
    el_shelf_drain(shelf);
    bool any = false;
    for (el_view *view = shelf->views; view != NULL; view = view->next) any |= el_view_expire(view, now);
    unpin(shelf);
    return any;
}

void el_shelf_end_all(el_shelf *shelf) {
    el_shelf_drain(shelf);
    end_streams(shelf, false);
}

void el_shelf_count(const el_shelf *shelf, el_counters *counters) {
    const el_core *core = shelf->core;
    counters->subscribers += el_read(&shelf->subscribers);
    counters->delivered += el_read(&shelf->delivered);
    counters->gaps += el_read(&shelf->gaps);
    counters->missed += el_read(&shelf->missed);
    counters->heartbeats += el_read(&shelf->heartbeats);
    counters->subscriber_wakes += el_read(&shelf->subscriber_wakes);
    counters->blocked += el_read(&shelf->blocked);
    counters->unpinned += el_read(&shelf->unpinned);
    el_mailbox_count(core, &shelf->mailbox, counters);
    if (shelf->index > 0) return;
    // What is one figure for all loops comes with the first.
    counters->appended += el_read(&core->appended);
    counters->wakes += el_read(&core->wakes);
    int64_t pinned = (int64_t)el_read(&core->pinned_bytes);  // for a moment below 0: see el_frame_release
    if (pinned > 0) counters->pinned_bytes += (uint64_t)pinned;
}
