// The subscribers: connections that ask for an event stream, and read it.
//
//     idle ─→ connecting ─→ asking ─→ open ─→ closed
//                 └───────────┴──→ failed
#ifndef LOAD_CROWD_H
#define LOAD_CROWD_H
#include "delivery.h"
#include "http.h"
#include "template.h"

typedef enum { MEMBER_IDLE, MEMBER_CONNECTING, MEMBER_ASKING, MEMBER_OPEN, MEMBER_CLOSED, MEMBER_FAILED } member_state;

typedef struct {
    int fd;
    uint8_t state;
    uint64_t started;  // ns
    text head;         // of the response, until it is complete
    http_body body;
    sse stream;
    receipt receipt;
} member;

typedef struct {
    const options *options;
    ledger *ledger;
    deliveries *deliveries;
    int poll_set;  // an event's data is the member's index
    member *members;
    bool stalls;  // the stalled do not read now

    uint64_t round_began;  // ns
    int started, in_progress;
    int opened, failed, closed;  // of this round; `closed`: had been open
    uint64_t connects, framing_errors;
    histogram head_time;  // from the connect to the complete head
} crowd;

void crowd_open(crowd *crowd, int poll_set, const options *options, ledger *ledger, deliveries *deliveries);
void crowd_begin_round(crowd *crowd, uint64_t now);
// Starts as many connections as may be started now. Gives the time, in ns, until the next one is due.
uint64_t crowd_connect(crowd *crowd, uint64_t now);
// Everybody is open or has failed.
bool crowd_is_complete(const crowd *crowd);
void crowd_give_up_connecting(crowd *crowd);
// At the end of a round that is not the last.
void crowd_close(crowd *crowd);
// Socket `index` is ready.
void crowd_handle(crowd *crowd, uint32_t index);
void crowd_stall(crowd *crowd, bool stalls);
#endif
