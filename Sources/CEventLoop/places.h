// What a subscriber needs beside its cursor while it is not live: where it started, what went away before it could be
// sent, and the frame it is half through.
//
// Missed frames are counted exactly, in one of two ways. Without a filter by arithmetic: each feed notes the sequence
// from which on frames are due; when the list's first has moved past it, the difference is what was missed. In a
// channel that pins, those due frames that are pinned instead are still there: they are counted then and now. With a
// filter (or a selection) each frame that goes is looked at, for these subscribers only (`counted`).
//
// Threads    The loop's.
// Ownership  The subscriber's.
#ifndef EL_PLACES_H
#define EL_PLACES_H
#include "position.h"
#include "subscriber.h"

#define EL_PREFACE_MAX 224  // the first block and a gap's, each in its chunk

typedef struct el_places el_places;

typedef struct {
    uint64_t from;      // this feed starts after this number
    uint64_t due;       // the sequence of the first frame that is to be sent
    uint64_t promised;  // how many of the pinned are to be sent
    uint64_t removed;   // el_pinned.removed at that time
    bool select;        // up to `join`, only the last frame of each subject
} el_due;

struct el_places {
    el_subscriber *owner;
    uint64_t join;  // the last number when it joined: history up to there
    uint64_t missed;
    bool gap;       // something is gone, nobody knows how much
    bool greet;     // the first block is still to be sent
    bool foreign;   // and says that it goes on from a position that is none
    bool resumes;   // and says that it goes on from `given`, as it was asked for
    bool counted;   // is in the shelf's list of those whose missed frames are counted one by one
    uint32_t retry;
    uint64_t given;  // the place where it begins: at or before the first frame that it is to get
    el_frame *held;  // taken in part; the cursor has passed it
    size_t taken;    // bytes of `held`, or of `text`
    size_t text_length;
    char text[EL_PREFACE_MAX];
    el_places *blocked_previous, *blocked_next;  // in the order in which they were blocked
    el_places *counted_previous, *counted_next;
    int feeds;
    el_due dues[];
};

// Gives the subscriber places where its cursor stands. False: out of memory.
bool el_places_give(el_subscriber *subscriber);
void el_places_take(el_subscriber *subscriber);  // frees them; lets go of the held frame
// Notes what is due after the cursor; and, before the cursor moves on, what of that has gone.
void el_places_reckon(el_subscriber *subscriber);
void el_places_settle(el_subscriber *subscriber);
void el_places_count_gone(el_view *view, el_subject *subject, const el_frame *frame);

// Is this frame of this feed (its index) for the subscriber, as its filter and its selection have it?
bool el_subscriber_wants(const el_subscriber *subscriber, int feed, const el_frame *frame);

void el_places_block(el_places *places);  // joins the shelf's blocked ones, as the last
void el_places_unblock(el_places *places);
#endif
