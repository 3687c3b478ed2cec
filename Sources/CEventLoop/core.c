#include "core.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "predicate_body.h"
#include "shelf_body.h"

el_core *el_core_new(const el_hub_settings *settings, const el_core_events *events) {
    uint32_t loops = settings->loops;
    el_core *core = calloc(1, sizeof *core + loops * sizeof(el_shelf *));
    if (core == NULL) return NULL;
    core->events = *events;
    core->pinned_limit = settings->pinned_limit;
    core->mailbox_events = settings->mailbox_events;
    core->mailbox_bytes = settings->mailbox_bytes;
    core->loops = loops;
    memcpy(core->epoch, settings->epoch, sizeof core->epoch);
    pthread_mutex_init(&core->lock, NULL);
    pthread_cond_init(&core->closed, NULL);
    for (uint32_t loop = 0; loop < loops; loop++) {
        core->shelves[loop] = el_shelf_new(core, loop);
        if (core->shelves[loop] != NULL) continue;
        el_core_free(core);
        return NULL;
    }
    return core;
}

// Frames that no loop has taken, and the order to close that goes with them.
static void empty_mailbox(el_core *core, el_mailbox *mailbox) {
    for (el_frame *frame = mailbox->first, *next; frame != NULL; frame = next) {
        next = frame == core->last ? NULL : frame->next;
        el_frame_release(frame, &core->pinned_bytes);
    }
    mailbox->first = NULL;
}

void el_core_free(el_core *core) {
    if (core == NULL) return;
    for (uint32_t loop = 0; loop < core->loops; loop++) {
        if (core->shelves[loop] == NULL) continue;
        empty_mailbox(core, &core->shelves[loop]->mailbox);
        el_shelf_free(core->shelves[loop]);
    }
    while (core->channels != NULL) el_channel_free(core->channels);
    pthread_cond_destroy(&core->closed);
    pthread_mutex_destroy(&core->lock);
    free(core);
}

el_shelf *el_core_shelf(el_core *core, uint32_t loop) { return core->shelves[loop]; }

void el_core_set_running(el_core *core, bool running) {
    pthread_mutex_lock(&core->lock);
    core->running = running;
    pthread_mutex_unlock(&core->lock);
}

bool el_core_fits(const el_core *core) {
    for (uint32_t loop = 0; loop < core->loops; loop++)
        if (!el_mailbox_has_room(core, &core->shelves[loop]->mailbox)) return false;
    return true;
}

// Without the lock the sums may be of two moments, and look like no room when there is: whoever then waited would not be
// told, as no append was. So a no is looked at again under the lock, and who gets one is told when there is room.
bool el_core_has_room(el_core *core) {
    if (el_core_fits(core)) return true;
    pthread_mutex_lock(&core->lock);
    bool room = el_core_fits(core);
    if (!room) core->somebody_waits = true;
    pthread_mutex_unlock(&core->lock);
    return room;
}

// Milliseconds since 1970. Under the append lock: a clock that was set back stands still here.
static void take_time_of_acceptance(el_core *core) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t time = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (time > core->time) core->time = time;
}

// Which loops have to come: those with a subscriber of what was appended, and those whose mailbox is filling. A
// subscriber that joins while we look is no worry: it is counted before its loop empties the mailbox once more.
static uint64_t loops_concerned(const el_core *core, const el_appendix *items, size_t count) {
    uint64_t concerned = 0;
    for (uint32_t loop = 0; loop < core->loops; loop++)
        if (el_mailbox_is_filling(core, &core->shelves[loop]->mailbox)) concerned |= (uint64_t)1 << loop;
    for (size_t at = 0; at < count; at++) {
        const el_channel *channel = items[at].channel;
        if (at > 0 && channel == items[at - 1].channel) continue;
        for (uint32_t loop = 0; loop < core->loops; loop++)
            if (channel->views[loop]->subscribers > 0) concerned |= (uint64_t)1 << loop;
    }
    return concerned;
}

static void wake(el_core *core, uint64_t concerned) {
    bool any = false;
    for (uint32_t loop = 0; loop < core->loops; loop++) {
        if ((concerned >> loop & 1) == 0 || atomic_exchange(&core->shelves[loop]->mailbox.woken, true)) continue;
        core->events.wake(core->events.context, loop);
        any = true;
    }
    if (any) atomic_fetch_add_explicit(&core->wakes, 1, memory_order_relaxed);
}

void el_core_wake_all(el_core *core) { wake(core, UINT64_MAX); }

static bool are_evaluated(const el_appendix *items, size_t count) {
    for (size_t at = 0; at < count; at++)
        if (items[at].version != items[at].channel->predicates_version) return false;
    return true;
}

el_append_result el_core_append(el_core *core, const el_appendix *items, size_t count) {
    pthread_mutex_lock(&core->lock);
    if (!are_evaluated(items, count)) {
        pthread_mutex_unlock(&core->lock);
        return EL_STALE;
    }
    take_time_of_acceptance(core);
    for (size_t at = 0; at < count; at++) {
        core->number++;
        el_frame_accept(&items[at], core);
        el_mailbox_post(core, items[at].frame);
        el_count(&items[at].channel->appended, 1);
    }
    el_count(&core->appended, count);
    uint64_t concerned = loops_concerned(core, items, count);
    bool room = el_core_fits(core);
    if (!room) core->somebody_waits = true;
    pthread_mutex_unlock(&core->lock);
    wake(core, concerned);
    return room ? EL_APPENDED : EL_APPENDED_FULL;
}

void el_core_close(el_core *core, el_channel *channel) {
    pthread_mutex_lock(&core->lock);
    el_frame_accept(&(el_appendix){.channel = channel, .frame = channel->closing}, core);
    el_channel_disown_predicates(channel);
    el_mailbox_post(core, channel->closing);
    bool running = core->running;
    pthread_mutex_unlock(&core->lock);
    if (running) wake(core, UINT64_MAX);
    // Without threads this one is the only one, and does their work.
    for (uint32_t loop = 0; !running && loop < core->loops; loop++) {
        el_shelf_drain(core->shelves[loop]);
        el_shelf_close_views(core->shelves[loop]);
    }
    pthread_mutex_lock(&core->lock);
    while (channel->let_go < core->loops) pthread_cond_wait(&core->closed, &core->lock);
    pthread_mutex_unlock(&core->lock);
}
