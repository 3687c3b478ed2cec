#include "ledger.h"

#include "failure.h"

void ledger_open(ledger *ledger, uint32_t channel_count) {
    ledger->channels = allocate(channel_count, sizeof *ledger->channels);
    ledger->channel_count = channel_count;
}

void ledger_join(ledger *ledger, uint32_t channel) {
    ledger->channels[channel].live++;
    ledger->live++;
    ledger->expected += ledger->channels[channel].events;
}

void ledger_leave(ledger *ledger, uint32_t channel, uint64_t got) {
    ledger->channels[channel].live--;
    ledger->live--;
    ledger->expected -= ledger->channels[channel].events;
    ledger->got -= got;
}

uint32_t ledger_publish(ledger *ledger) {
    uint32_t channel = (uint32_t)(ledger->published++ % ledger->channel_count);
    ledger->channels[channel].events++;
    ledger->expected += ledger->channels[channel].live;
    return channel;
}

void ledger_refuse(ledger *ledger, uint32_t channel) {
    ledger->channels[channel].events--;
    ledger->expected -= ledger->channels[channel].live;
}
