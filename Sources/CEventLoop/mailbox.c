#include "mailbox.h"

#include "shelf_body.h"

void el_mailbox_post(el_core *core, el_frame *frame) {
    bool chained = false;
    for (uint32_t loop = 0; loop < core->loops; loop++) {
        el_mailbox *mailbox = &core->shelves[loop]->mailbox;
        if (mailbox->first == NULL) {
            mailbox->first = frame;
        } else if (!chained) {
            core->last->next = frame;
            chained = true;
        }
    }
    core->last = frame;
    el_count(&core->posted_events, 1);
    el_count(&core->posted_bytes, el_frame_cost(frame));
}

static uint64_t events_in(const el_core *core, const el_mailbox *mailbox) {
    uint64_t taken = el_read(&mailbox->taken_events);  // before the other: never more than was posted
    return el_read(&core->posted_events) - taken;
}

static uint64_t bytes_in(const el_core *core, const el_mailbox *mailbox) {
    uint64_t taken = el_read(&mailbox->taken_bytes);
    return el_read(&core->posted_bytes) - taken;
}

bool el_mailbox_has_room(const el_core *core, const el_mailbox *mailbox) {
    return events_in(core, mailbox) <= core->mailbox_events && bytes_in(core, mailbox) <= core->mailbox_bytes;
}

bool el_mailbox_is_filling(const el_core *core, const el_mailbox *mailbox) {
    return events_in(core, mailbox) > core->mailbox_events / 4 || bytes_in(core, mailbox) > core->mailbox_bytes / 4;
}

// A wake that is under way is to be taken too: until then nobody would wake the loop again.
bool el_mailbox_is_empty(const el_core *core, const el_mailbox *mailbox) {
    return !atomic_load(&mailbox->woken) &&
           atomic_load(&core->posted_events) == atomic_load_explicit(&mailbox->taken_events, memory_order_relaxed);
}

el_post el_mailbox_take(el_core *core, el_mailbox *mailbox) {
    // Before the chain is taken: who appends from here on wakes again, at worst for nothing.
    atomic_exchange(&mailbox->woken, false);
    pthread_mutex_lock(&core->lock);
    el_post post = {mailbox->first, core->last, core->number};
    mailbox->first = NULL;
    el_set(&mailbox->taken_events, el_read(&core->posted_events));
    el_set(&mailbox->taken_bytes, el_read(&core->posted_bytes));
    bool tell = core->somebody_waits && el_core_fits(core);
    if (tell) core->somebody_waits = false;
    pthread_mutex_unlock(&core->lock);
    if (tell) core->events.room(core->events.context);
    return post;
}

void el_mailbox_count(const el_core *core, const el_mailbox *mailbox, el_counters *counters) {
    counters->mailbox_events += events_in(core, mailbox);
    counters->mailbox_bytes += bytes_in(core, mailbox);
}
