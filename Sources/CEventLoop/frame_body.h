// What a frame is made of, and who keeps it alive. One allocation:
//
//     ┌ struct ┬ 3f CRLF ┬ id: … LF event: … LF data: … LF LF ┬ CRLF ┬ type ┬ subject ┬ meta ┐
//              └ bytes   └ inner ──────────── block_length ───┘
//
// References are two counts in one word, so that both change in one step:
//
//     holders (high half)            subscribers that have been sent a part of it and must get the rest
//     references (low half)          a loop's mailbox, then that loop's lists; before the append: the caller
//
// With no reference left but a holder, the frame is `pinned`: it takes memory beyond what channels keep, because a
// slow reader is half through it. The hub counts those bytes. A frame without references is never referenced again:
// a new holder takes it from a list, which has one.
//
// Threads    Written by its maker, then under the append lock; afterwards immutable but for `references`, for `truths`,
//            where whoever owns a bit may still change it (predicate.h), and for `next`, which belongs to the append
//            lock (mailbox.h).
#ifndef EL_FRAME_BODY_H
#define EL_FRAME_BODY_H
#include <stdatomic.h>

#include "channel.h"
#include "frame.h"

typedef struct el_core el_core;

struct el_frame {
    _Atomic uint64_t references;
    _Atomic uint64_t truths;  // a bit for each predicate of its channel
    el_frame *next;
    el_channel *channel;
    uint64_t number;
    int64_t time;
    uint64_t type_hash;
    uint64_t subject_hash;
    uint32_t inner;
    uint32_t block_length;
    uint32_t data;  // where the `data:` lines begin
    uint32_t data_length;
    uint32_t type_length;
    uint32_t subject_length;
    uint32_t meta_length;
    bool has_subject;
    bool ends;
    char bytes[];
};

// What the lists, the allocator and the mailbox take for a frame, about, on top of its own bytes.
#define EL_FRAME_BOOKKEEPING 64

// Gives the frame its place in the order, and one reference for each loop. Under the append lock.
void el_frame_accept(const el_appendix *item, const el_core *core);
// What it counts for in keep_bytes, mailbox_bytes and pinned_bytes.
uint64_t el_frame_cost(const el_frame *frame);
// The bytes for a socket: the whole chunk, or the block alone.
el_slice el_frame_wire(const el_frame *frame, bool chunked);
// The `event:` line with its LF; empty if there is none.
el_slice el_frame_event_line(const el_frame *frame);

// The size line of a chunk (RFC 9112 section 7.1): hexadecimal digits, CR LF. Returns its length.
#define EL_CHUNK_SIZE_LINE_MAX 18
uint32_t el_chunk_size_line(char *text, size_t size);

// One more reference, for who has one, or is on the thread of a list that has.
void el_frame_retain(el_frame *frame);
void el_frame_release(el_frame *frame, _Atomic uint64_t *pinned_bytes);
void el_frame_hold(el_frame *frame);
void el_frame_let_go(el_frame *frame, _Atomic uint64_t *pinned_bytes);
bool el_frame_is_pinned(const el_frame *frame);
#endif
