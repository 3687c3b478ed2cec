#include "publishing.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "http.h"

#define READ_SIZE 65536
#define MAX_ERRORS 100  // then publishing stops
#define CONNECT_SECONDS 5

static void count_error(publishing *publishing) {
    if (++publishing->errors > MAX_ERRORS) publishing->stopping = true;
}

static void watch(const publishing *publishing, const publisher *publisher, int operation) {
    uint32_t events = EPOLLIN | (publisher->waits_for_room ? EPOLLOUT : 0u);
    uint64_t index = (uint64_t)(publisher - publishing->all);
    struct epoll_event event = {.events = events, .data.u64 = PUBLISHING_TAG | index};
    if (epoll_ctl(publishing->poll_set, operation, publisher->fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
}

// Waits for the connection, but not for long: it is made before the measurement, or again after an error.
static void connect_publisher(publishing *publishing, publisher *publisher) {
    const struct sockaddr_in *to = &publishing->options->publish_at.address;
    struct timeval patience = {.tv_sec = CONNECT_SECONDS};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) != 0) {
        note_error("publisher: connect: %s", strerror(errno));
        publishing->errors++;
        publishing->stopping = true;
        if (fd >= 0) close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    publisher->fd = fd;
    publisher->out.length = publisher->out_sent = publisher->in.length = 0;
    publisher->first = publisher->under_way = 0;
    publisher->waits_for_room = false;
    watch(publishing, publisher, EPOLL_CTL_ADD);
}

static void reconnect(publishing *publishing, publisher *publisher) {
    close(publisher->fd);
    publisher->fd = -1;
    if (!publishing->stopping) connect_publisher(publishing, publisher);
}

static asked take_asked(publishing *publishing, publisher *publisher) {
    asked asked = publisher->ring[publisher->first];
    publisher->first = (publisher->first + 1) % publishing->options->publish_depth;
    publisher->under_way--;
    return asked;
}

// Whether the server had taken what was under way is not known: nobody waits for it.
static void lose(publishing *publishing, publisher *publisher, const char *why) {
    if (publisher->under_way > 0) note_error("publisher's connection: %s", why);
    while (publisher->under_way > 0) {
        ledger_refuse(publishing->ledger, take_asked(publishing, publisher).channel);
        count_error(publishing);
    }
    reconnect(publishing, publisher);
}

static void flush(publishing *publishing, publisher *publisher) {
    text *out = &publisher->out;
    while (publisher->out_sent < out->length) {
        const char *rest = out->bytes + publisher->out_sent;
        ssize_t sent = send(publisher->fd, rest, out->length - publisher->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) break;
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) {
            lose(publishing, publisher, strerror(errno));
            return;
        }
        publisher->out_sent += (size_t)sent;
    }
    bool waits = publisher->out_sent < out->length;
    if (!waits) out->length = publisher->out_sent = 0;
    if (waits == publisher->waits_for_room) return;
    publisher->waits_for_room = waits;
    watch(publishing, publisher, EPOLL_CTL_MOD);
}

static void append_request(const options *options, text *out, const stamps *stamps, const text *body) {
    static const char version[] = " HTTP/1.1\r\nHost: ", length[] = "Content-Length: ";
    text_append(out, "POST ", 5);
    text_append_path(out, options->publish_at.path, stamps->channel);
    text_append(out, version, sizeof version - 1);
    text_append(out, options->publish_at.host, strlen(options->publish_at.host));
    text_append(out, "\r\n", 2);
    text_append(out, options->publish_headers.text, options->publish_headers.length);
    text_append(out, length, sizeof length - 1);
    text_append_number(out, body->length);
    text_append(out, "\r\n\r\n", 4);
    text_append(out, body->bytes, body->length);
}

static void publish(publishing *publishing, publisher *publisher, uint64_t now) {
    static text body;
    const options *options = publishing->options;
    uint32_t channel = ledger_publish(publishing->ledger);
    stamps stamps = {.number = publishing->ledger->published, .time = now, .channel = channel,
                     .writer = (uint64_t)(publisher - publishing->all), .serial = ++publisher->serials[channel]};
    body.length = 0;
    text_append_body(&body, options->body, &stamps, options->pad > 0 ? (size_t)options->pad : 0, options->body_size);
    append_request(options, &publisher->out, &stamps, &body);
    publisher->ring[(publisher->first + publisher->under_way++) % options->publish_depth] = (asked){now, channel};
    flush(publishing, publisher);
}

static publisher *next_free(publishing *publishing) {
    int count = publishing->options->publishers;
    for (int i = 1; i <= count; i++) {
        int index = (publishing->last + i) % count;
        publisher *publisher = &publishing->all[index];
        if (publisher->fd < 0 || publisher->under_way == publishing->options->publish_depth) continue;
        publishing->last = index;
        return publisher;
    }
    return NULL;
}

// In the closed loop: as many events as the window allows are on their way to the average subscriber.
static bool is_window_full(const publishing *publishing) {
    const ledger *ledger = publishing->ledger;
    uint64_t allowed = (publishing->options->window - 1) * ledger->live / ledger->channel_count;
    return ledger->live > 0 && ledger_owed(ledger) > allowed;
}

void publishing_go_on(publishing *publishing) {
    double rate = publishing->options->publish_rate;
    while (!publishing->stopping && publishing->ledger->published < publishing->limit) {
        uint64_t now = now_ns();
        if (rate > 0 ? now < publishing->next_due : is_window_full(publishing)) return;
        publisher *publisher = next_free(publishing);
        if (publisher == NULL) return;
        if (rate > 0) {
            if (publishing->measures) histogram_add(&publishing->lag, now - publishing->next_due);
            publishing->next_due += (uint64_t)(1e9 / rate);
        }
        publish(publishing, publisher, now);
    }
}

static void take_answer(publishing *publishing, publisher *publisher, const http_head *head, const char *text) {
    uint64_t now = now_ns();
    publishing->ledger->progress = now;
    if (publisher->under_way == 0) {
        note_error("an answer to a publisher without a request: %.180s", text);
        count_error(publishing);
        return;
    }
    asked asked = take_asked(publishing, publisher);
    if (publishing->measures) histogram_add(&publishing->round_trip, now - asked.sent);
    if (head->status / 100 == 2) {
        publishing->accepted++;
        return;
    }
    note_error("publisher's answer: %.180s", text);
    ledger_refuse(publishing->ledger, asked.channel);
    count_error(publishing);
}

// Every complete answer. True: the server closes the connection behind the last of them.
static bool take_answers(publishing *publishing, publisher *publisher) {
    text *in = &publisher->in;
    size_t used = 0, length;
    bool closes = false;
    http_head head;
    while ((length = http_read_response(in->bytes + used, in->length - used, &head)) > 0) {
        if (head.status / 100 != 1) take_answer(publishing, publisher, &head, in->bytes + used);
        closes = closes || head.closes;
        used += length;
    }
    in->length -= used;
    memmove(in->bytes, in->bytes + used, in->length + 1);
    return closes;
}

static void read_answers(publishing *publishing, publisher *publisher) {
    char buffer[READ_SIZE];
    ssize_t got = recv(publisher->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        lose(publishing, publisher, got < 0 ? strerror(errno) : "closed by the server");
        return;
    }
    // With a NUL behind it, for whoever reads numbers.
    text_append(&publisher->in, buffer, (size_t)got);
    text_append(&publisher->in, "", 1);
    publisher->in.length--;
    bool closes = take_answers(publishing, publisher);
    if (publisher->in.length > 16 * READ_SIZE) lose(publishing, publisher, "the answer is too long");
    else if (closes && publisher->under_way == 0) reconnect(publishing, publisher);
}

void publishing_open(publishing *publishing, int poll_set, const options *options, ledger *ledger) {
    publishing->options = options;
    publishing->ledger = ledger;
    publishing->poll_set = poll_set;
    publishing->all = allocate((size_t)options->publishers, sizeof(publisher));
    for (int i = 0; i < options->publishers; i++) {
        publisher *publisher = &publishing->all[i];
        publisher->fd = -1;
        publisher->ring = allocate((size_t)options->publish_depth, sizeof(asked));
        publisher->serials = allocate((size_t)options->channels, sizeof *publisher->serials);
        if (!publishing->stopping) connect_publisher(publishing, publisher);
    }
}

void publishing_handle(publishing *publishing, uint32_t index, uint32_t events) {
    publisher *publisher = &publishing->all[index];
    if (publisher->fd >= 0 && (events & EPOLLOUT)) flush(publishing, publisher);
    if (publisher->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read_answers(publishing, publisher);
}

int publishing_under_way(const publishing *publishing) {
    int sum = 0;
    for (int i = 0; publishing->all != NULL && i < publishing->options->publishers; i++) {
        sum += publishing->all[i].under_way;
    }
    return sum;
}
