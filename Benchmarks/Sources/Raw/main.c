// The yardstick: a bare single-threaded epoll server that does nothing but fan out, so that its cost is the kernel's.
//
//     raw PORT send|batch
//
// GET is answered with an event stream that stays open. POST is answered 202, and its body goes to every stream as
// `data: BODY`. What makes a hub is missing on purpose: channels, positions, replay, validation, deadlines.
//
//     send    one send() per message and stream
//     batch   all messages of one round of epoll in one send() per stream
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 200000
#define MAX_REQUEST (4u << 20)
#define MAX_BEHIND (64u << 20)  // bytes that wait for one slow stream, before it is dropped
#define ROUND 512
#define LITERAL(text) (text), sizeof(text) - 1

typedef struct {
    char *bytes;
    size_t length, capacity;
} buffer;

typedef struct {
    bool streams;
    int place;         // among `streams`
    buffer behind;     // what its socket did not take
    buffer unfinished; // the beginning of a request
} connection;

static bool batches;
static int poll_set;
static connection *connections[MAX_DESCRIPTORS];  // by descriptor
static int streams[MAX_DESCRIPTORS], stream_count;
static buffer frames;                        // the messages of this round, framed
static char incoming[1 << 18];

static void append(buffer *to, const char *bytes, size_t length) {
    if (to->length + length > to->capacity) {
        to->capacity = (to->length + length) * 2;
        to->bytes = realloc(to->bytes, to->capacity);
        if (to->bytes == NULL) {
            fputs("raw: out of memory\n", stderr);
            exit(1);
        }
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void consume(buffer *from, size_t length) {
    from->length -= length;
    memmove(from->bytes, from->bytes + length, from->length);
}

static void watch(int fd, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(poll_set, operation, fd, &event);
}

static void drop(int fd) {
    connection *gone = connections[fd];
    if (gone->streams) {
        int last = streams[--stream_count];
        streams[gone->place] = last;
        connections[last]->place = gone->place;
    }
    free(gone->behind.bytes);
    free(gone->unfinished.bytes);
    free(gone);
    connections[fd] = NULL;
    close(fd);
}

// Not dropped at once: the loop over the streams is under way. Shut down, it will read its end.
static void fall_behind(int fd, const char *bytes, size_t length) {
    buffer *behind = &connections[fd]->behind;
    if (behind->length + length > MAX_BEHIND) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    if (behind->length == 0) watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    append(behind, bytes, length);
}

static void catch_up(int fd) {
    buffer *behind = &connections[fd]->behind;
    ssize_t sent = send(fd, behind->bytes, behind->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) consume(behind, (size_t)sent);
    if (behind->length == 0) watch(fd, EPOLL_CTL_MOD, EPOLLIN);
}

static void fan_out(void) {
    for (int i = 0; i < stream_count && frames.length > 0; i++) {
        int fd = streams[i];
        if (connections[fd]->behind.length > 0) {
            fall_behind(fd, frames.bytes, frames.length);
            continue;
        }
        ssize_t sent = send(fd, frames.bytes, frames.length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent == (ssize_t)frames.length) continue;
        if (sent < 0 && errno != EAGAIN) continue;  // its end is read soon
        size_t taken = sent < 0 ? 0 : (size_t)sent;
        fall_behind(fd, frames.bytes + taken, frames.length - taken);
    }
    frames.length = 0;
}

static void take_message(const char *body, size_t length) {
    append(&frames, LITERAL("data: "));
    append(&frames, body, length);
    append(&frames, LITERAL("\n\n"));
    if (!batches) fan_out();
}

static void answer(int fd, const char *text, size_t length) { send(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL); }

static void open_stream(int fd) {
    answer(fd, LITERAL("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"));
    connection *opened = connections[fd];
    if (opened->streams) return;
    opened->streams = true;
    opened->place = stream_count;
    streams[stream_count++] = fd;
}

// The requests in `bytes`, as far as they are there whole. Gives how many bytes they are.
static size_t handle(int fd, const char *bytes, size_t length) {
    size_t used = 0;
    while (used < length) {
        const char *request = bytes + used;
        const char *end = memmem(request, length - used, LITERAL("\r\n\r\n"));
        if (end == NULL) break;
        size_t head = (size_t)(end + 4 - request);
        if (*request == 'G') {
            open_stream(fd);
            used += head;
            continue;
        }
        const char *field = memmem(request, head, LITERAL("Content-Length: "));
        size_t body = field == NULL ? 0 : strtoul(field + strlen("Content-Length: "), NULL, 10);
        if (body > length - used - head) break;
        take_message(request + head, body);
        answer(fd, LITERAL("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
        used += head + body;
    }
    return used;
}

static void read_requests(int fd) {
    ssize_t got = recv(fd, incoming, sizeof incoming, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    buffer *unfinished = &connections[fd]->unfinished;
    if (got <= 0 || unfinished->length + (size_t)got > MAX_REQUEST) {
        drop(fd);
        return;
    }
    // Nearly always a request is there whole, and is handled where it lies.
    if (unfinished->length == 0) {
        size_t used = handle(fd, incoming, (size_t)got);
        if (used < (size_t)got) append(unfinished, incoming + used, (size_t)got - used);
        return;
    }
    append(unfinished, incoming, (size_t)got);
    consume(unfinished, handle(fd, unfinished->bytes, unfinished->length));
}

static void accept_all(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        connection *opened = fd < MAX_DESCRIPTORS ? calloc(1, sizeof *opened) : NULL;
        if (opened == NULL) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[fd] = opened;
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int listen_on(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 4096) != 0) {
        perror("raw: listen");
        exit(1);
    }
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **words) {
    batches = count == 3 && strcmp(words[2], "batch") == 0;
    if (count != 3 || (!batches && strcmp(words[2], "send") != 0)) {
        fputs("usage: raw PORT send|batch\n", stderr);
        return 2;
    }
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on((uint16_t)atoi(words[1]));
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event ready[ROUND];
        int n = epoll_wait(poll_set, ready, ROUND, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) {
                accept_all(listener);
                continue;
            }
            if ((ready[i].events & EPOLLOUT) && connections[fd]->behind.length > 0) catch_up(fd);
            if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_requests(fd);
        }
        fan_out();
    }
}
