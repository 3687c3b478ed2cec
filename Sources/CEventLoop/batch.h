// What is pending for a subscriber, laid out as one run of bytes: a slice of bounded size. At load nearly all
// subscribers of a channel stand at the same place, so the shelf remembers the last few and gives them out again, as
// long as its lists are as they were (el_shelf.version).
//
// A batch is never held: of one that is taken in part, the rest is found again as frames.
//
// Threads    The loop's.
// Ownership  The shelf's; valid until the next call, or until the lists change.
#ifndef EL_BATCH_H
#define EL_BATCH_H
#include "envelope.h"
#include "reader.h"

#define EL_SLICE_BYTES ((size_t)256 * 1024)  // or one frame, if that is larger
#define EL_SLICE_FRAMES 4096                 // looked at; a filter may pass few of them
#define EL_BATCHES 4

typedef struct {
    el_frame *frame;
    size_t end;  // where its bytes end in the batch
} el_batch_entry;

typedef struct {
    // What it was laid out for.
    uint64_t version;
    uint64_t start;  // number of the first frame that was looked at
    uint64_t join;   // of a selection; 0: none
    el_filter *filter;
    bool chunked;
    bool envelope;
    int part_count;
    el_feed parts[EL_PARTS_MAX];

    el_batch_entry *entries;
    size_t count;
    size_t capacity;
    el_text text;      // without bytes: the only frame's own are offered
    size_t length;     // of all
    uint64_t upto;     // where a subscriber stands that has taken all
    el_frame *ending;  // the last that was looked at, if it ends something
    bool more;         // there is more after it
    bool failed;       // out of memory
} el_batch;

// All zero at first.
typedef struct {
    el_batch batches[EL_BATCHES];
    el_batch nothing;  // for who has all
    unsigned next;
} el_batches;

const el_batch *el_batch_for(const el_subscriber *subscriber);
el_slice el_batch_bytes(const el_batch *batch);
void el_batches_forget(el_batches *batches);  // gives the memory back
#endif
