// Who follows what: the lists of parts, and the two things that are done with them - marking, and giving places.
#include "places.h"
#include "shelf_body.h"

static el_followers *followers_of(el_follower *part) {
    return part->subject == NULL ? &part->view->followers : &part->subject->followers;
}

void el_follower_link(el_follower *part) {
    el_followers *followers = followers_of(part);
    el_subject *subject = part->subject;
    if (subject != NULL && followers->first == NULL) {
        subject->followed_previous = NULL;
        subject->followed_next = part->view->followed;
        if (part->view->followed != NULL) part->view->followed->followed_previous = subject;
        part->view->followed = subject;
    }
    part->previous = NULL;
    part->next = followers->first;
    if (followers->first != NULL) followers->first->previous = part;
    followers->first = part;
    // The marks of this drain were set before this one came.
    followers->marked = followers->placed = 0;
    el_shelf_list_view(part->view->shelf, part->view);
}

void el_follower_unlink(el_follower *part) {
    el_followers *followers = followers_of(part);
    el_subject *subject = part->subject;
    if (part->previous != NULL) part->previous->next = part->next;
    else followers->first = part->next;
    if (part->next != NULL) part->next->previous = part->previous;
    if (subject == NULL || followers->first != NULL) return;
    if (subject->followed_previous != NULL) subject->followed_previous->followed_next = subject->followed_next;
    else part->view->followed = subject->followed_next;
    if (subject->followed_next != NULL) subject->followed_next->followed_previous = subject->followed_previous;
    el_subject_free_if_idle(subject);
}

static void mark(el_shelf *shelf, el_followers *followers) {
    if (followers->marked == shelf->departures) return;
    followers->marked = shelf->departures;
    followers->placed = 0;  // who was not in the queue when places were given is now
    for (el_follower *part = followers->first; part != NULL; part = part->next) {
        el_subscriber *subscriber = el_follower_owner(part);
        if (!subscriber->blocked && !subscriber->queued) {
            el_shelf_enqueue(shelf, subscriber);
            el_count(&shelf->subscriber_wakes, 1);
        }
    }
}

void el_view_mark(el_view *view, el_subject *subject) {
    mark(view->shelf, &view->followers);
    if (subject == &view->everyone) {
        for (el_subject *followed = view->followed; followed != NULL; followed = followed->followed_next)
            mark(view->shelf, &followed->followers);
    } else if (subject != NULL) {
        mark(view->shelf, &subject->followers);
    }
}

// Whoever is in the queue may have something before it. Who is not has nothing, now or in what this drain still brings
// without marking it first; so once for each marking is enough.
static void place(el_shelf *shelf, el_followers *followers) {
    if (followers->placed == shelf->departures) return;
    followers->placed = shelf->departures;
    for (el_follower *part = followers->first; part != NULL; part = part->next) {
        el_subscriber *subscriber = el_follower_owner(part);
        if (subscriber->places != NULL || !subscriber->queued) continue;
        if (!el_places_give(subscriber)) subscriber->doomed = true;  // the queue comes by, to drop it
    }
}

void el_view_place(el_view *view, el_subject *subject, const el_frame *frame) {
    el_shelf *shelf = view->shelf;
    if (frame->number <= shelf->served) return;
    place(shelf, &view->followers);
    if (subject == &view->everyone) {
        for (el_subject *followed = view->followed; followed != NULL; followed = followed->followed_next)
            place(shelf, &followed->followers);
    } else if (subject != NULL) {
        place(shelf, &subject->followers);
    }
}
