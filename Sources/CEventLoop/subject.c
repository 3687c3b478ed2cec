// The subjects of a view: a hash table of chains, and the order of those that have ended.
#include <stdlib.h>
#include <string.h>

#include "shelf_body.h"
#include "view.h"

// More buckets for more subjects. Without memory the chains get longer, and nothing else happens.
static void make_buckets(el_view *view) {
    if (view->subject_count < view->bucket_count) return;
    size_t count = view->bucket_count == 0 ? 16 : view->bucket_count * 2;
    el_subject **buckets = calloc(count, sizeof(el_subject *));
    if (buckets == NULL) return;
    for (size_t bucket = 0; bucket < view->bucket_count; bucket++) {
        for (el_subject *subject = view->buckets[bucket], *next; subject != NULL; subject = next) {
            next = subject->next;
            subject->next = buckets[subject->hash & (count - 1)];
            buckets[subject->hash & (count - 1)] = subject;
        }
    }
    free(view->buckets);
    view->buckets = buckets;
    view->bucket_count = count;
}

static el_subject *make_subject(el_view *view, el_slice name, uint64_t hash) {
    make_buckets(view);
    if (view->bucket_count == 0) return NULL;
    el_subject *subject = calloc(1, sizeof *subject + name.length);
    if (subject == NULL) return NULL;
    char *copy = (char *)(subject + 1);
    if (name.length > 0) memcpy(copy, name.bytes, name.length);
    subject->name = (el_slice){copy, name.length};
    subject->view = view;
    subject->hash = hash;
    el_list_init(&subject->list, view->given_up, view->given_up_time);
    el_subject **bucket = &view->buckets[hash & (view->bucket_count - 1)];
    subject->next = *bucket;
    *bucket = subject;
    view->subject_count++;
    return subject;
}

el_subject *el_view_subject(el_view *view, el_slice name, uint64_t hash, bool make) {
    if (view->bucket_count > 0) {
        el_subject *subject = view->buckets[hash & (view->bucket_count - 1)];
        for (; subject != NULL; subject = subject->next)
            if (subject->hash == hash && subject->name.length == name.length &&
                memcmp(subject->name.bytes, name.bytes, name.length) == 0)
                return subject;
    }
    return make ? make_subject(view, name, hash) : NULL;
}

el_subject *el_view_subject_of(el_view *view, const el_frame *frame) {
    if (!frame->has_subject) return &view->everyone;
    return el_view_subject(view, el_frame_subject(frame), frame->subject_hash, false);
}

static void forget_end(el_subject *subject) {
    el_view *view = subject->view;
    if (subject->ended == 0) return;
    if (subject->ended_previous != NULL) subject->ended_previous->ended_next = subject->ended_next;
    else view->ended_first = subject->ended_next;
    if (subject->ended_next != NULL) subject->ended_next->ended_previous = subject->ended_previous;
    else view->ended_last = subject->ended_previous;
    subject->ended_previous = subject->ended_next = NULL;
    subject->ended = 0;
    view->ended_count--;
}

void el_subject_note_end(el_subject *subject, uint64_t number) {
    el_view *view = subject->view;
    forget_end(subject);
    if (number == 0 || view->channel->settings.ended_subjects == 0) return;
    subject->ended = number;
    subject->ended_previous = view->ended_last;
    if (view->ended_last != NULL) view->ended_last->ended_next = subject;
    else view->ended_first = subject;
    view->ended_last = subject;
    view->ended_count++;
    if (view->ended_count <= view->channel->settings.ended_subjects) return;
    el_subject *oldest = view->ended_first;
    forget_end(oldest);
    el_subject_free_if_idle(oldest);
}

void el_subject_free_if_idle(el_subject *subject) {
    el_view *view = subject->view;
    if (subject == &view->everyone || subject->list.count > 0 || subject->followers.first != NULL ||
        subject->ended != 0)
        return;
    if (subject->list.gone > view->given_up) {
        view->given_up = subject->list.gone;
        view->given_up_time = subject->list.gone_time;
    }
    el_subject **link = &view->buckets[subject->hash & (view->bucket_count - 1)];
    while (*link != subject) link = &(*link)->next;
    *link = subject->next;
    view->subject_count--;
    view->shelf->version++;  // a batch may name it
    el_list_free(&subject->list);
    free(subject);
}
