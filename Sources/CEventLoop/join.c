// Joining: a subscription becomes a subscriber. In this order, so that nothing falls between history and what comes:
//
//     be counted (appends wake this loop from here on) → empty the mailbox → decide → follow → send
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "shelf_body.h"
#include "start.h"

typedef struct {
    el_view *view;
    el_slice subject;
    uint64_t hash;
    const el_start *start;
} wish;

typedef struct {
    int count;
    wish parts[EL_PARTS_MAX];
} wishes;

static bool same_subject(const wish *one, const wish *other) {
    if (one->subject.bytes == NULL || other->subject.bytes == NULL) return one->subject.bytes == other->subject.bytes;
    return one->hash == other->hash && one->subject.length == other->subject.length &&
           memcmp(one->subject.bytes, other->subject.bytes, one->subject.length) == 0;
}

// Keeps the parts of a channel together; one that is there already, or in the whole channel, adds nothing.
static void add_wish(wishes *wanted, wish part) {
    int first = 0;
    while (first < wanted->count && wanted->parts[first].view != part.view) first++;
    int end = first;
    for (; end < wanted->count && wanted->parts[end].view == part.view; end++)
        if (wanted->parts[end].subject.bytes == NULL || same_subject(&wanted->parts[end], &part)) return;
    int keep = part.subject.bytes == NULL ? first : end;  // a whole channel takes the place of its subjects
    int shift = keep + 1 - end;
    if (shift > 0)
        for (int at = wanted->count; at > end; at--) wanted->parts[at] = wanted->parts[at - 1];
    else
        for (int at = end; at < wanted->count; at++) wanted->parts[at + shift] = wanted->parts[at];
    wanted->parts[keep] = part;
    wanted->count += shift;
}

static void read_wishes(const el_shelf *shelf, const el_subscription *subscription, wishes *wanted) {
    wanted->count = 0;
    for (size_t at = 0; at < subscription->part_count && at < EL_PARTS_MAX; at++) {
        const el_part *part = &subscription->parts[at];
        uint64_t hash = part->subject.bytes == NULL ? 0 : el_hash(part->subject);
        add_wish(wanted, (wish){part->channel->views[shelf->index], part->subject, hash, &part->start});
    }
}

static bool all_after_end(const wishes *wanted) {
    for (int at = 0; at < wanted->count; at++) {
        const wish *part = &wanted->parts[at];
        bool whole = part->subject.bytes == NULL;
        const el_subject *subject = whole ? NULL : el_view_subject(part->view, part->subject, part->hash, false);
        if (!el_start_is_after_end(part->view, subject, part->start)) return false;
    }
    return wanted->count > 0;
}

static void expect(const wishes *wanted, uint64_t more) {
    for (int at = 0; at < wanted->count; at++) el_count(&wanted->parts[at].view->subscribers, more);
}

static el_subscriber *new_subscriber(el_shelf *shelf, el_sink *sink, const el_subscription *subscription,
                                     bool chunked, int parts) {
    el_subscriber *subscriber = calloc(1, sizeof *subscriber + (size_t)parts * sizeof(el_follower));
    if (subscriber == NULL) return NULL;
    subscriber->sink = sink;
    subscriber->shelf = shelf;
    subscriber->chunked = chunked;
    subscriber->envelope = subscription->envelope;
    el_count(&shelf->subscribers, 1);
    if (subscription->type_count == 0 && subscription->predicate_count == 0) return subscriber;
    subscriber->filter = el_filter_new(subscription);
    if (subscriber->filter != NULL) return subscriber;
    el_subscriber_free(subscriber);
    return NULL;
}

// False: out of memory for the entry of a subject.
static bool follow(el_subscriber *subscriber, const wishes *wanted) {
    for (int at = 0; at < wanted->count; at++) {
        const wish *wished = &wanted->parts[at];
        el_follower *part = &subscriber->parts[at];
        part->view = wished->view;
        part->index = (uint8_t)at;
        if (wished->subject.bytes != NULL) {
            part->subject = el_view_subject(wished->view, wished->subject, wished->hash, true);
            if (part->subject == NULL) return false;
        }
        el_follower_link(part);
        el_count(&wished->view->subscribers, 1);
        subscriber->part_count++;
    }
    return true;
}

// What one part wishes becomes what its feeds are to do. The list of everyone serves all parts of its channel.
static void begin_feeds(el_places *places, const el_feed *feeds, const el_follower *part,
                        const el_beginning *beginning) {
    for (int feed = 0; feed < places->feeds; feed++) {
        el_due *due = &places->dues[feed];
        if (feeds[feed].view != part->view) continue;
        if (feeds[feed].subject == part->subject) {
            due->from = beginning->from;
            due->select = beginning->select;
        } else if (feeds[feed].subject == &part->view->everyone) {
            if (beginning->from < due->from) due->from = beginning->from;
            due->select = due->select && beginning->select;
        }
    }
}

static bool begin(el_subscriber *subscriber, const wishes *wanted, uint32_t retry) {
    subscriber->cursor = subscriber->shelf->last_number;
    if (!el_places_give(subscriber)) return false;
    el_places *places = subscriber->places;
    el_feed feeds[EL_FEEDS_MAX];
    el_subscriber_feeds(subscriber, feeds);
    places->join = subscriber->cursor;
    places->greet = true;
    places->retry = retry;
    places->given = UINT64_MAX;
    for (int feed = 0; feed < places->feeds; feed++) {
        places->dues[feed].from = UINT64_MAX;
        places->dues[feed].select = true;
    }
    for (int at = 0; at < wanted->count; at++) {
        const el_follower *part = &subscriber->parts[at];
        el_beginning beginning = el_start_decide(part->view, part->subject, wanted->parts[at].start,
                                                 subscriber->filter);
        begin_feeds(places, feeds, part, &beginning);
        if (beginning.from < subscriber->cursor) subscriber->cursor = beginning.from;
        // Where nobody has a position to resume from, the place where they begin; one that was given counts for all.
        bool counts = beginning.resumes == places->resumes ? beginning.given < places->given : beginning.resumes;
        if (counts) places->given = beginning.given;
        places->resumes |= beginning.resumes;
        places->foreign |= beginning.foreign;
        places->gap |= beginning.gap;
    }
    el_places_reckon(subscriber);
    return true;
}

static bool are_ready(const el_shelf *shelf, const el_subscription *subscription) {
    for (size_t at = 0; at < subscription->predicate_count; at++)
        if (!el_predicate_is_ready(subscription->predicates[at], shelf->index)) return false;
    return true;
}

// After the mailbox was emptied: a predicate that ends from here on finds its followers.
static el_subscribe_result judge(const el_shelf *shelf, const el_subscription *subscription, const wishes *wanted) {
    if (all_after_end(wanted)) return EL_ENDED;
    return are_ready(shelf, subscription) ? EL_SUBSCRIBED : EL_UNREADY;
}

el_subscribe_result el_subscriber_may_join(el_shelf *shelf, const el_subscription *subscription) {
    wishes wanted;
    el_shelf_drain(shelf);
    read_wishes(shelf, subscription, &wanted);
    return judge(shelf, subscription, &wanted);
}

el_subscribe_result el_subscriber_join(el_shelf *shelf, el_sink *sink, const el_subscription *subscription,
                                       bool chunked, int64_t now, el_subscriber **joined) {
    wishes wanted;
    *joined = NULL;
    read_wishes(shelf, subscription, &wanted);
    el_subscriber *subscriber = new_subscriber(shelf, sink, subscription, chunked, wanted.count);
    if (subscriber == NULL) return EL_OUT_OF_MEMORY;
    expect(&wanted, 1);
    el_shelf_drain(shelf);
    for (int at = 0; at < wanted.count; at++) el_view_expire(wanted.parts[at].view, now);
    el_subscribe_result result = judge(shelf, subscription, &wanted);
    if (result == EL_SUBSCRIBED && !(follow(subscriber, &wanted) && begin(subscriber, &wanted, subscription->retry)))
        result = EL_OUT_OF_MEMORY;
    expect(&wanted, (uint64_t)-1);
    if (result != EL_SUBSCRIBED) {
        el_subscriber_free(subscriber);
        return result;
    }
    el_sent sent = el_subscriber_send(subscriber);
    if (sent == EL_SENT_LAST) return EL_SUBSCRIBED;
    el_shelf_after(shelf, subscriber, sent);
    *joined = subscriber;
    return EL_SUBSCRIBED;
}
