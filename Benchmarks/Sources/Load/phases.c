// What each phase waits for, and what is measured where one ends.
#include <stdarg.h>
#include <stdio.h>

#include "clock.h"
#include "failure.h"
#include "run.h"

#define LOOK_NS (100 * NS_PER_MS)     // how often a phase is looked at when nothing happens
#define SAMPLE_NS (250 * NS_PER_MS)   // of the peak of memory
#define QUIET_CPU 0.0002              // seconds of server time between two looks: it has closed everything
#define QUIET_LOOK_NS (50 * NS_PER_MS)
#define MAX_CLOSE_NS (5 * NS_PER_SECOND)
#define MAX_SILENCE_NS NS_PER_SECOND  // then the stalled have read all
#define AFTERMATH_NS (50 * NS_PER_MS)

static void enter(run *run, phase phase, uint64_t now) {
    run->phase = phase;
    run->phase_began = now;
}

static uint64_t until(uint64_t moment, uint64_t now) {
    uint64_t left = moment > now ? moment - now : 1;
    return left < LOOK_NS ? left : LOOK_NS;
}

static void tell(const run *run, const char *format, ...) {
    if (run->options->quiet) return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

// ---- connect ⇄ close → settle

void phase_begin_connecting(run *run, uint64_t now) {
    enter(run, PHASE_CONNECT, now);
    run->cpu_mark = servers_cpu(&run->servers);
    crowd_begin_round(&run->crowd, now);
}

static void be_ready(run *run, uint64_t now) {
    const crowd *crowd = &run->crowd;
    tell(run, "ready conns=%d failed=%d in %.3f s\n", crowd->opened, crowd->failed, run->connect_seconds);
    if (first_error()[0] != '\0') tell(run, "first error: %s\n", first_error());
    servers_refresh(&run->servers);
    run->phase_ends = now + seconds_to_ns(run->options->settle);
    enter(run, PHASE_SETTLE, now);
}

static uint64_t connect_step(run *run, uint64_t now) {
    uint64_t wait = crowd_connect(&run->crowd, now);
    if (now - run->phase_began > seconds_to_ns(run->options->connect_timeout)) crowd_give_up_connecting(&run->crowd);
    if (!crowd_is_complete(&run->crowd)) return until(now + wait, now);
    double cpu = servers_cpu(&run->servers);
    now = now_ns();
    run->connect_seconds += (double)(now - run->phase_began) / 1e9;
    run->connect_cpu += cpu - run->cpu_mark;
    run->cpu_mark = cpu;
    if (++run->round == run->options->connect_rounds) {
        be_ready(run, now);
        return 0;
    }
    crowd_close(&run->crowd);
    enter(run, PHASE_CLOSE, now);
    run->phase_ends = now + QUIET_LOOK_NS;
    return 0;
}

// A round begins when the server has nothing left to do for the one before.
static uint64_t close_step(run *run, uint64_t now) {
    if (now < run->phase_ends) return until(run->phase_ends, now);
    double cpu = servers_cpu(&run->servers), spent = cpu - run->cpu_mark;
    run->close_cpu += spent;
    run->cpu_mark = cpu;
    run->phase_ends = now + QUIET_LOOK_NS;
    if (spent > QUIET_CPU && now - run->phase_began < MAX_CLOSE_NS) return QUIET_LOOK_NS;
    phase_begin_connecting(run, now);
    return 0;
}

// ---- settle → warm up → measure

static void open_window(run *run) {
    const options *options = run->options;
    servers_refresh(&run->servers);
    run->usage_began = servers_measure_usage(&run->servers);
    run->own_began = machine_measure_own();
    machine_measure_cpus(&run->cpus_began);
    uint64_t now = now_ns();
    enter(run, PHASE_MEASURE, now);
    run->window_began = run->deliveries.last = run->ledger.progress = run->publishing.next_due = now;
    run->phase_ends = options->duration > 0 ? now + seconds_to_ns(options->duration) : UINT64_MAX;
    run->first_number = run->ledger.published;
    run->publishing.limit = options->events > 0 ? run->first_number + options->events : UINT64_MAX;
    run->deliveries.measures = run->publishing.measures = true;
    // Neither was asked for: being connected was all.
    if (options->events == 0 && options->duration <= 0) run->publishing.stopping = true;
}

static uint64_t settle_step(run *run, uint64_t now) {
    if (now < run->phase_ends) return until(run->phase_ends, now);
    run->ready = servers_measure_memory(&run->servers);
    run->resident_peak = run->ready.resident;
    run->machine_ready = machine_measure_memory();
    crowd_stall(&run->crowd, true);
    if (run->options->publishes) publishing_open(&run->publishing, run->poll_set, run->options, &run->ledger);
    if (!run->options->publishes || run->options->warmup == 0) {
        open_window(run);
        return 0;
    }
    enter(run, PHASE_WARM_UP, now);
    run->publishing.limit = run->options->warmup;
    run->publishing.next_due = run->ledger.progress = now;
    return 0;
}

static bool has_published_all(const run *run) {
    return run->publishing.stopping || run->ledger.published >= run->publishing.limit;
}

static bool has_arrived(const run *run) {
    return ledger_owed(&run->ledger) == 0 && publishing_under_way(&run->publishing) == 0;
}

// Nothing has come for long, though something should have. Not when it was us who were held up: then it waits already.
static bool is_starved(const run *run, uint64_t now) {
    if (!run->is_quiet) return false;
    bool should_come = has_published_all(run) || run->options->publish_rate < 0;
    uint64_t patience = seconds_to_ns(run->options->drain_timeout);
    return should_come && now > run->ledger.progress && now - run->ledger.progress > patience;
}

static uint64_t publish_step(run *run) {
    publishing_go_on(&run->publishing);
    bool is_timed = run->options->publish_rate > 0 && !has_published_all(run);
    uint64_t now = now_ns();
    if (!is_timed) return LOOK_NS;
    // Due, and no publisher free: an answer will wake us.
    return run->publishing.next_due > now ? until(run->publishing.next_due, now) : NS_PER_MS / 10;
}

static uint64_t warm_up_step(run *run) {
    uint64_t wait = publish_step(run), now = now_ns();
    if (has_published_all(run) && (has_arrived(run) || is_starved(run, now))) {
        open_window(run);
        return 0;
    }
    if (!is_starved(run, now)) return wait;
    run->truncated = true;
    run->phase = PHASE_DONE;
    return 0;
}

// ---- measure → listen

void phase_close_window(run *run) {
    if (run->window_ended > 0) return;
    if (run->window_began == 0) open_window(run);  // nothing was measured: an empty one
    run->usage_ended = servers_measure_usage(&run->servers);
    run->own_ended = machine_measure_own();
    machine_measure_cpus(&run->cpus_ended);
    run->end = servers_measure_memory(&run->servers);
    run->machine_end = machine_measure_memory();
    if (run->end.resident > run->resident_peak) run->resident_peak = run->end.resident;
    bool has_own_end = run->options->publishes && run->deliveries.last > run->window_began;
    run->window_ended = has_own_end ? run->deliveries.last : now_ns();
    run->deliveries.measures = run->publishing.measures = false;
}

// Of an outside publisher: true when enough has come, or can no longer come.
static bool has_received_all(run *run) {
    uint64_t wanted = run->options->events * run->ledger.live;
    if (run->options->connections > 0 && run->ledger.live == 0 && run->options->stalled == 0) {
        run->truncated = true;
        return true;
    }
    return run->publishing.stopping || (wanted > 0 && run->deliveries.count >= wanted);
}

static void end_window(run *run, uint64_t now) {
    phase_close_window(run);
    enter(run, PHASE_LISTEN, now);
    run->heard = run->deliveries.stalled_count;
    run->heard_at = now;
    bool reads_stalled = run->options->stalled > 0 && run->options->stall_drain > 0;
    if (reads_stalled) crowd_stall(&run->crowd, false);
    run->phase_ends = now + (reads_stalled ? seconds_to_ns(run->options->stall_drain) : AFTERMATH_NS);
}

static uint64_t measure_step(run *run, uint64_t now) {
    uint64_t wait = run->options->publishes ? publish_step(run) : until(run->phase_ends, now);
    now = now_ns();
    if (now >= run->phase_ends) run->publishing.stopping = true;
    bool is_over = run->options->publishes ? has_published_all(run) && has_arrived(run) : has_received_all(run);
    if (!is_over && run->options->publishes && is_starved(run, now)) is_over = run->truncated = true;
    if (is_over) {
        end_window(run, now);
        return 0;
    }
    if (run->servers.count > 0 && now > run->next_sample) {
        long resident = servers_resident(&run->servers);
        if (resident > run->resident_peak) run->resident_peak = resident;
        run->next_sample = now + SAMPLE_NS;
    }
    if (now >= run->phase_ends) return wait;  // only the rest has to arrive
    return wait < until(run->phase_ends, now) ? wait : until(run->phase_ends, now);
}

static uint64_t listen_step(run *run, uint64_t now) {
    if (run->deliveries.stalled_count != run->heard) {
        run->heard = run->deliveries.stalled_count;
        run->heard_at = now;
    }
    if (now < run->phase_ends && now - run->heard_at < MAX_SILENCE_NS) return until(run->phase_ends, now);
    run->phase = PHASE_DONE;
    return 0;
}

uint64_t phase_step(run *run, uint64_t now) {
    switch (run->phase) {
        case PHASE_CONNECT: return connect_step(run, now);
        case PHASE_CLOSE: return close_step(run, now);
        case PHASE_SETTLE: return settle_step(run, now);
        case PHASE_WARM_UP: return warm_up_step(run);
        case PHASE_MEASURE: return measure_step(run, now);
        case PHASE_LISTEN: return listen_step(run, now);
        case PHASE_DONE: break;
    }
    return 0;
}
