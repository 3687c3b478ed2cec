// Sockets that listen: TCP, one a loop, all of one port; unix, one for all.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

#define BACKLOG 4096
#define KEEPALIVE_SECONDS 30

typedef struct {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } as;
    socklen_t length;
} el_address;

static const char *why(int code) {
    if (code == EADDRINUSE) return "the address is in use by another program";
    if (code == EACCES) return "permission denied";
    if (code == EADDRNOTAVAIL) return "this machine has no such address";
    return strerror(code);
}

static int fail(char *error, const char *host, uint16_t port, int code) {
    bool is_v6 = strchr(host, ':') != NULL;
    snprintf(error, EL_ERROR_SIZE, "cannot listen on %s%s%s:%u: %s", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port,
             why(code));
    return 0;
}

static bool parse(const char *host, el_address *address, bool *is_loopback) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->as.v4.sin_addr) == 1) {
        address->as.v4.sin_family = AF_INET;
        address->length = sizeof address->as.v4;
        *is_loopback = (ntohl(address->as.v4.sin_addr.s_addr) >> 24) == 127;
        return true;
    }
    if (inet_pton(AF_INET6, host, &address->as.v6.sin6_addr) == 1) {
        address->as.v6.sin6_family = AF_INET6;
        address->length = sizeof address->as.v6;
        *is_loopback = IN6_IS_ADDR_LOOPBACK(&address->as.v6.sin6_addr);
        return true;
    }
    return false;
}

// Both families keep the port at the same place.
static uint16_t port_of(const el_address *address) { return ntohs(address->as.v4.sin_port); }

static bool set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static int open_socket(const el_address *address) {
    int fd = socket(address->as.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    bool is_v6 = address->as.any.sa_family == AF_INET6;
    if (set(fd, SOL_SOCKET, SO_REUSEADDR, 1) && (!is_v6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))) return fd;
    close(fd);
    return -1;
}

// Connections inherit these: no call is needed for each. The send buffer is bounded: a slow reader's queue would grow to
// megabytes in the kernel. The kernel's deadline is for peers that vanished with little under way; it lies behind our own,
// so that a stalled reader is found, counted and closed here.
static bool set_inherited(int fd, const el_hub_settings *settings) {
    uint32_t stall_time = settings->stall_time;
    return set(fd, IPPROTO_TCP, TCP_NODELAY, 1) && set(fd, SOL_SOCKET, SO_KEEPALIVE, 1)
        && set(fd, SOL_SOCKET, SO_SNDBUF, (int)settings->send_buffer)
        && set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_SECONDS)
        && set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_SECONDS)
        && set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, stall_time < 1000000000 ? (int)stall_time + 2000 : 0);
}

static void close_all(const int *sockets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) close(sockets[i]);
}

// The kernel hands a connection over with its first bytes; one that sends none, about so many seconds later. So there is
// one wake for both, and the request is read where the connection is accepted.
#define DEFER_SECONDS 1

// Binds all before any listens: a connection must find all the loops, or none.
static bool open_all(const el_address *address, const el_hub_settings *settings, int *sockets) {
    uint32_t count = settings->loops;
    for (uint32_t i = 0; i < count; i++) {
        int fd = sockets[i] = open_socket(address);
        if (fd >= 0 && set(fd, SOL_SOCKET, SO_REUSEPORT, 1) && set_inherited(fd, settings)
            && set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, DEFER_SECONDS)
            && bind(fd, &address->as.any, address->length) == 0) {
            continue;
        }
        int code = errno;
        close_all(sockets, fd >= 0 ? i + 1 : i);
        errno = code;
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (listen(sockets[i], BACKLOG) == 0) continue;
        int code = errno;
        close_all(sockets, count);
        errno = code;
        return false;
    }
    return true;
}

uint16_t el_bind_tcp(const char *host, uint16_t port, const el_hub_settings *settings, int *sockets, bool *is_loopback,
                     char *error) {
    el_address address;
    if (!parse(host, &address, is_loopback)) {
        snprintf(error, EL_ERROR_SIZE, "cannot listen on %s: it is no numeric IPv4 or IPv6 address", host);
        return 0;
    }
    address.as.v4.sin_port = htons(port);
    // The probe is what finds a port in use: sockets with SO_REUSEPORT would share it with another server of the same
    // user. It is held until the others are bound, and then lets them in.
    int probe = open_socket(&address);
    bool is_free = probe >= 0 && bind(probe, &address.as.any, address.length) == 0;
    if (is_free) is_free = getsockname(probe, &address.as.any, &address.length) == 0;
    if (is_free) is_free = set(probe, SOL_SOCKET, SO_REUSEPORT, 1);
    bool is_open = is_free && open_all(&address, settings, sockets);
    int code = errno;
    if (probe >= 0) close(probe);
    if (!is_open) return (uint16_t)fail(error, host, port, code);
    return port_of(&address);
}

// MARK: Unix sockets

// Whether the path is free, or made so: a socket file that nobody answers on any more is removed.
static bool clear_path(const char *path, const struct sockaddr_un *address, char *error) {
    struct stat file;
    if (lstat(path, &file) != 0) return true;  // bind will say what else is wrong
    if (!S_ISSOCK(file.st_mode)) {
        snprintf(error, EL_ERROR_SIZE, "cannot listen on unix:%s: the file is there and is no socket", path);
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int result = fd >= 0 ? connect(fd, (const struct sockaddr *)address, sizeof *address) : -1;
    int code = result == 0 ? EADDRINUSE : errno;
    if (fd >= 0) close(fd);
    if (code == ECONNREFUSED && unlink(path) == 0) return true;
    if (code == EAGAIN) code = EADDRINUSE;  // its queue is full: somebody is there
    snprintf(error, EL_ERROR_SIZE, "cannot listen on unix:%s: %s", path, why(code));
    return false;
}

int el_bind_unix(const char *path, char *error) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        snprintf(error, EL_ERROR_SIZE, "cannot listen on unix:%s: the path is longer than %zu bytes", path,
                 sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (!clear_path(path, &address, error)) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        if (listen(fd, BACKLOG) == 0) return fd;
        unlink(path);
    }
    snprintf(error, EL_ERROR_SIZE, "cannot listen on unix:%s: %s", path, why(errno));
    if (fd >= 0) close(fd);
    return -1;
}
