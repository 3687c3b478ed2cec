#include "view.h"

#include <stdlib.h>

#include "places.h"
#include "shelf_body.h"

el_view *el_view_new(el_channel *channel, el_shelf *shelf) {
    el_view *view = calloc(1, sizeof *view);
    if (view == NULL) return NULL;
    view->channel = channel;
    view->shelf = shelf;
    view->everyone.view = view;
    el_list_init(&view->all, 0, 0);
    el_list_init(&view->everyone.list, 0, 0);
    return view;
}

void el_view_free(el_view *view) {
    _Atomic uint64_t *pinned_bytes = &view->channel->core->pinned_bytes;
    while (view->all.count > 0) el_frame_release(el_list_pop(&view->all), pinned_bytes);
    for (el_frame *frame; (frame = el_pinned_oldest(&view->pinned)) != NULL;) {
        el_pinned_remove(&view->pinned, frame->number);
        el_frame_release(frame, pinned_bytes);
    }
    for (size_t bucket = 0; bucket < view->bucket_count; bucket++) {
        for (el_subject *subject = view->buckets[bucket], *next; subject != NULL; subject = next) {
            next = subject->next;
            el_list_free(&subject->list);
            free(subject);
        }
    }
    free(view->buckets);
    el_list_free(&view->all);
    el_list_free(&view->everyone.list);
    el_pinned_free(&view->pinned);
    free(view);
}

void el_view_publish(el_view *view) {
    const el_frame *pinned = el_pinned_oldest(&view->pinned);
    const el_frame *oldest = pinned != NULL ? pinned : el_list_oldest(&view->all);
    el_set(&view->kept_events_now, view->all.count + view->pinned.live);
    el_set(&view->kept_bytes_now, view->bytes + view->pinned_bytes);
    el_set(&view->kept_subjects_now, view->kept_subjects);
    el_set(&view->oldest_now, oldest == NULL ? 0 : (uint64_t)oldest->time);
    el_set(&view->number, view->shelf->last_number);
}

// A frame leaves the view: from here on, who needs it has a gap.
static void let_go(el_view *view, el_subject *subject, el_frame *frame) {
    el_view_place(view, subject, frame);
    el_places_count_gone(view, subject, frame);
    view->shelf->version++;
    if (subject != NULL && subject->pinned && el_list_oldest(&subject->list) == frame) {
        el_pinned_remove(&view->pinned, frame->number);
        view->pinned_bytes -= el_frame_cost(frame);
        subject->pinned = false;
    } else {
        el_list_pop(&view->all);
        view->bytes -= el_frame_cost(frame);
    }
    el_list_note_gone(&view->all, frame->number, frame->time);
    if (subject != NULL && el_list_oldest(&subject->list) == frame) {
        el_list_pop(&subject->list);
        el_list_note_gone(&subject->list, frame->number, frame->time);
        if (subject->list.count == 0 && frame->has_subject) view->kept_subjects--;
    }
    el_frame_release(frame, &view->channel->core->pinned_bytes);
}

static bool pin(el_view *view, el_subject *subject, el_frame *frame) {
    if (view->channel->settings.latest_subjects == 0 || subject == NULL) return false;
    if (el_list_newest(&subject->list) != frame || !el_pinned_push(&view->pinned, frame)) return false;
    view->shelf->version++;
    el_list_pop(&view->all);
    view->bytes -= el_frame_cost(frame);
    view->pinned_bytes += el_frame_cost(frame);
    subject->pinned = true;
    return true;
}

// The oldest of all goes, or is pinned, and then perhaps another one. `spared` is not freed.
static void forget_oldest(el_view *view, const el_subject *spared) {
    el_frame *frame = el_list_oldest(&view->all);
    if (view->unmarked != 0 && frame->number >= view->unmarked) el_view_stop_lingering(view);
    el_subject *subject = el_view_subject_of(view, frame);
    if (pin(view, subject, frame)) {
        if (view->pinned.live <= view->channel->settings.latest_subjects) return;
        frame = el_pinned_oldest(&view->pinned);
        subject = el_view_subject_of(view, frame);
    }
    let_go(view, subject, frame);
    if (subject != NULL && subject != spared) el_subject_free_if_idle(subject);
}

static void keep_within_bounds(el_view *view) {
    const el_channel_settings *keep = &view->channel->settings;
    while (view->all.count > 1 && ((keep->keep_events > 0 && view->all.count > keep->keep_events) ||
                                   view->bytes > keep->keep_bytes))
        forget_oldest(view, NULL);
}

// Ended is what had nothing after its end.
static void note_end(el_view *view, el_subject *subject, const el_frame *frame) {
    view->ended = frame->ends && !frame->has_subject ? frame->number : 0;
    if (frame->has_subject && subject != NULL) el_subject_note_end(subject, frame->ends ? frame->number : 0);
}

static void push_to_subject(el_view *view, el_subject *subject, el_frame *frame) {
    if (subject->pinned) let_go(view, subject, el_list_oldest(&subject->list));
    // Without memory for a longer list, what is oldest makes room: a gap is told as for anything that went.
    while (!el_list_reserve(&subject->list)) {
        if (subject->pinned) let_go(view, subject, el_list_oldest(&subject->list));
        else forget_oldest(view, subject);
    }
    if (subject->list.count == 0 && frame->has_subject) view->kept_subjects++;
    el_list_push(&subject->list, frame);
}

void el_view_push(el_view *view, el_frame *frame) {
    el_shelf_list_view(view->shelf, view);
    el_subject *subject = frame->has_subject
                              ? el_view_subject(view, el_frame_subject(frame), frame->subject_hash, true)
                              : &view->everyone;
    bool lingers = view->channel->settings.linger_ms > 0;
    if (!lingers) el_view_mark(view, subject);
    if (subject != NULL) {
        push_to_subject(view, subject, frame);
    } else if (frame->number > view->given_up) {
        // No memory for an entry: for who follows the subject later, the frame has gone already.
        view->given_up = frame->number;
        view->given_up_time = frame->time;
    }
    if (!el_list_reserve(&view->all)) forget_oldest(view, subject);
    el_list_push(&view->all, frame);
    if (lingers) el_view_linger(view, frame);
    view->bytes += el_frame_cost(frame);
    view->shelf->version++;
    note_end(view, subject, frame);
    keep_within_bounds(view);
    el_view_publish(view);
}

bool el_view_expire(el_view *view, int64_t now) {
    int64_t age = view->channel->settings.keep_ms;
    if (age <= 0) return false;
    bool went = false;
    while (view->all.count > 0 && el_list_oldest(&view->all)->time < now - age) {
        forget_oldest(view, NULL);
        went = true;
    }
    if (went) el_view_publish(view);
    return view->all.count > 0;
}
