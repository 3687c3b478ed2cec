// A sink in memory, and a core's events that count: what the tests of the data half stand on.
#ifndef MEMORY_SINK_H
#define MEMORY_SINK_H
#include <stdint.h>

#include "../../../Sources/CEventLoop/shelf.h"

typedef struct {
    el_sink sink;
    char *bytes;
    size_t length;
    size_t capacity;
    size_t room;      // how many bytes it takes before it is full
    bool is_full;     // it has not taken all of the last offer
    uint64_t offers;
    int ends;
    int drops;
    el_drop_reason reason;
} memory_sink;

memory_sink *memory_sink_new(size_t room);
void memory_sink_free(memory_sink *sink);

typedef struct {
    _Atomic uint64_t wakes;
    _Atomic uint64_t rooms;
} core_events_seen;

core_events_seen *core_events_seen_new(void);
void core_events_seen_free(core_events_seen *seen);
uint64_t core_events_wakes(const core_events_seen *seen);
uint64_t core_events_rooms(const core_events_seen *seen);
// Renders `{"type":"TYPE","meta":"META"}`; nothing for a frame whose meta is `hidden`.
el_core_events core_events_counting(core_events_seen *seen);
#endif
