#include "connection.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"

#define LINGER_MS 2000

static void on_poll(uv_poll_t *poll, int status, int events);

// MARK: The beginning and the end

void el_connection_open(el_loop *loop, int fd, bool is_loopback, bool is_unix) {
    el_connection *c = calloc(1, sizeof *c);
    if (c == NULL || uv_poll_init(&loop->uv, &c->poll, fd) != 0) {
        free(c);
        close(fd);
        atomic_fetch_sub_explicit(&loop->hub->open, 1, memory_order_relaxed);
        return;
    }
    c->poll.data = c;
    c->loop = loop;
    c->fd = fd;
    c->sink.verbs = &el_connection_verbs;
    c->is_loopback = is_loopback;
    c->is_unix = is_unix;
    c->is_last = atomic_load_explicit(&loop->hub->open, memory_order_relaxed) > loop->hub->settings.connections;
    c->next = loop->connections;
    if (c->next != NULL) c->next->previous = c;
    loop->connections = c;
    el_connection_enter(c, EL_STATE_IDLE);
    if (loop->finishing) {
        el_connection_finish(c);
    } else {
        el_connection_rest(c);
    }
}

static void on_closed(uv_handle_t *handle) {
    el_connection *c = handle->data;
    el_hub *hub = c->loop->hub;
    free(c);
    if (atomic_fetch_sub(&hub->open, 1) == 1 && atomic_load(&hub->draining)) el_hub_notify(hub);
}

void el_connection_recycle(el_connection *c) {
    el_request *r = c->request;
    if (r == NULL) return;
    if (r->deferred != NULL) r->deferred->connection = NULL;
    if (r->outcome == EL_PARKED) el_unpark(r);
    c->request = NULL;
    el_loop_recycle(c->loop, r);
}

void el_connection_close(el_connection *c, bool reset) {
    if (c->state == EL_STATE_CLOSED) return;
    c->state = EL_STATE_CLOSED;
    if (c->subscriber != NULL) el_subscriber_leave(c->subscriber);
    c->subscriber = NULL;
    el_connection_recycle(c);
    el_output_free(c->output);
    c->output = NULL;
    free(c->ahead);
    c->ahead = NULL;
    el_wheel_remove(&c->loop->wheel, &c->timer);
    if (c->previous != NULL) c->previous->next = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    if (c->loop->connections == c) c->loop->connections = c->next;
    if (reset) {
        // Else the kernel would keep the bytes a stalled peer does not take.
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    uv_close((uv_handle_t *)&c->poll, on_closed);
    close(c->fd);
}

void el_connection_break(el_connection *c) {
    if (c->is_broken) return;
    c->is_broken = true;
    c->next_broken = c->loop->broken;
    c->loop->broken = c;
}

void el_connection_linger(el_connection *c) {
    el_connection_recycle(c);
    if (c->is_broken || shutdown(c->fd, SHUT_WR) != 0) {
        el_connection_close(c, false);
        return;
    }
    c->thrown_away = 0;
    el_connection_enter(c, EL_STATE_LINGER);
}

// MARK: Waiting

void el_connection_enter(el_connection *c, el_state state) {
    c->state = (uint8_t)state;
    c->since = uv_now(&c->loop->uv);
}

static uint64_t deadline_of(const el_connection *c) {
    const el_hub_settings *settings = &c->loop->hub->settings;
    switch ((el_state)c->state) {
    case EL_STATE_IDLE: return c->since + settings->idle_time;
    case EL_STATE_HEAD: return c->since + settings->head_time;
    case EL_STATE_BODY:
    case EL_STATE_DISCARD: return c->since + settings->body_time;
    case EL_STATE_WRITING: return c->since + settings->stall_time;
    case EL_STATE_LINGER: return c->since + LINGER_MS;
    case EL_STATE_STREAM: return el_stream_deadline(c);
    case EL_STATE_ASKED:
    case EL_STATE_CLOSED: break;
    }
    return UINT64_MAX;
}

static int events_of(const el_connection *c) {
    int room = c->output != NULL ? UV_WRITABLE : 0;
    switch ((el_state)c->state) {
    case EL_STATE_ASKED: return room;
    case EL_STATE_WRITING: return UV_WRITABLE;
    case EL_STATE_STREAM: return UV_READABLE | (c->is_blocked ? UV_WRITABLE : 0);
    case EL_STATE_CLOSED: return 0;
    default: return UV_READABLE | room;
    }
}

void el_connection_rest(el_connection *c) {
    if (c->state == EL_STATE_CLOSED) return;
    int events = events_of(c);
    if (events != c->watched) {
        int result = events == 0 ? uv_poll_stop(&c->poll) : uv_poll_start(&c->poll, events, on_poll);
        if (result != 0) {
            el_connection_break(c);
            return;
        }
        c->watched = (uint8_t)events;
    }
    uint64_t deadline = deadline_of(c);
    if (deadline != UINT64_MAX) el_loop_arm(c->loop, &c->timer, deadline);
}

void el_connection_due(el_wheel_entry *entry, uint64_t now) {
    el_connection *c = (el_connection *)((char *)entry - offsetof(el_connection, timer));
    if (now >= deadline_of(c)) {
        switch ((el_state)c->state) {
        case EL_STATE_STREAM: el_stream_due(c); break;
        case EL_STATE_HEAD:
        case EL_STATE_BODY:
            el_tally(&c->loop->counters.timeouts, 1);
            if (c->request->head_length > 0) {
                el_refuse(c, 408, "The request did not arrive in time.");
                break;
            }
            el_connection_close(c, false);
            break;
        case EL_STATE_IDLE:
        case EL_STATE_DISCARD: el_tally(&c->loop->counters.timeouts, 1); el_connection_close(c, false); break;
        default: el_connection_close(c, c->state == EL_STATE_WRITING); break;
        }
    }
    el_connection_rest(c);
}

// MARK: Writing

void el_connection_send(el_connection *c, const struct iovec *slices, int count, int flags) {
    if (c->is_broken) return;
    size_t total = 0;
    for (int i = 0; i < count; i++) total += slices[i].iov_len;
    ssize_t sent = c->output == NULL ? el_send(c->fd, slices, count, flags) : 0;
    if (sent < 0 || ((size_t)sent < total && el_output_add(&c->output, slices, count, (size_t)sent) != 0)) {
        el_connection_break(c);
    }
}

static void written(el_connection *c) {
    el_request *r = c->request;
    if (c->closes) {
        el_connection_linger(c);
    } else if (r != NULL && !r->body_done) {
        el_body_begin(r, EL_DISCARD_MAX, false);
        el_connection_enter(c, EL_STATE_DISCARD);
    } else {
        el_connection_recycle(c);
        el_connection_enter(c, EL_STATE_IDLE);
    }
}

void el_connection_answered(el_connection *c) {
    if (c->request != NULL) {
        el_request_release_context(c->request);
        el_request_drop_body(c->request);
    }
    if (c->is_broken || c->output != NULL) {
        el_connection_enter(c, EL_STATE_WRITING);  // what is broken is closed at the turn's end
    } else {
        written(c);
    }
}

static void writable(el_connection *c) {
    if (c->state == EL_STATE_STREAM) {
        el_stream_room(c);
        return;
    }
    int moved = 0;
    switch (el_output_flush(&c->output, c->fd, &moved)) {
    case EL_FLUSHED:
        if (c->state == EL_STATE_WRITING) written(c);
        break;
    case EL_BROKEN: el_connection_close(c, false); return;
    case EL_BLOCKED:
    case EL_PAUSED: break;
    }
    if (moved && c->state == EL_STATE_WRITING) c->since = uv_now(&c->loop->uv);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    el_connection *c = poll->data;
    if (status < 0) {
        el_connection_close(c, false);  // reset by the peer, or timed out
        return;
    }
    if (events & UV_WRITABLE) writable(c);
    if (c->state != EL_STATE_CLOSED && c->ahead == NULL && (events & UV_READABLE)) el_connection_read(c);
    el_connection_resume(c);
}
