// A request that becomes a reader: a place in what channels keep, and a socket. Nothing else is held for it.
//
// What it is sent: the response head; a block with `retry:` and the `id:` from which it goes on; then, merged by number
// and without a seam, what lies after its place, kept or live; `event: gap` where something of it is gone; a comment
// where nothing has been sent for a while; the end, where all its parts have ended.
//
// Threads    On the loop's thread, within on_head.
// Ownership  Everything handed in is copied. After EL_SUBSCRIBED the request is gone. A HEAD request is answered with
//            the head alone and subscribes nothing.
// Errors     All but EL_SUBSCRIBED: nothing has been written, answer in some other way.
#ifndef EL_SUBSCRIPTION_H
#define EL_SUBSCRIPTION_H
#include "channel.h"
#include "predicate.h"
#include "request.h"

#define EL_PARTS_MAX 64

typedef enum {
    EL_FROM_NOW,       // only what comes
    EL_FROM_ALL,       // all that is kept
    EL_FROM_LAST,      // the last `count` of what is kept
    EL_FROM_LATEST,    // the last frame of each subject
    EL_FROM_TIME,      // all that was accepted at or after `time`; a gap if some of that is gone
    EL_FROM_POSITION,  // what lies after `position`; a gap if some of that is gone, or if it is not of this hub
} el_start_kind;

typedef struct {
    el_start_kind kind;
    uint64_t count;
    int64_t time;        // ms since 1970
    el_slice position;   // the text of a position, as it came
} el_start;

typedef struct {
    el_channel *channel;
    el_slice subject;  // NULL: the whole channel; else this subject's frames and those without a subject
    el_start start;
} el_part;

typedef struct {
    const el_part *parts;    // 1 to EL_PARTS_MAX
    size_t part_count;
    const el_slice *types;   // only frames of one of these types; none given: all
    size_t type_count;
    el_predicate *const *predicates;  // and only those true for the one of their channel, at most one a channel
    size_t predicate_count;
    bool envelope;           // each frame's data as el_handler.render has it
    el_slice headers;        // of the response: complete lines. Transfer-Encoding, Date and Connection are the loop's
    uint32_t retry;          // ms
} el_subscription;

typedef enum {
    EL_SUBSCRIBED,
    EL_ENDED,  // every part follows a subject that has ended, from a position at or after its end: 204
    EL_UNREADY,  // a predicate is not ready on this loop yet (el_predicate_collect), or has ended
    EL_OUT_OF_MEMORY,
} el_subscribe_result;

el_subscribe_result el_subscribe(el_request *request, const el_subscription *subscription);
#endif
