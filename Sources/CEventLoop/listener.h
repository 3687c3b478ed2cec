// A listening socket and its accepting. What accept() leaves in the queue stays there until the next turn, so that a
// stampede does not starve those who are served; without free descriptors it rests for a moment instead of spinning.
//
// Threads    The loop's; el_listener_new before the loops start.
// Ownership  The listener owns its descriptor, and with `path` the socket file; it is owned by its loop.
#ifndef EL_LISTENER_H
#define EL_LISTENER_H
#include "loop.h"

struct el_listener {
    uv_poll_t poll;
    uv_timer_t rest;
    el_listener *next;
    el_loop *loop;
    int fd;
    bool is_loopback;
    bool is_starved;      // out of descriptors: logged once a burst
    unsigned open_handles;
    uint32_t turn;        // a unix socket's: the loop that gets the next connection
    char *path;           // of a unix socket, else NULL
    uint64_t device, inode;  // of its file: one that has taken its place is not removed
};

// A socket on its way to another loop.
typedef struct {
    el_errand errand;  // first
    int fd;
    bool is_loopback, is_unix;
} el_handed_socket;

// Takes the descriptor over, also when it fails.
bool el_listener_new(el_loop *loop, int fd, bool is_loopback, const char *path, char *error);
// Accepts all that is waiting, then closes.
void el_listener_close(el_listener *listener);

// bind.c. `sockets`: one a loop, bound, all of the same port, which is returned; 0: failed.
uint16_t el_bind_tcp(const char *host, uint16_t port, const el_hub_settings *settings, int *sockets, bool *is_loopback,
                     char *error);
int el_bind_unix(const char *path, char *error);  // -1: failed
#endif
