// A subscriber: a place in what some channels keep, and a sink. It has no queue.
//
//     live       one number, `cursor`: all of its frames up to there have been taken. 120 bytes with one part
//     with       while it catches up, is blocked, or has something to be told that was not taken yet, it has
//     places     `places` (places.h) beside it, and gives them back when it is live again
//
// Invariant: a subscriber without places that is not in the shelf's queue has everything that its feeds hold. One in
// the queue may not have what came after `el_shelf.served`.
//
// Threads    The loop's.
// Ownership  The shelf's; freed by el_subscriber_free alone.
#ifndef EL_SUBSCRIBER_H
#define EL_SUBSCRIBER_H
#include "filter.h"
#include "shelf.h"
#include "view.h"

// One of the things followed: a channel, or one of its subjects and, with it, the channel's events without a subject.
// Parts of one channel stand together, and a whole channel has no other part beside it.
struct el_follower {
    el_view *view;
    el_subject *subject;       // NULL: the whole channel
    el_follower *next, *previous;  // of those that follow the same
    uint64_t ended;            // the number of the frame that ended it and was passed; 0: none
    bool ended_with_all;       // it was one without a subject
    uint8_t index;             // among its subscriber's parts
};

struct el_subscriber {
    el_sink *sink;
    el_shelf *shelf;
    struct el_places *places;
    el_filter *filter;
    el_subscriber *next, *previous;  // in the shelf's queue
    uint64_t cursor;
    uint8_t part_count;  // 0: its channel was closed
    bool chunked;
    bool envelope;
    bool queued;
    bool blocked;
    bool ending;  // after what is pending
    bool doomed;  // there was no memory for its places
    el_follower parts[];
};
_Static_assert(sizeof(el_subscriber) + sizeof(el_follower) <= 128, "an idle subscriber is meant to be small");

static inline el_subscriber *el_follower_owner(el_follower *part) {
    return (el_subscriber *)(void *)((char *)(part - part->index) - offsetof(el_subscriber, parts));
}

// A feed: one list that is read. A part has one or two; the list of everyone is read once for all parts of a channel.
#define EL_FEEDS_MAX (2 * EL_PARTS_MAX)
typedef struct {
    el_view *view;
    el_subject *subject;  // NULL: the whole channel
} el_feed;
int el_subscriber_feeds(const el_subscriber *subscriber, el_feed *feeds);  // always in the same order
static inline const el_list *el_feed_list(el_feed feed) {
    return feed.subject == NULL ? &feed.view->all : &feed.subject->list;
}

typedef enum {
    EL_SENT_ALL,      // it has everything
    EL_SENT_SOME,     // a slice; there is more
    EL_SENT_BLOCKED,  // the sink is full
    EL_SENT_LAST,     // ended or dropped: the subscriber is freed
} el_sent;

// "Send what lies after the cursor": one slice. Called on joining, after an append, and when there is room again.
el_sent el_subscriber_send(el_subscriber *subscriber);
// Hands over a short text (a comment) whole, or keeps its rest.
el_sent el_subscriber_send_text(el_subscriber *subscriber, el_slice text);

void el_subscriber_unfollow(el_subscriber *subscriber);  // leaves all its parts
void el_subscriber_free(el_subscriber *subscriber);
void el_subscriber_end(el_subscriber *subscriber);  // frees it, and finishes its sink
void el_subscriber_drop(el_subscriber *subscriber, el_drop_reason reason);

// ending.c
// Does this frame of one of its feeds end one of its parts? A subject's end is nothing to who follows the channel.
bool el_subscriber_may_end_with(const el_subscriber *subscriber, const el_frame *frame);
// This frame, which ends its subject or its channel, has been passed. True: with it, all parts have ended.
bool el_subscriber_pass_end(el_subscriber *subscriber, const el_frame *frame);
// It has caught up with history: is everything it follows ended, as the views remember it?
bool el_subscriber_has_ended(el_subscriber *subscriber);
#endif
