#include "inbox.h"

#include <stdlib.h>

el_inbox *el_inbox_new(uv_async_t *async) {
    el_inbox *inbox = calloc(1, sizeof *inbox);
    if (inbox == NULL) return NULL;
    pthread_mutex_init(&inbox->lock, NULL);
    inbox->last = &inbox->first;
    inbox->open = true;
    inbox->async = async;
    atomic_init(&inbox->references, 1);
    return inbox;
}

void el_inbox_retain(el_inbox *inbox) { atomic_fetch_add_explicit(&inbox->references, 1, memory_order_relaxed); }

void el_inbox_release(el_inbox *inbox) {
    if (atomic_fetch_sub_explicit(&inbox->references, 1, memory_order_acq_rel) > 1) return;
    pthread_mutex_destroy(&inbox->lock);
    free(inbox);
}

bool el_inbox_post(el_inbox *inbox, el_errand *errand) {
    pthread_mutex_lock(&inbox->lock);
    bool open = inbox->open;
    if (open) {
        bool was_empty = inbox->first == NULL;
        errand->next = NULL;
        *inbox->last = errand;
        inbox->last = &errand->next;
        if (was_empty) uv_async_send(inbox->async);
    }
    pthread_mutex_unlock(&inbox->lock);
    return open;
}

void el_inbox_raise(el_inbox *inbox, unsigned flags) {
    pthread_mutex_lock(&inbox->lock);
    inbox->flags |= flags;
    if (inbox->open) uv_async_send(inbox->async);
    pthread_mutex_unlock(&inbox->lock);
}

void el_inbox_wake(el_inbox *inbox) { el_inbox_raise(inbox, 0); }

el_errand *el_inbox_take(el_inbox *inbox, unsigned *flags) {
    pthread_mutex_lock(&inbox->lock);
    el_errand *first = inbox->first;
    *flags = inbox->flags;
    inbox->first = NULL;
    inbox->last = &inbox->first;
    inbox->flags = 0;
    pthread_mutex_unlock(&inbox->lock);
    return first;
}

void el_inbox_close(el_inbox *inbox) {
    pthread_mutex_lock(&inbox->lock);
    inbox->open = false;
    pthread_mutex_unlock(&inbox->lock);
}
