// The publishers: keep-alive connections that POST events, open loop (so many a second) or closed (a window of events
// that may be under way). Each numbers its own events.
//
// Answers come in the order of the requests (RFC 9112, 9.3.2), so a ring of what was asked is enough to tell which
// one an answer is for.
#ifndef LOAD_PUBLISHING_H
#define LOAD_PUBLISHING_H
#include "histogram.h"
#include "ledger.h"
#include "options.h"
#include "template.h"

typedef struct {
    uint64_t sent;  // ns
    uint32_t channel;
} asked;

typedef struct {
    int fd;  // -1: not connected
    bool waits_for_room;
    asked *ring;  // of publish_depth
    int first, under_way;
    text out, in;
    size_t out_sent;
    uint32_t *serials;  // by channel: the last that was given
} publisher;

typedef struct {
    const options *options;
    ledger *ledger;
    int poll_set;  // an event's data is PUBLISHING_TAG and the publisher's index
    publisher *all;
    int last;                  // who published last: they take turns
    bool measures, stopping;   // the window is open; nothing more is published
    uint64_t limit, next_due;  // number of the last event to publish; open loop: when the next is due, in ns
    uint64_t accepted, errors;
    histogram round_trip, lag;  // lag: how much later than due an event was published
} publishing;

#define PUBLISHING_TAG (1ull << 32)

// Connects all. What goes wrong is counted and noted.
void publishing_open(publishing *publishing, int poll_set, const options *options, ledger *ledger);
// Publishes whatever may be published now.
void publishing_go_on(publishing *publishing);
// The socket of publisher `index` is ready for what `events` (EPOLL…) say.
void publishing_handle(publishing *publishing, uint32_t index, uint32_t events);
// Requests without an answer yet.
int publishing_under_way(const publishing *publishing);
#endif
