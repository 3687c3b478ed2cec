#include "start.h"

#include "position.h"
#include "reader.h"
#include "shelf_body.h"

typedef struct {
    int count;
    el_feed feeds[2];
} part_feeds;

static part_feeds feeds_of(el_view *view, el_subject *subject) {
    if (subject == NULL) return (part_feeds){1, {{view, NULL}}};
    return (part_feeds){2, {{view, &view->everyone}, {view, subject}}};
}

static bool read_position(const el_shelf *shelf, const el_start *start, uint64_t *number) {
    return el_position_parse(start->position, shelf->core->epoch, number) && *number <= shelf->last_number;
}

static bool gone_after(const part_feeds *part, uint64_t number) {
    for (int at = 0; at < part->count; at++)
        if (el_feed_list(part->feeds[at])->gone > number) return true;
    return false;
}

static bool gone_since(const part_feeds *part, int64_t time) {
    for (int at = 0; at < part->count; at++) {
        const el_list *list = el_feed_list(part->feeds[at]);
        if (list->gone > 0 && list->gone_time >= time) return true;
    }
    return false;
}

// The number right before the first frame that was accepted at or after a time; `otherwise` if there is none.
static uint64_t before_time(const part_feeds *part, int64_t time, uint64_t otherwise) {
    uint64_t before = otherwise;
    for (int at = 0; at < part->count; at++) {
        const el_list *list = el_feed_list(part->feeds[at]);
        uint64_t first = el_list_since(list, time);
        if (first < el_list_end(list) && el_list_at(list, first)->number <= before)
            before = el_list_at(list, first)->number - 1;
        if (part->feeds[at].subject != NULL) continue;
        const el_pinned *pinned = &part->feeds[at].view->pinned;
        for (size_t pin = 0; pin < pinned->count; pin++) {
            const el_frame *frame = pinned->pins[pin].frame;
            if (frame == NULL || frame->time < time) continue;
            if (frame->number <= before) before = frame->number - 1;
            break;
        }
    }
    return before;
}

// The number right before the last `count` frames that pass: walks back over the two lists, or over the list and then
// the pinned, so at most over what is kept.
static uint64_t before_last(const part_feeds *part, uint64_t count, const el_filter *filter, uint64_t otherwise) {
    const el_list *one = el_feed_list(part->feeds[0]), *other = part->count > 1 ? el_feed_list(part->feeds[1]) : NULL;
    uint64_t one_at = el_list_end(one), other_at = other == NULL ? 0 : el_list_end(other);
    const el_pinned *pinned = part->feeds[0].subject == NULL ? &part->feeds[0].view->pinned : NULL;
    size_t pin = pinned == NULL ? 0 : pinned->count;
    uint64_t before = otherwise;
    while (count > 0) {
        const el_frame *frame = one_at > one->first ? el_list_at(one, one_at - 1) : NULL;
        const el_frame *second = other != NULL && other_at > other->first ? el_list_at(other, other_at - 1) : NULL;
        if (frame != NULL && (second == NULL || frame->number > second->number)) {
            one_at--;
        } else if (second != NULL) {
            frame = second;
            other_at--;
        } else {
            while (pin > 0 && pinned->pins[pin - 1].frame == NULL) pin--;
            if (pin == 0) break;
            frame = pinned->pins[--pin].frame;
        }
        if (!el_filter_passes(filter, frame)) continue;
        before = frame->number - 1;
        count--;
    }
    return before;
}

// Is there a frame after `from` that a selection leaves out?
static bool leaves_out(el_view *view, const part_feeds *part, uint64_t from) {
    el_reader reader = {.count = 0};
    for (int at = 0; at < part->count; at++) el_reader_add(&reader, part->feeds[at], at, from);
    int feed = 0;
    for (el_frame *frame; (frame = el_reader_peek(&reader, &feed)) != NULL; el_reader_skip(&reader)) {
        const el_subject *subject = el_view_subject_of(view, frame);
        if (subject != NULL && el_list_newest(&subject->list) != frame) return true;
    }
    return false;
}

// A channel that keeps nothing has frames only for those who lag. To others they are gone, but for the last of each
// subject if it is to keep those.
static void keep_nothing(el_view *view, const part_feeds *part, const el_start *start, el_beginning *beginning) {
    bool resumes = start->kind == EL_FROM_POSITION || start->kind == EL_FROM_TIME;
    if (view->channel->settings.latest_subjects > 0) {
        beginning->select = true;
        if (resumes && leaves_out(view, part, beginning->from)) beginning->gap = true;
        return;
    }
    for (int at = 0; resumes && at < part->count; at++) {
        const el_frame *newest = el_list_newest(el_feed_list(part->feeds[at]));
        if (newest != NULL && newest->number > beginning->from) beginning->gap = true;
    }
    beginning->from = view->shelf->last_number;
}

el_beginning el_start_decide(el_view *view, el_subject *subject, const el_start *start, const el_filter *filter) {
    part_feeds part = feeds_of(view, subject);
    uint64_t now = view->shelf->last_number;
    el_beginning beginning = {.from = now, .given = now};
    switch (start->kind) {
    case EL_FROM_NOW: return beginning;
    case EL_FROM_ALL: beginning.from = 0; break;
    case EL_FROM_LAST: beginning.from = before_last(&part, start->count, filter, now); break;
    case EL_FROM_LATEST:
        beginning.from = 0;
        beginning.select = true;
        break;
    case EL_FROM_TIME:
        beginning.from = before_time(&part, start->time, now);
        beginning.gap = gone_since(&part, start->time);
        break;
    case EL_FROM_POSITION:
        beginning.resumes = read_position(view->shelf, start, &beginning.given);
        beginning.from = beginning.given = beginning.resumes ? beginning.given : 0;
        beginning.foreign = !beginning.resumes;
        beginning.gap = beginning.foreign || gone_after(&part, beginning.given);
        break;
    }
    if (view->channel->settings.keep_events == 0) keep_nothing(view, &part, start, &beginning);
    if (!beginning.resumes) beginning.given = beginning.from > 0 ? beginning.from : before_time(&part, INT64_MIN, now);
    return beginning;
}

bool el_start_is_after_end(const el_view *view, const el_subject *subject, const el_start *start) {
    uint64_t end = view->ended > 0 || subject == NULL ? view->ended : subject->ended;
    uint64_t position = 0;
    return end > 0 && start->kind == EL_FROM_POSITION && read_position(view->shelf, start, &position) &&
           position >= end;
}
