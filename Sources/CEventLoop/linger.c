// Channels that wait a moment for more before they write (`linger_ms`). Their frames lie in the lists at once, for whoever
// is written to anyway; only the marking of followers comes later. A frame that goes before its time is marked first, so
// that what was missed is known as exactly as without lingering.
#include "shelf_body.h"

void el_view_linger(el_view *view, const el_frame *frame) {
    if (view->unmarked == 0) {
        view->unmarked = frame->number;
        view->linger_until = 0;
    }
    if (view->lingers) return;
    view->lingers = true;
    view->next_lingering = view->shelf->lingering;
    view->shelf->lingering = view;
}

void el_view_stop_lingering(el_view *view) {
    if (view->unmarked == 0) return;
    size_t end = el_list_end(&view->all);
    for (size_t at = el_list_after(&view->all, view->unmarked - 1); at < end; at++)
        el_view_mark(view, el_view_subject_of(view, el_list_at(&view->all, at)));
    view->unmarked = 0;
}

void el_view_leave_lingering(el_view *view) {
    el_view **link = &view->shelf->lingering;
    while (*link != NULL && *link != view) link = &(*link)->next_lingering;
    if (*link == view) *link = view->next_lingering;
    view->lingers = false;
}

uint64_t el_shelf_linger(el_shelf *shelf, uint64_t now) {
    uint64_t earliest = UINT64_MAX;
    for (el_view **link = &shelf->lingering, *view; (view = *link) != NULL;) {
        if (view->linger_until == 0) view->linger_until = now + view->channel->settings.linger_ms;
        if (view->linger_until <= now) el_view_stop_lingering(view);
        if (view->unmarked == 0) {
            *link = view->next_lingering;
            view->lingers = false;
            continue;
        }
        if (view->linger_until < earliest) earliest = view->linger_until;
        link = &view->next_lingering;
    }
    return earliest;
}
