// Reads the feeds of a subscriber after its cursor, merged by number:
//
//     subject a    … 5   9   12              → 5 7 9 12 13
//     everyone     … 7   13
//
// Valid until the lists change, which they do only in el_shelf_drain and el_shelf_expire.
//
// Threads    The loop's.
#ifndef EL_READER_H
#define EL_READER_H
#include "places.h"

typedef struct {
    const el_list *list;      // one of these two
    const el_pinned *pinned;  // what a whole channel has before its list
    uint64_t at, end;         // sequences, or indices
    el_frame *head;
    int feed;
} el_source;

typedef struct {
    int count;  // of sources that have anything left
    el_source sources[EL_FEEDS_MAX];
} el_reader;

void el_reader_open(el_reader *reader, const el_subscriber *subscriber);
// The next frame, and of which feed (an index) it is; NULL: no more.
el_frame *el_reader_peek(const el_reader *reader, int *feed);
void el_reader_skip(el_reader *reader);
// Adds a feed after a number; for whom reads without a subscriber.
void el_reader_add(el_reader *reader, el_feed feed, int index, uint64_t after);
#endif
