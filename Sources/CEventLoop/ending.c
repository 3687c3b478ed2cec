// When a stream has ended: when each of its parts has. A subject has ended while nothing came after the frame that
// ended it; a frame without a subject ends the channel, while nothing at all came after it.
#include "places.h"
#include "shelf_body.h"

static bool was_opened_again(const el_follower *part, uint64_t upto) {
    const el_list *list = part->ended_with_all || part->subject == NULL ? &part->view->all : &part->subject->list;
    return el_list_last_until(list, upto) > part->ended || (list->gone > part->ended && list->gone <= upto);
}

static bool all_have_ended(const el_subscriber *subscriber, uint64_t upto) {
    for (int at = 0; at < subscriber->part_count; at++) {
        const el_follower *part = &subscriber->parts[at];
        if (part->ended == 0 || was_opened_again(part, upto)) return false;
    }
    return subscriber->part_count > 0;
}

bool el_subscriber_may_end_with(const el_subscriber *subscriber, const el_frame *frame) {
    if (!frame->ends || !frame->has_subject) return frame->ends;
    const el_view *view = frame->channel->views[subscriber->shelf->index];
    for (int at = 0; at < subscriber->part_count; at++)
        if (subscriber->parts[at].view == view && subscriber->parts[at].subject != NULL) return true;
    return false;
}

bool el_subscriber_pass_end(el_subscriber *subscriber, const el_frame *frame) {
    if (subscriber->part_count == 0) return false;
    el_view *view = frame->channel->views[subscriber->shelf->index];
    const el_subject *subject = el_view_subject_of(view, frame);
    for (int at = 0; at < subscriber->part_count; at++) {
        el_follower *part = &subscriber->parts[at];
        if (part->view != view || (frame->has_subject && (part->subject == NULL || part->subject != subject))) continue;
        part->ended = frame->number;
        part->ended_with_all = !frame->has_subject;
    }
    return all_have_ended(subscriber, frame->number);
}

bool el_subscriber_has_ended(el_subscriber *subscriber) {
    for (int at = 0; at < subscriber->part_count; at++) {
        el_follower *part = &subscriber->parts[at];
        uint64_t of_subject = part->subject == NULL ? 0 : part->subject->ended;
        if (of_subject == 0 && part->view->ended == 0) continue;
        part->ended_with_all = part->view->ended > of_subject;
        part->ended = part->ended_with_all ? part->view->ended : of_subject;
    }
    return all_have_ended(subscriber, subscriber->cursor);
}
