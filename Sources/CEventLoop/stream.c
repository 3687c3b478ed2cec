// A request that becomes a subscriber, and the connection as its sink.
//
// The response head is not written by itself: it waits in `output`, and goes out before the first slices that are
// offered, with them in one write. So there is nothing to take back when joining fails.
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "answer.h"

#define SLICES_WITH_HEAD 64

static el_connection *owner(el_sink *sink) {
    return (el_connection *)((char *)sink - offsetof(el_connection, sink));
}

static void block(el_connection *c) {
    if (c->is_blocked) return;
    c->is_blocked = true;
    c->since = uv_now(&c->loop->uv);
    // Within joining there is no subscriber to ask yet; el_subscribe's caller rests the connection.
    if (c->subscriber != NULL) el_connection_rest(c);
}

// What is left of the head first. Counts only what was taken of the slices.
static ssize_t send_after_head(el_connection *c, const struct iovec *slices, int count) {
    struct iovec all[SLICES_WITH_HEAD + 1];
    el_output *head = c->output;
    size_t left = head->length - head->offset;
    int taken = count < SLICES_WITH_HEAD ? count : SLICES_WITH_HEAD;
    all[0] = (struct iovec){head->bytes + head->offset, left};
    for (int i = 0; i < taken; i++) all[i + 1] = slices[i];
    ssize_t sent = el_send(c->fd, all, taken + 1, 0);
    if (sent < 0) return sent;
    if ((size_t)sent < left) {
        head->offset += (size_t)sent;
        return 0;
    }
    el_output_free(head);
    c->output = NULL;
    return sent - (ssize_t)left;
}

static size_t offer(el_sink *sink, const struct iovec *slices, int count) {
    el_connection *c = owner(sink);
    size_t total = 0;
    for (int i = 0; i < count; i++) total += slices[i].iov_len;
    if (c->is_broken || c->state == EL_STATE_CLOSED) return total;
    ssize_t sent = c->output != NULL ? send_after_head(c, slices, count) : el_send(c->fd, slices, count, 0);
    if (sent < 0) {
        el_connection_break(c);
        return total;
    }
    if (sent > 0) {
        c->since = uv_now(&c->loop->uv);
        el_tally(&c->loop->counters.writes, 1);
        el_tally(&c->loop->counters.written_bytes, (uint64_t)sent);
    }
    if ((size_t)sent < total) block(c);
    return (size_t)sent;
}

// The stream's last chunk; then the connection closes. Keeping it alive would be no help: what the peer sent meanwhile
// has been thrown away.
static void end(el_sink *sink) {
    el_connection *c = owner(sink);
    c->subscriber = NULL;
    if (c->state == EL_STATE_CLOSED) return;
    c->is_blocked = false;
    c->closes = true;
    if (c->is_chunked) {
        static char last_chunk[] = "0\r\n\r\n";
        el_connection_send(c, &(struct iovec){last_chunk, sizeof last_chunk - 1}, 1, 0);
    }
    if (c->is_broken || c->output != NULL) {
        el_connection_enter(c, EL_STATE_WRITING);
    } else {
        el_connection_linger(c);
    }
    el_connection_rest(c);
}

static void drop(el_sink *sink, el_drop_reason reason) {
    el_connection *c = owner(sink);
    c->subscriber = NULL;
    if (reason == EL_DROP_STALLED) el_tally(&c->loop->counters.stalled, 1);
    el_connection_close(c, true);
}

const el_sink_verbs el_connection_verbs = {.offer = offer, .end = end, .drop = drop};

// MARK: Its turns on the loop

void el_stream_room(el_connection *c) {
    c->is_blocked = false;
    if (c->subscriber != NULL) el_subscriber_room(c->subscriber);
}

// `since` is when the socket last took something, or found itself blocked.
uint64_t el_stream_deadline(const el_connection *c) {
    if (c->subscriber == NULL) return UINT64_MAX;
    const el_hub_settings *settings = &c->loop->hub->settings;
    uint32_t period = c->is_blocked ? settings->stall_time : settings->heartbeat;
    return period == 0 ? UINT64_MAX : c->since + period;
}

void el_stream_due(el_connection *c) {
    if (c->is_blocked) {
        el_tally(&c->loop->counters.stalled, 1);
        el_connection_close(c, true);
        return;
    }
    c->since = uv_now(&c->loop->uv);
    el_subscriber_beat(c->subscriber);
}

// MARK: Joining

// The response head, in three slices around the caller's own fields.
typedef struct {
    char first[64 + EL_DATE_SIZE], last[96];
    struct iovec slices[3];
} stream_head;

static void format_head(stream_head *head, el_connection *c, const el_request *r, el_slice fields, bool closes) {
    int first = snprintf(head->first, sizeof head->first, "HTTP/1.1 200 OK\r\n%s", el_loop_date(c->loop));
    int last = snprintf(head->last, sizeof head->last, "%sConnection: %s\r\n\r\n",
                        r->minor > 0 ? "Transfer-Encoding: chunked\r\n" : "", closes ? "close" : "keep-alive");
    head->slices[0] = (struct iovec){head->first, (size_t)first};
    head->slices[1] = (struct iovec){(void *)(uintptr_t)fields.bytes, fields.bytes ? fields.length : 0};
    head->slices[2] = (struct iovec){head->last, (size_t)last};
}

// The same head, but nothing follows, and the connection goes on.
static el_subscribe_result answer_head_request(el_connection *c, const el_subscription *subscription) {
    c->closes = c->request->minor == 0 || el_hub_wants_last(c) || !c->request->keep_alive;
    stream_head head;
    format_head(&head, c, c->request, subscription->headers, c->closes);
    el_connection_send(c, head.slices, 3, 0);
    c->request->outcome = EL_ANSWERED;
    return EL_SUBSCRIBED;
}

el_subscribe_result el_subscribe(el_request *r, const el_subscription *subscription) {
    if (r->outcome != EL_OPEN) return EL_SUBSCRIBED;
    el_connection *c = r->connection;
    el_loop *loop = c->loop;
    el_subscribe_result result = el_subscriber_may_join(loop->shelf, subscription);
    if (result != EL_SUBSCRIBED) return result;
    if (r->is_head) return answer_head_request(c, subscription);
    bool had_output = c->output != NULL;
    stream_head head;
    format_head(&head, c, r, subscription->headers, r->minor == 0);
    if (el_output_add(&c->output, head.slices, 3, 0) != 0) return EL_OUT_OF_MEMORY;

    c->is_chunked = r->minor > 0;
    c->thrown_away = 0;
    c->request = NULL;  // the stream may end within joining; the request is the handler's until it returns
    el_connection_enter(c, EL_STATE_STREAM);
    el_subscriber *subscriber = NULL;
    result = el_subscriber_join(loop->shelf, &c->sink, subscription, c->is_chunked, el_loop_wall(loop), &subscriber);
    if (result != EL_SUBSCRIBED && c->state == EL_STATE_STREAM && !had_output) {
        el_output_free(c->output);
        c->output = NULL;
        c->request = r;
        el_connection_enter(c, EL_STATE_ASKED);
        return result;
    }
    r->outcome = EL_STREAMING;
    if (result != EL_SUBSCRIBED) {
        el_connection_break(c);
        return EL_SUBSCRIBED;
    }
    c->subscriber = subscriber;  // NULL: ended already
    if (loop->finishing) el_shelf_end_all(loop->shelf);
    return EL_SUBSCRIBED;
}
