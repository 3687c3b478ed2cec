// A set of sockets that the loop sees as one handle.
//
// libuv's uv_poll_t is 160 bytes, and costs four more system calls than the one it takes to watch a socket; a loop has
// ten thousands of sockets, one anew for each stream. So they stand in an epoll set of their own (epoll(7)), and its
// descriptor, which is readable while any of them is ready, is what libuv watches.
//
// Threads    The loop's.
// Ownership  The set owns its descriptor, and none of the sockets. Within one turn of calls of `ready` an owner must stay
//            where it is, even if its socket is no longer watched: its call may still come.
#ifndef EL_WATCH_H
#define EL_WATCH_H
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

typedef struct {
    uv_poll_t poll;
    int set;
    void (*ready)(void *owner, uint32_t events);
} el_watch;

// `ready` is called on the loop's thread with what epoll_wait(2) says of the socket: EPOLLERR and EPOLLHUP too. Result: 0,
// or libuv's code of an error.
int el_watch_open(el_watch *watch, uv_loop_t *loop, void (*ready)(void *owner, uint32_t events));
void el_watch_close(el_watch *watch);
// From waiting for `before` to waiting for `after`, of EPOLLIN | EPOLLOUT; 0 is out of the set, which a socket must be
// before it is closed. False: out of memory.
bool el_watch_change(el_watch *watch, int fd, void *owner, uint32_t before, uint32_t after);
#endif
