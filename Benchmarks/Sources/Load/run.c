#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

#include "clock.h"
#include "failure.h"

#define EVENTS_PER_LOOK 1024
#define EVENTS_PER_DUE 64  // open loop: how many sockets may be read before the clock is looked at again

static volatile sig_atomic_t is_interrupted;

void run_interrupt(void) { is_interrupted = 1; }

void run_open(run *run, const options *options) {
    run->options = options;
    run->poll_set = epoll_create1(EPOLL_CLOEXEC);
    if (run->poll_set < 0) die("epoll_create1: %s", strerror(errno));
    ledger_open(&run->ledger, (uint32_t)options->channels);
    deliveries_open(&run->deliveries, options, &run->ledger);
    crowd_open(&run->crowd, run->poll_set, options, &run->ledger, &run->deliveries);
    run->servers = (servers){.roots = options->server_pids, .root_count = options->server_pid_count};
    servers_refresh(&run->servers);
    run->before = servers_measure_memory(&run->servers);
    run->machine_before = machine_measure_memory();
    run->read_all = true;
}

// With --read-every the sockets fill for a while, so that one read takes more. Not before all has been read once.
static void let_sockets_fill(run *run) {
    if (run->options->read_every_us == 0 || run->phase != PHASE_MEASURE || !run->read_all) return;
    uint64_t now = now_ns();
    if (now < run->next_look) {
        uint64_t left = run->next_look - now;
        nanosleep(&(struct timespec){.tv_sec = 0, .tv_nsec = (long)left}, NULL);
    }
    run->next_look = now_ns() + (uint64_t)run->options->read_every_us * 1000;
}

static void handle(run *run, const struct epoll_event *event) {
    uint32_t index = (uint32_t)event->data.u64;
    if ((event->data.u64 & PUBLISHING_TAG) == 0) {
        crowd_handle(&run->crowd, index);
        return;
    }
    publishing_handle(&run->publishing, index, event->events);
    if (run->phase == PHASE_WARM_UP || run->phase == PHASE_MEASURE) publishing_go_on(&run->publishing);
}

static void read_sockets(run *run, uint64_t wait) {
    struct epoll_event events[EVENTS_PER_LOOK];
    struct timespec time = {.tv_sec = (time_t)(wait / NS_PER_SECOND), .tv_nsec = (long)(wait % NS_PER_SECOND)};
    int count = epoll_pwait2(run->poll_set, events, EVENTS_PER_LOOK, &time, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2: %s", strerror(errno));
    run->read_all = count < EVENTS_PER_LOOK;
    run->is_quiet = count == 0;
    bool is_timed = run->options->publishes && run->options->publish_rate > 0 && run->phase == PHASE_MEASURE;
    for (int i = 0; i < count; i++) {
        handle(run, &events[i]);
        if (is_timed && i % EVENTS_PER_DUE == EVENTS_PER_DUE - 1) publishing_go_on(&run->publishing);
    }
}

void run_to_the_end(run *run) {
    uint64_t now = now_ns();
    run->deadline = now + seconds_to_ns(run->options->max_time);
    phase_begin_connecting(run, now);
    while (run->phase != PHASE_DONE) {
        now = now_ns();
        if (now >= run->deadline || is_interrupted) {
            // What was measured is told all the same.
            if (run->phase == PHASE_CONNECT && !crowd_is_complete(&run->crowd)) crowd_give_up_connecting(&run->crowd);
            run->truncated = run->truncated || run->phase != PHASE_LISTEN;
            if (run->truncated) note_error("ended by %s", is_interrupted ? "a signal" : "--max-time");
            break;
        }
        uint64_t wait = phase_step(run, now);
        if (run->phase == PHASE_DONE || wait == 0) continue;
        let_sockets_fill(run);
        read_sockets(run, wait);
    }
    phase_close_window(run);
    if (run_short_of_events(run) > 0) run->truncated = true;
}

int run_short_of_events(const run *run) {
    int count = 0;
    for (int i = 0; run->options->publishes && i < run->options->connections; i++) {
        const member *member = &run->crowd.members[i];
        const receipt *receipt = &member->receipt;
        if (member->state != MEMBER_OPEN || receipt->stalled) continue;
        if (receipt->total < run->ledger.channels[receipt->channel].events) count++;
    }
    return count;
}

int run_exit_status(const run *run) {
    if (run->options->verifies_sequence && deliveries_are_faulty(&run->deliveries)) return 3;
    bool has_lost_subscribers = run->crowd.failed > 0 || (run->crowd.closed > 0 && run->options->stalled == 0);
    bool has_errors = run->publishing.errors + run->crowd.framing_errors + run->deliveries.lines.overlong > 0;
    return has_lost_subscribers || has_errors || run->truncated ? 1 : 0;
}
