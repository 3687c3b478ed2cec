// What arrived at the subscribers: counted, timed, and its order checked.
#ifndef LOAD_DELIVERY_H
#define LOAD_DELIVERY_H
#include "histogram.h"
#include "ledger.h"
#include "options.h"
#include "sequence.h"
#include "sse.h"

// Of one subscriber.
typedef struct receipt {
    uint32_t channel;
    bool stalled;
    uint64_t total, measured;  // events since the start, and in the window
    sequence order;            // of the channel's events
    sequence *of_publishers;   // of each publisher's events on the channel
} receipt;

typedef struct {
    const options *options;
    ledger *ledger;
    bool measures;       // the window is open
    uint32_t required;   // stamps that every event of our own carries
    sequence *sequences; // all receipts' `of_publishers`

    uint64_t count, bytes, reads;     // in the window
    uint64_t last;                    // when the last of those arrived, in ns
    uint64_t other, ids, gap_events;  // events that are not ours, with an id, and `event: gap`
    uint64_t unnumbered;              // of an outside publisher, without anything to check
    sequence_faults total_order, publisher_order;
    uint64_t stalled_count, stalled_gap_events;
    sequence_faults stalled_order;  // of their publishers, where gaps are announced ones
    sse_counts lines;
    histogram latency;
} deliveries;

void deliveries_open(deliveries *deliveries, const options *options, ledger *ledger);
void deliveries_begin_receipt(deliveries *deliveries, receipt *receipt, int subscriber);

// What one read brought to one subscriber.
typedef struct {
    deliveries *deliveries;
    receipt *receipt;
    uint64_t now;  // ns
} arrival;
// To feed a stream's bytes through. Good as long as the arrival is.
sse_sink arrival_sink(arrival *arrival);

// Whether an event was lost, doubled or reordered.
bool deliveries_are_faulty(const deliveries *deliveries);
#endif
