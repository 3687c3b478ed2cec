#include "channel.h"

#include <stdlib.h>

#include "predicate_body.h"
#include "shelf_body.h"

// A frame that says nothing: it is never sent, and closes the channel where it arrives.
static el_frame *order_to_close(void) {
    el_frame_parts nothing = {.type = {"", 0}, .event = {"", 0}, .data = {"", 0}, .meta = {"", 0}};
    return el_frame_new(&nothing);
}

static void list(el_core *core, el_channel *channel) {
    pthread_mutex_lock(&core->lock);
    channel->next = core->channels;
    if (core->channels != NULL) core->channels->previous = channel;
    core->channels = channel;
    pthread_mutex_unlock(&core->lock);
}

el_channel *el_core_open(el_core *core, const el_channel_settings *settings) {
    el_channel *channel = calloc(1, sizeof *channel + core->loops * sizeof(el_view *));
    if (channel == NULL) return NULL;
    channel->core = core;
    channel->settings = *settings;
    channel->closing = order_to_close();
    bool complete = channel->closing != NULL;
    for (uint32_t loop = 0; loop < core->loops; loop++) {
        channel->views[loop] = el_view_new(channel, core->shelves[loop]);
        complete = complete && channel->views[loop] != NULL;
    }
    list(core, channel);
    if (complete) return channel;
    el_frame_free(channel->closing);
    channel->closing = NULL;
    el_channel_free(channel);
    return NULL;
}

void el_channel_free(el_channel *channel) {
    el_core *core = channel->core;
    pthread_mutex_lock(&core->lock);
    if (channel->previous != NULL) channel->previous->next = channel->next;
    else core->channels = channel->next;
    if (channel->next != NULL) channel->next->previous = channel->previous;
    el_channel_disown_predicates(channel);
    pthread_mutex_unlock(&core->lock);
    for (uint32_t loop = 0; loop < core->loops; loop++)
        if (channel->views[loop] != NULL) el_view_free(channel->views[loop]);
    // Once it is on its way, the mailboxes have it.
    if (channel->closing != NULL) el_frame_free(channel->closing);
    free(channel);
}

void el_channel_close(el_channel *channel) {
    el_core_close(channel->core, channel);
    channel->closing = NULL;
    el_channel_free(channel);
}

// All loops keep the same; the one that has emptied its mailbox last knows best.
static const el_view *freshest(const el_channel *channel) {
    const el_view *found = channel->views[0];
    for (uint32_t loop = 1; loop < channel->core->loops; loop++)
        if (el_read(&channel->views[loop]->number) > el_read(&found->number)) found = channel->views[loop];
    return found;
}

void el_channel_read_counters(const el_channel *channel, el_channel_counters *counters) {
    const el_view *view = freshest(channel);
    *counters = (el_channel_counters){
        .appended = el_read(&channel->appended),
        .kept_events = el_read(&view->kept_events_now),
        .kept_bytes = el_read(&view->kept_bytes_now),
        .kept_subjects = el_read(&view->kept_subjects_now),
        .oldest = (int64_t)el_read(&view->oldest_now),
    };
    for (uint32_t loop = 0; loop < channel->core->loops; loop++) {
        counters->subscribers += el_read(&channel->views[loop]->subscribers);
        counters->gaps += el_read(&channel->views[loop]->gaps);
        counters->missed += el_read(&channel->views[loop]->missed);
    }
}
