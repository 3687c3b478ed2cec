// For counting instructions per delivery: SUBJECTS readers, each of one subject of its own, and EVENTS events, one after the
// other, each for one of them. Run twice with different EVENTS under callgrind; the difference is what deliveries cost.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shelf.h"

static unsigned long taken;

static size_t take(el_sink *sink, const struct iovec *slices, int count) {
    (void)sink;
    size_t sum = 0;
    for (int i = 0; i < count; i++) sum += slices[i].iov_len;
    taken += 1;
    return sum;
}
static void finish(el_sink *sink) { (void)sink; }
static void drop(el_sink *sink, el_drop_reason reason) { (void)sink, (void)reason; }
static void wake(void *context, uint32_t loop) { (void)context, (void)loop; }
static void room(void *context) { (void)context; }
static size_t render(void *context, const el_frame *frame, char **text) { return (void)context, (void)frame, (void)text, 0; }

static el_slice slice(const char *text) { return (el_slice){text, strlen(text)}; }

int main(int count, char **arguments) {
    if (count != 3) return 64;
    int subjects = atoi(arguments[1]), events = atoi(arguments[2]);
    el_hub_settings settings = {
        .loops = 1, .send_buffer = 1 << 18, .pinned_limit = 1 << 24, .stall_time = 30000,
        .mailbox_events = 1 << 14, .mailbox_bytes = 1 << 23,
    };
    memcpy(settings.epoch, "abcdefgh", sizeof settings.epoch);
    el_core_events callbacks = {.wake = wake, .room = room, .render = render};
    el_core *core = el_core_new(&settings, &callbacks);
    el_channel_settings keep = {.keep_events = 1000, .keep_bytes = 16 << 20, .ended_subjects = 10000};
    el_channel *channel = el_core_open(core, &keep);
    el_shelf *shelf = el_core_shelf(core, 0);
    el_sink_verbs verbs = {take, finish, drop};
    el_sink *sinks = calloc((size_t)subjects, sizeof *sinks);
    char name[32];
    for (int i = 0; i < subjects; i++) {
        snprintf(name, sizeof name, "subject-%d", i);
        el_part part = {.channel = channel, .subject = slice(name), .start = {.kind = EL_FROM_NOW}};
        el_subscription subscription = {.parts = &part, .part_count = 1, .headers = slice(""), .retry = 3000};
        el_subscriber *joined;
        sinks[i].verbs = &verbs;
        if (el_subscriber_join(shelf, &sinks[i], &subscription, true, 1, &joined) != EL_SUBSCRIBED) return 1;
    }
    taken = 0;
    for (int i = 0; i < events; i++) {
        snprintf(name, sizeof name, "subject-%d", (int)((unsigned)i * 7919u % (unsigned)subjects));
        el_frame_parts parts = {.type = slice("t"), .subject = slice(name), .data = slice("{\"n\":1234567890}")};
        el_appendix item = {.channel = channel, .frame = el_frame_new(&parts)};
        el_core_append(core, &item, 1);
        el_shelf_drain(shelf);
        while (el_shelf_deliver(shelf)) {}
    }
    printf("%lu\n", taken);
    return taken == (unsigned long)events ? 0 : 1;
}
