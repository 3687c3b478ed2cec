#include "delivery.h"

#include <string.h>

#include "failure.h"

void deliveries_open(deliveries *deliveries, const options *options, ledger *ledger) {
    deliveries->options = options;
    deliveries->ledger = ledger;
    if (!options->publishes) return;
    if (strstr(options->body, "{n}") != NULL) deliveries->required |= SSE_NUMBER;
    if (strstr(options->body, "{w}") == NULL || strstr(options->body, "{s}") == NULL) return;
    deliveries->required |= SSE_WRITER | SSE_SERIAL;
    size_t pairs = (size_t)options->connections * (size_t)options->publishers;
    deliveries->sequences = allocate(pairs, sizeof(sequence));
}

void deliveries_begin_receipt(deliveries *deliveries, receipt *receipt, int subscriber) {
    const options *options = deliveries->options;
    *receipt = (struct receipt){.channel = (uint32_t)(subscriber % options->channels),
                                .stalled = subscriber < options->stalled};
    // Of an outside publisher's events the first that comes is the first.
    if (options->publishes) receipt->order = sequence_from(1);
    if (deliveries->sequences == NULL) return;
    receipt->of_publishers = deliveries->sequences + (size_t)subscriber * (size_t)options->publishers;
    for (int i = 0; i < options->publishers; i++) receipt->of_publishers[i] = sequence_from(1);
}

// Its number in its channel; 0: it is none of our events, or none of this channel.
static uint32_t place_in_channel(const deliveries *deliveries, const receipt *receipt, const sse_event *event) {
    if (event->number == 0 || event->number > UINT32_MAX) return 0;
    uint32_t index = (uint32_t)event->number - 1, channels = deliveries->ledger->channel_count;
    return index % channels == receipt->channel ? index / channels + 1 : 0;
}

// False: it is not an event that we published.
static bool check_own(deliveries *deliveries, receipt *receipt, const sse_event *event) {
    if ((event->found & deliveries->required) != deliveries->required) return false;
    sequence_faults *publisher_order = receipt->stalled ? &deliveries->stalled_order : &deliveries->publisher_order;
    if (deliveries->required & SSE_WRITER) {
        if (event->writer >= (uint64_t)deliveries->options->publishers || event->serial - 1 >= UINT32_MAX) return false;
    }
    if (deliveries->required & SSE_NUMBER) {
        uint32_t place = place_in_channel(deliveries, receipt, event);
        if (place == 0 || event->number > deliveries->ledger->published) return false;
        if (!receipt->stalled) sequence_take(&receipt->order, place, &deliveries->total_order);
    }
    if (deliveries->required & SSE_WRITER) {
        sequence_take(&receipt->of_publishers[event->writer], (uint32_t)event->serial, publisher_order);
    }
    return true;
}

static void check_foreign(deliveries *deliveries, receipt *receipt, const sse_event *event) {
    uint32_t place = event->found & SSE_NUMBER ? place_in_channel(deliveries, receipt, event) : 0;
    if (place == 0) {
        deliveries->unnumbered++;
        return;
    }
    if (receipt->order.next == 0) receipt->order = sequence_from(place);
    if (!receipt->stalled) sequence_take(&receipt->order, place, &deliveries->total_order);
}

static void take_gap(arrival *arrival) {
    if (arrival->receipt->stalled) arrival->deliveries->stalled_gap_events++;
    else arrival->deliveries->gap_events++;
}

static void take(void *context, const sse_event *event) {
    arrival *arrival = context;
    deliveries *deliveries = arrival->deliveries;
    receipt *receipt = arrival->receipt;
    const options *options = deliveries->options;
    if (event->found & SSE_GAP) {
        take_gap(arrival);
        return;
    }
    if (event->found & SSE_ID) deliveries->ids++;
    if (!options->publishes) {
        check_foreign(deliveries, receipt, event);
    } else if (!check_own(deliveries, receipt, event)) {
        deliveries->other++;
        return;
    }
    receipt->total++;
    if (receipt->stalled) {
        deliveries->stalled_count++;
        return;
    }
    deliveries->ledger->got++;
    deliveries->ledger->progress = arrival->now;
    if (!deliveries->measures || (options->publishes && event->number <= options->warmup)) return;
    receipt->measured++;
    deliveries->count++;
    deliveries->last = arrival->now;
    if (!(event->found & SSE_TIME)) return;
    histogram_add(&deliveries->latency, arrival->now > event->time ? arrival->now - event->time : 0);
}

sse_sink arrival_sink(arrival *arrival) { return (sse_sink){take, arrival, &arrival->deliveries->lines}; }

bool deliveries_are_faulty(const deliveries *deliveries) {
    bool has_total_order = !deliveries->options->publishes || deliveries->options->publishers == 1;
    if (has_total_order && sequence_is_faulty(&deliveries->total_order)) return true;
    // A lagging reader may lose events and be told so; it may not get one twice, or before an earlier one.
    const sequence_faults *stalled = &deliveries->stalled_order;
    return sequence_is_faulty(&deliveries->publisher_order) || deliveries->gap_events + deliveries->unnumbered > 0
           || (stalled->dups | stalled->reorders | stalled->late) != 0;
}
