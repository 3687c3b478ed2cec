#include "watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

// As many as libuv takes in one turn: under load, the more requests come before the writing, the fewer writes there are.
#define EVENTS_A_TURN 1024

static void on_ready(uv_poll_t *poll, int status, int events) {
    el_watch *watch = poll->data;
    struct epoll_event ready[EVENTS_A_TURN];
    (void)status, (void)events;
    int count = epoll_wait(watch->set, ready, EVENTS_A_TURN, 0);
    for (int i = 0; i < count; i++) watch->ready(ready[i].data.ptr, ready[i].events);
}

int el_watch_open(el_watch *watch, uv_loop_t *loop, void (*ready)(void *owner, uint32_t events)) {
    watch->set = epoll_create1(EPOLL_CLOEXEC);
    if (watch->set < 0) return uv_translate_sys_error(errno);
    int result = uv_poll_init(loop, &watch->poll, watch->set);
    if (result != 0) {
        close(watch->set);
        return result;
    }
    watch->ready = ready;
    watch->poll.data = watch;
    return uv_poll_start(&watch->poll, UV_READABLE, on_ready);
}

void el_watch_close(el_watch *watch) {
    uv_close((uv_handle_t *)&watch->poll, NULL);
    close(watch->set);
}

bool el_watch_change(el_watch *watch, int fd, void *owner, uint32_t before, uint32_t after) {
    struct epoll_event event = {.events = after, .data.ptr = owner};
    int action = after == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(watch->set, action, fd, &event) == 0;
}
