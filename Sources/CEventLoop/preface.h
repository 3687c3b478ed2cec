// What stands before frames: the first block of a stream, and the word that something is missing.
//
//     retry: 3000 LF id: 7kq2m1x9-00000000002a LF LF
//     id: 7kq2m1x9-000000000040 LF event: gap LF data: {"missed": 22} LF LF
//
// The gap's id is the place right before the next frame, so that who comes back with it is not told again.
//
// Threads    The loop's.
#ifndef EL_PREFACE_H
#define EL_PREFACE_H
#include "batch.h"

typedef struct {
    char text[EL_PREFACE_MAX];
    size_t length;
    bool gap;
} el_preface;

// What the subscriber (with places) has still to be told before this batch.
void el_preface_write(const el_subscriber *subscriber, const el_batch *batch, el_preface *preface);
// Why the stream ends: its filter has (el_predicate_end).
void el_preface_write_end(const el_subscriber *subscriber, el_preface *preface);
// Only the position where the subscriber stands, in a block without data.
void el_preface_write_position(const el_subscriber *subscriber, el_preface *preface);
// It has been told: at least the first byte was taken.
void el_preface_taken(el_subscriber *subscriber, const el_preface *preface);
// What was begun before (el_places.held or .text) has been taken to its end.
void el_places_finish_rest(el_places *places);
extern const el_slice el_heartbeat_chunk;  // `: heartbeat`, in its chunk
extern const el_slice el_heartbeat_block;
#endif
