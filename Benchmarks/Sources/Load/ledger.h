// What was published, and what is still owed to the subscribers: each is to get every accepted event of its channel.
#ifndef LOAD_LEDGER_H
#define LOAD_LEDGER_H
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t events;  // published on this channel, less those that the server refused
    uint64_t live;    // subscribers that read
} ledger_channel;

typedef struct {
    ledger_channel *channels;
    uint32_t channel_count;
    uint64_t published;  // events so far: the number of the last one
    uint64_t live;       // subscribers that read
    // Over the live subscribers, since the start. More than is expected may come: that is a fault of its own.
    uint64_t expected, got;
    uint64_t progress;  // when something last happened, in ns
} ledger;

void ledger_open(ledger *ledger, uint32_t channel_count);
void ledger_join(ledger *ledger, uint32_t channel);
// `got`: how many events this subscriber has had.
void ledger_leave(ledger *ledger, uint32_t channel, uint64_t got);
// Gives the channel of the event that is published now; its number is `published` then.
uint32_t ledger_publish(ledger *ledger);
void ledger_refuse(ledger *ledger, uint32_t channel);

// Deliveries that have not arrived.
static inline uint64_t ledger_owed(const ledger *ledger) {
    return ledger->expected > ledger->got ? ledger->expected - ledger->got : 0;
}
#endif
