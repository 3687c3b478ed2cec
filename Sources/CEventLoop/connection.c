#include "connection.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"

#define LINGER_MS 2000

// MARK: The beginning and the end

void el_connection_open(el_loop *loop, int fd, bool is_loopback, bool is_unix) {
    el_connection *c = calloc(1, sizeof *c);
    if (c == NULL) {
        close(fd);
        atomic_fetch_sub_explicit(&loop->hub->open, 1, memory_order_relaxed);
        return;
    }
    c->loop = loop;
    c->fd = fd;
    c->sink.verbs = &el_connection_verbs;
    c->is_loopback = is_loopback;
    c->is_unix = is_unix;
    if (is_unix) {
        // Only TCP inherits it from the listener.
        int size = (int)loop->hub->settings.send_buffer;
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    c->is_last = atomic_load_explicit(&loop->hub->open, memory_order_relaxed) > loop->hub->settings.connections;
    c->next = loop->connections;
    if (c->next != NULL) c->next->previous = c;
    loop->connections = c;
    el_connection_enter(c, EL_STATE_IDLE);
    if (loop->finishing) {
        el_connection_finish(c);
    } else {
        el_connection_read(c);  // it seldom comes without
        el_connection_resume(c);
    }
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
    el_loop *loop = c->loop;
    c->state = EL_STATE_CLOSED;
    if (c->subscriber != NULL) el_subscriber_leave(c->subscriber);
    c->subscriber = NULL;
    el_connection_recycle(c);
    el_output_free(c->output);
    c->output = NULL;
    free(c->ahead);
    c->ahead = NULL;
    el_wheel_remove(&loop->wheel, &c->timer);
    if (c->previous != NULL) c->previous->next = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    if (loop->connections == c) loop->connections = c->next;
    if (reset) {
        // Else the kernel would keep the bytes a stalled peer does not take.
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    // Explicitly: a child process that is just being started may have the socket open too, and keep it in the set.
    if (c->watched != 0) el_watch_change(&loop->watch, c->fd, c, c->watched, 0);
    close(c->fd);
    c->next = loop->dead;
    loop->dead = c;
    el_hub *hub = loop->hub;
    if (atomic_fetch_sub(&hub->open, 1) == 1 && atomic_load(&hub->draining)) el_hub_notify(hub);
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

static uint32_t events_of(const el_connection *c) {
    uint32_t room = c->output != NULL ? EPOLLOUT : 0;
    switch ((el_state)c->state) {
    case EL_STATE_ASKED: return room;
    case EL_STATE_WRITING: return EPOLLOUT;
    case EL_STATE_STREAM: return EPOLLIN | (c->is_blocked ? EPOLLOUT : 0);
    case EL_STATE_CLOSED: return 0;
    default: return EPOLLIN | room;
    }
}

void el_connection_rest(el_connection *c) {
    if (c->state == EL_STATE_CLOSED) return;
    uint32_t events = events_of(c);
    if (events != c->watched) {
        if (!el_watch_change(&c->loop->watch, c->fd, c, c->watched, events)) {
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
    if (c->request != NULL) el_request_drop_body(c->request);
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

void el_connection_ready(void *connection, uint32_t events) {
    el_connection *c = connection;
    if (c->state == EL_STATE_CLOSED) return;  // by what came before it in this turn
    if (events & EPOLLERR) {
        el_connection_close(c, false);  // reset by the peer, or timed out
        return;
    }
    // Both sides are shut down: reading or writing finds out what that means here.
    if (events & EPOLLHUP) events |= c->watched;
    if (events & EPOLLOUT) writable(c);
    if (c->state != EL_STATE_CLOSED && c->ahead == NULL && (events & EPOLLIN)) el_connection_read(c);
    el_connection_resume(c);
}
