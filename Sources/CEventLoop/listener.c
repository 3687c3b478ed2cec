#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connection.h"

#define ACCEPTS_PER_TURN 64
#define REST_MS 100

static void on_waiting(uv_poll_t *poll, int status, int events);

static void on_rested(uv_timer_t *rest) {
    el_listener *listener = rest->data;
    uv_poll_start(&listener->poll, UV_READABLE, on_waiting);
}

// Hands the sockets of a unix listener round; those of TCP come spread by the kernel.
static void place(el_listener *listener, int fd) {
    el_loop *loop = listener->loop;
    el_hub *hub = loop->hub;
    bool is_unix = listener->path != NULL;
    uint32_t turn = is_unix ? listener->turn++ % hub->loop_count : loop->index;
    if (turn == loop->index) {
        el_connection_open(loop, fd, listener->is_loopback, is_unix);
        return;
    }
    el_handed_socket *handed = malloc(sizeof *handed);
    if (handed != NULL) {
        *handed = (el_handed_socket){{NULL, EL_ERRAND_SOCKET}, fd, listener->is_loopback, is_unix};
        if (el_inbox_post(hub->loops[turn]->inbox, &handed->errand)) return;
    }
    free(handed);
    close(fd);
    atomic_fetch_sub_explicit(&hub->open, 1, memory_order_relaxed);
}

// One connection of the queue. False: there is none, or it cannot be had now.
static bool accept_one(el_listener *listener) {
    el_loop *loop = listener->loop;
    el_hub *hub = loop->hub;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        // The peer may have gone while it waited (ECONNABORTED), or its network (accept(2) names more): try the next.
        if (errno == EAGAIN) return false;
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return errno != EBADF;
        if (!listener->is_starved) el_hub_log(hub, EL_LOG_ERROR, "cannot accept connections: %s", strerror(errno));
        listener->is_starved = true;
        uv_poll_stop(&listener->poll);
        if (!uv_is_closing((uv_handle_t *)&listener->rest)) uv_timer_start(&listener->rest, on_rested, REST_MS, 0);
        return false;
    }
    listener->is_starved = false;
    el_tally(&loop->counters.accepted, 1);
    uint_fast32_t open = atomic_fetch_add_explicit(&hub->open, 1, memory_order_relaxed);
    if (open >= hub->settings.connections) el_tally(&loop->counters.refused, 1);
    if (open >= (uint_fast32_t)hub->settings.connections + EL_CONNECTIONS_SLACK) {
        close(fd);
        atomic_fetch_sub_explicit(&hub->open, 1, memory_order_relaxed);
        return true;
    }
    place(listener, fd);
    return true;
}

static void on_waiting(uv_poll_t *poll, int status, int events) {
    el_listener *listener = poll->data;
    (void)events;
    if (status < 0) el_hub_log(listener->loop->hub, EL_LOG_ERROR, "a listener has failed: %s", uv_strerror(status));
    for (int i = 0; i < ACCEPTS_PER_TURN && accept_one(listener); i++) continue;
}

bool el_listener_new(el_loop *loop, int fd, bool is_loopback, const char *path, char *error) {
    el_listener *listener = calloc(1, sizeof *listener);
    int result = listener == NULL ? UV_ENOMEM : 0;
    if (result == 0 && path != NULL && (listener->path = strdup(path)) == NULL) result = UV_ENOMEM;
    if (result == 0) result = uv_poll_init(&loop->uv, &listener->poll, fd);
    if (result != 0) {
        snprintf(error, EL_ERROR_SIZE, "cannot set up a listener: %s", uv_strerror(result));
        if (listener != NULL) free(listener->path);
        free(listener);
        close(fd);
        return false;
    }
    struct stat file;
    if (path != NULL && stat(path, &file) == 0) {
        listener->device = file.st_dev;
        listener->inode = file.st_ino;
    }
    uv_timer_init(&loop->uv, &listener->rest);
    listener->poll.data = listener->rest.data = listener;
    listener->loop = loop;
    listener->fd = fd;
    listener->is_loopback = is_loopback;
    listener->next = loop->listeners;
    loop->listeners = listener;
    uv_poll_start(&listener->poll, UV_READABLE, on_waiting);
    return true;
}

static void on_closed(uv_handle_t *handle) {
    el_listener *listener = handle->data;
    if (--listener->open_handles > 0) return;
    free(listener->path);
    free(listener);
}

void el_listener_close(el_listener *listener) {
    el_listener **link = &listener->loop->listeners;
    while (*link != listener) link = &(*link)->next;
    *link = listener->next;
    // As many as the queue can hold: what comes later is refused, not forgotten.
    for (int i = 0; !listener->loop->stopping && i < SOMAXCONN && accept_one(listener); i++) continue;
    listener->open_handles = 2;
    uv_close((uv_handle_t *)&listener->poll, on_closed);
    uv_close((uv_handle_t *)&listener->rest, on_closed);
    struct stat file;
    if (listener->path != NULL && stat(listener->path, &file) == 0 && file.st_dev == listener->device
        && file.st_ino == listener->inode) {
        unlink(listener->path);
    }
    close(listener->fd);
}
