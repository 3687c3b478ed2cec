#include "crowd.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"

#define READ_SIZE (256 * 1024)
#define MAX_FAILED 1000  // then no more are tried

static void watch(const crowd *crowd, const member *member, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)(member - crowd->members)};
    if (epoll_ctl(crowd->poll_set, operation, member->fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
}

static void leave(crowd *crowd, member *member, member_state state) {
    if (member->fd >= 0) close(member->fd);
    member->fd = -1;
    if (member->state == MEMBER_OPEN) {
        crowd->closed++;
        receipt *receipt = &member->receipt;
        if (!receipt->stalled) ledger_leave(crowd->ledger, receipt->channel, receipt->total);
    } else if (member->state == MEMBER_CONNECTING || member->state == MEMBER_ASKING) {
        crowd->in_progress--;
        crowd->failed++;
    }
    member->state = (uint8_t)state;
    sse_close(&member->stream);
    free(member->head.bytes);
    member->head = (text){0};
}

static bool set_up_socket(const crowd *crowd, const member *member, int index) {
    const options *options = crowd->options;
    int on = 1, fd = member->fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bool has_own_size = member->receipt.stalled && options->stalled_receive_buffer > 0;
    int size = has_own_size ? options->stalled_receive_buffer : options->receive_buffer;
    if (size > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (options->spread == 1) return true;
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(index % options->spread));
    // The port is chosen by connect(), which may use one twice for two destinations.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) == 0) return true;
    note_error("bind to 127.0.0.%d: %s", index % options->spread + 1, strerror(errno));
    return false;
}

static void start(crowd *crowd, int index) {
    member *member = &crowd->members[index];
    deliveries_begin_receipt(crowd->deliveries, &member->receipt, index);
    member->stream = (sse){0};
    member->started = now_ns();
    member->state = MEMBER_CONNECTING;
    crowd->in_progress++;
    member->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (member->fd < 0) {
        note_error("socket: %s (is `ulimit -n` high enough?)", strerror(errno));
        leave(crowd, member, MEMBER_FAILED);
        return;
    }
    const struct sockaddr_in *to = &crowd->options->subscribe_at.address;
    bool is_set_up = set_up_socket(crowd, member, index);
    if (is_set_up && (connect(member->fd, (const struct sockaddr *)to, sizeof *to) == 0 || errno == EINPROGRESS)) {
        watch(crowd, member, EPOLL_CTL_ADD, EPOLLOUT);
        return;
    }
    const char *advice = errno == EADDRNOTAVAIL ? " (out of local ports: use --spread)" : "";
    note_error("connect: %s%s", strerror(errno), advice);
    leave(crowd, member, MEMBER_FAILED);
}

static void ask(crowd *crowd, member *member) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(member->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    const options *options = crowd->options;
    text request = {0};
    text_append(&request, "GET ", 4);
    text_append_path(&request, options->subscribe_at.path, member->receipt.channel);
    static const char fields[] = "\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n";
    text_append(&request, " HTTP/1.1\r\nHost: ", 17);
    text_append(&request, options->subscribe_at.host, strlen(options->subscribe_at.host));
    text_append(&request, fields, sizeof fields - 1);
    text_append(&request, options->subscribe_headers.text, options->subscribe_headers.length);
    text_append(&request, "\r\n", 2);
    if (error == 0) {
        // A fresh socket has room for a request.
        ssize_t sent = send(member->fd, request.bytes, request.length, MSG_NOSIGNAL);
        if (sent != (ssize_t)request.length) error = sent < 0 ? errno : EMSGSIZE;
    }
    free(request.bytes);
    if (error != 0) {
        note_error("connect: %s", strerror(error));
        leave(crowd, member, MEMBER_FAILED);
        return;
    }
    watch(crowd, member, EPOLL_CTL_MOD, EPOLLIN);
    member->state = MEMBER_ASKING;
}

static void take_body(crowd *crowd, member *member, const char *bytes, size_t length, uint64_t now) {
    arrival arrival = {crowd->deliveries, &member->receipt, now};
    sse_sink sink = arrival_sink(&arrival);
    if (http_body_feed(&member->body, bytes, length, &member->stream, &sink)) return;
    if (member->body.failed) crowd->framing_errors++;
    leave(crowd, member, MEMBER_CLOSED);
}

static void welcome(crowd *crowd, member *member, uint64_t now) {
    member->state = MEMBER_OPEN;
    crowd->in_progress--;
    crowd->opened++;
    crowd->connects++;
    crowd->ledger->progress = now;
    histogram_add(&crowd->head_time, now - member->started);
    if (!member->receipt.stalled) ledger_join(crowd->ledger, member->receipt.channel);
}

static void take_head(crowd *crowd, member *member, const char *bytes, size_t length, uint64_t now) {
    text_append(&member->head, bytes, length);
    text_append(&member->head, "", 1);
    member->head.length--;
    http_head head;
    size_t used;
    // Interim answers (1xx) come before the one that counts.
    while ((used = http_read_head(member->head.bytes, member->head.length, &head)) > 0 && head.status / 100 == 1) {
        member->head.length -= used;
        memmove(member->head.bytes, member->head.bytes + used, member->head.length + 1);
    }
    if (used == 0 && member->head.length <= HTTP_MAX_HEAD) return;
    if (used == 0 || head.status != 200) {
        note_error("%s: %.180s", used == 0 ? "head too long" : "no 200", member->head.bytes);
        leave(crowd, member, MEMBER_FAILED);
        return;
    }
    welcome(crowd, member, now);
    http_body_begin(&member->body, &head);
    text answer = member->head;
    member->head = (text){0};
    if (answer.length > used) take_body(crowd, member, answer.bytes + used, answer.length - used, now);
    free(answer.bytes);
}

static void read_some(crowd *crowd, member *member) {
    static char buffer[READ_SIZE];
    ssize_t got = recv(member->fd, buffer, sizeof buffer, 0);
    uint64_t now = now_ns();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        bool is_asking = member->state == MEMBER_ASKING;
        if (got < 0) note_error("recv: %s", strerror(errno));
        else if (is_asking) note_error("the connection was closed before the response's head");
        leave(crowd, member, is_asking ? MEMBER_FAILED : MEMBER_CLOSED);
        return;
    }
    if (member->state == MEMBER_ASKING) {
        take_head(crowd, member, buffer, (size_t)got, now);
        return;
    }
    if (crowd->deliveries->measures && !member->receipt.stalled) {
        crowd->deliveries->reads++;
        crowd->deliveries->bytes += (uint64_t)got;
    }
    take_body(crowd, member, buffer, (size_t)got, now);
}

void crowd_open(crowd *crowd, int poll_set, const options *options, ledger *ledger, deliveries *deliveries) {
    crowd->options = options;
    crowd->ledger = ledger;
    crowd->deliveries = deliveries;
    crowd->poll_set = poll_set;
    crowd->members = allocate((size_t)options->connections, sizeof(member));
    for (int i = 0; i < options->connections; i++) crowd->members[i].fd = -1;
}

void crowd_begin_round(crowd *crowd, uint64_t now) {
    crowd->round_began = now;
    crowd->started = crowd->opened = crowd->closed = 0;
}

uint64_t crowd_connect(crowd *crowd, uint64_t now) {
    const options *options = crowd->options;
    while (crowd->started < options->connections && crowd->in_progress < options->connect_concurrency) {
        if (options->connect_rate > 0) {
            uint64_t after = (uint64_t)crowd->started * NS_PER_SECOND / (uint64_t)options->connect_rate;
            uint64_t due = crowd->round_began + after;
            if (due > now) return due - now;
        }
        start(crowd, crowd->started++);
        if (crowd->failed > MAX_FAILED) crowd->started = options->connections;
    }
    return 100 * NS_PER_MS;
}

bool crowd_is_complete(const crowd *crowd) {
    return crowd->started == crowd->options->connections && crowd->in_progress == 0;
}

void crowd_give_up_connecting(crowd *crowd) {
    note_error("%d connections were still waiting for their response", crowd->in_progress);
    crowd->started = crowd->options->connections;
    for (int i = 0; i < crowd->options->connections; i++) {
        member *member = &crowd->members[i];
        if (member->state == MEMBER_CONNECTING || member->state == MEMBER_ASKING) leave(crowd, member, MEMBER_FAILED);
    }
}

void crowd_close(crowd *crowd) {
    for (int i = 0; i < crowd->options->connections; i++) {
        if (crowd->members[i].state == MEMBER_OPEN) leave(crowd, &crowd->members[i], MEMBER_IDLE);
    }
}

void crowd_handle(crowd *crowd, uint32_t index) {
    member *member = &crowd->members[index];
    if (member->fd < 0) return;
    if (member->state == MEMBER_CONNECTING) ask(crowd, member);
    else if (crowd->stalls && member->receipt.stalled) leave(crowd, member, MEMBER_CLOSED);
    else read_some(crowd, member);
}

void crowd_stall(crowd *crowd, bool stalls) {
    crowd->stalls = stalls;
    for (int i = 0; i < crowd->options->stalled && i < crowd->options->connections; i++) {
        member *member = &crowd->members[i];
        if (member->state == MEMBER_OPEN) watch(crowd, member, EPOLL_CTL_MOD, stalls ? EPOLLRDHUP : EPOLLIN);
    }
}
