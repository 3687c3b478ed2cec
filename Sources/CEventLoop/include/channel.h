// A channel: an ordered list of frames, as many as it keeps, and who follows them. And the one order of the hub.
//
// Appending gives a frame its number and puts it into every loop's mailbox, in one step under the hub's append lock;
// so every loop sees the numbers ascending, and whoever has had an answer after an append finds its frames everywhere.
//
// Threads    el_channel_open, el_channel_close: any thread but a loop's, also while serving. el_append: any.
// Ownership  The hub owns the channel; the pointer is valid until el_channel_close returns. Closing ends its streams.
// Errors     NULL: out of memory. el_append cannot fail for want of anything: frames are allocated beforehand, mailboxes
//            may exceed their soft limit; a loop that is out of memory for its list lets the oldest go, and tells the gap.
#ifndef EL_CHANNEL_H
#define EL_CHANNEL_H
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "hub.h"

typedef struct el_channel el_channel;

typedef struct {
    uint64_t keep_events;       // 0: newcomers and resumers get nothing, a lagging reader may lag by keep_bytes
    uint64_t keep_bytes;        // of frames and their bookkeeping; the newest frame is kept whatever its size
    int64_t keep_ms;            // age; 0: no bound
    uint32_t latest_subjects;   // > 0: the last frame of each subject stays beyond the bounds above, for so many
                                // subjects, the least recently written out first
    uint32_t ended_subjects;    // how many ended subjects are remembered (el_frame_parts.ends)
    uint32_t linger_ms;         // waits so long for more before it writes; 0: not at all
} el_channel_settings;

el_channel *el_channel_open(el_hub *hub, const el_channel_settings *settings);
void el_channel_close(el_channel *channel);

typedef struct {
    el_channel *channel;
    el_frame *frame;
    uint64_t truths;   // which of the channel's predicates are true for it (predicate.h),
    uint64_t version;  // as of this version of their set; 0: there never was one
} el_appendix;

typedef enum {
    EL_APPENDED,
    EL_APPENDED_FULL,  // but there is no room (a mailbox is over its soft limit): wait for el_handler.on_room
    EL_STALE,          // nothing was: a channel's set of predicates is newer. Evaluate again, and come again
} el_append_result;

// Appends all, in this order, with nothing of others between them, and takes the frames over; or, EL_STALE, none.
el_append_result el_append(el_hub *hub, const el_appendix *items, size_t count);
// Is there room now? False: el_handler.on_room is called once there is.
bool el_has_room(const el_hub *hub);

typedef struct {
    uint64_t appended;
    uint64_t subscribers;    // now
    uint64_t kept_events;    // now
    uint64_t kept_bytes;     // now; frames are shared by all loops, so are these
    uint64_t kept_subjects;  // now
    int64_t oldest;          // time of acceptance of the oldest kept frame; 0: none
    uint64_t gaps;
    uint64_t missed;
} el_channel_counters;
void el_channel_read_counters(const el_channel *channel, el_channel_counters *counters);
#endif
