#include "hub.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hub_parts.h"
#include "listener.h"

#define LOOPS_MAX 64

el_core *el_hub_core(const el_hub *hub) { return hub->core; }

void el_hub_log(const el_hub *hub, el_log_level level, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    hub->handler.on_log(hub->handler.context, level, message);
}

void el_hub_notify(el_hub *hub) {
    pthread_mutex_lock(&hub->lock);
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
}

// MARK: What the core tells

static void on_wake(void *context, uint32_t loop) {
    el_hub *hub = context;
    if (!el_loop_stay_awake(hub->loops[loop])) el_inbox_wake(hub->loops[loop]->inbox);
}

static void on_room(void *context) {
    el_hub *hub = context;
    for (uint32_t i = 0; i < hub->loop_count; i++) el_inbox_raise(hub->loops[i]->inbox, EL_FLAG_ROOM);
    hub->handler.on_room(hub->handler.context);
}

static size_t on_render(void *context, const el_frame *frame, char **text) {
    el_hub *hub = context;
    return hub->handler.render(hub->handler.context, frame, text);
}

// MARK: The beginning

static bool open_loops(el_hub *hub, char *error) {
    for (uint32_t i = 0; i < hub->settings.loops; i++) {
        el_loop *loop = calloc(1, sizeof *loop);
        if (loop == NULL) {
            snprintf(error, EL_ERROR_SIZE, "cannot set up event loop %u: out of memory", i);
            return false;
        }
        hub->loops[i] = loop;
        if (!el_loop_open(loop, hub, i, el_core_shelf(hub->core, i), error)) {
            free(loop);
            return false;
        }
        hub->loop_count++;
    }
    return true;
}

static void init_condition(el_hub *hub) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&hub->lock, NULL);
}

el_hub *el_hub_new(const el_hub_settings *settings, const el_handler *handler, char *error) {
    error[0] = '\0';
    if (settings->loops < 1 || settings->loops > LOOPS_MAX) {
        snprintf(error, EL_ERROR_SIZE, "cannot run %u event loops: 1 to %d are possible", settings->loops, LOOPS_MAX);
        return NULL;
    }
    // A peer that has gone is found by EPIPE, from every call that writes.
    signal(SIGPIPE, SIG_IGN);
    el_hub *hub = calloc(1, sizeof *hub);
    el_loop **loops = calloc(settings->loops, sizeof *loops);
    if (hub == NULL || loops == NULL) {
        snprintf(error, EL_ERROR_SIZE, "cannot set up the hub: out of memory");
        free(hub);
        free(loops);
        return NULL;
    }
    hub->settings = *settings;
    hub->handler = *handler;
    hub->loops = loops;
    init_condition(hub);
    el_core_events events = {.context = hub, .wake = on_wake, .room = on_room, .render = on_render};
    hub->core = el_core_new(settings, &events);
    if (hub->core == NULL) snprintf(error, EL_ERROR_SIZE, "cannot set up the hub: out of memory");
    if (hub->core == NULL || !open_loops(hub, error)) {
        el_hub_free(hub);
        return NULL;
    }
    return hub;
}

bool el_hub_set_refusal_headers(el_hub *hub, el_slice lines) {
    size_t type_length = strlen(EL_REFUSAL_TYPE);
    char *copy = malloc(type_length + lines.length + 1);
    if (copy == NULL) return false;
    memcpy(copy, EL_REFUSAL_TYPE, type_length);
    if (lines.length > 0) memcpy(copy + type_length, lines.bytes, lines.length);
    copy[type_length + lines.length] = '\0';
    free(hub->refusal_headers);
    hub->refusal_headers = copy;
    return true;
}

uint16_t el_hub_listen_tcp(el_hub *hub, const char *host, uint16_t port, char *error) {
    int sockets[LOOPS_MAX];
    bool is_loopback = false;
    error[0] = '\0';
    uint16_t bound = el_bind_tcp(host, port, &hub->settings, sockets, &is_loopback, error);
    if (bound == 0) return 0;
    for (uint32_t i = 0; i < hub->loop_count; i++) {
        if (el_listener_new(hub->loops[i], sockets[i], is_loopback, NULL, error)) continue;
        while (++i < hub->loop_count) close(sockets[i]);
        return 0;
    }
    return bound;
}

bool el_hub_listen_unix(el_hub *hub, const char *path, char *error) {
    error[0] = '\0';
    int fd = el_bind_unix(path, error);
    return fd >= 0 && el_listener_new(hub->loops[0], fd, false, path, error);
}

bool el_hub_start(el_hub *hub, char *error) {
    error[0] = '\0';
    el_core_set_running(hub->core, true);
    for (uint32_t i = 0; i < hub->loop_count; i++) {
        if (!el_loop_start(hub->loops[i], error)) return false;
        hub->started = true;
    }
    return true;
}

// MARK: The end

static void raise_all(el_hub *hub, unsigned flags) {
    for (uint32_t i = 0; i < hub->loop_count; i++) el_inbox_raise(hub->loops[i]->inbox, flags);
}

// Waits until it is so. False: `deadline` (NULL: none) has passed.
static bool wait_until(el_hub *hub, bool (*is_so)(const el_hub *hub), const struct timespec *deadline) {
    int result = 0;
    pthread_mutex_lock(&hub->lock);
    while (!is_so(hub) && result != ETIMEDOUT) {
        result = deadline == NULL ? pthread_cond_wait(&hub->changed, &hub->lock)
                                  : pthread_cond_timedwait(&hub->changed, &hub->lock, deadline);
    }
    bool so = is_so(hub);
    pthread_mutex_unlock(&hub->lock);
    return so;
}

static bool are_listeners_closed(const el_hub *hub) { return hub->closed_listeners == hub->loop_count; }
static bool are_connections_gone(const el_hub *hub) { return atomic_load(&hub->open) == 0; }

static bool all_run(const el_hub *hub) {
    for (uint32_t i = 0; i < hub->loop_count; i++) {
        if (!hub->loops[i]->has_thread) return false;
    }
    return hub->started;
}

void el_hub_close_listeners(el_hub *hub) {
    if (!all_run(hub) || hub->finished || atomic_exchange(&hub->draining, true)) return;
    raise_all(hub, EL_FLAG_CLOSE_LISTENERS);
    wait_until(hub, are_listeners_closed, NULL);
}

void el_hub_finish(el_hub *hub, uint32_t within) {
    if (hub->finished) return;
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += within / 1000;
    deadline.tv_nsec += (long)(within % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_nsec -= 1000000000;
        deadline.tv_sec++;
    }
    if (all_run(hub)) {
        el_hub_close_listeners(hub);
        raise_all(hub, EL_FLAG_FINISH);
        wait_until(hub, are_connections_gone, &deadline);
    }
    hub->finished = true;
    raise_all(hub, EL_FLAG_STOP);
    for (uint32_t i = 0; i < hub->loop_count; i++) el_loop_join(hub->loops[i]);
    if (hub->core != NULL) el_core_set_running(hub->core, false);
}

void el_hub_free(el_hub *hub) {
    if (hub == NULL) return;
    el_hub_finish(hub, 0);
    if (hub->core != NULL) el_core_free(hub->core);
    for (uint32_t i = 0; i < hub->loop_count; i++) free(hub->loops[i]);
    free(hub->loops);
    free(hub->refusal_headers);
    pthread_cond_destroy(&hub->changed);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

// MARK: Counters

void el_hub_counters(const el_hub *hub, el_counters *counters) {
    memset(counters, 0, sizeof *counters);
    counters->connections_open = atomic_load_explicit(&hub->open, memory_order_relaxed);
    for (uint32_t i = 0; i < hub->loop_count; i++) {
        el_loop_counters *of = &hub->loops[i]->counters;
        counters->connections_accepted += atomic_load_explicit(&of->accepted, memory_order_relaxed);
        counters->connections_refused += atomic_load_explicit(&of->refused, memory_order_relaxed);
        counters->requests += atomic_load_explicit(&of->requests, memory_order_relaxed);
        counters->requests_malformed += atomic_load_explicit(&of->malformed, memory_order_relaxed);
        counters->writes += atomic_load_explicit(&of->writes, memory_order_relaxed);
        counters->written_bytes += atomic_load_explicit(&of->written_bytes, memory_order_relaxed);
        counters->stalled += atomic_load_explicit(&of->stalled, memory_order_relaxed);
        counters->timeouts += atomic_load_explicit(&of->timeouts, memory_order_relaxed);
        el_shelf_count(hub->loops[i]->shelf, counters);
    }
}
