// A view: one loop's lists of one channel, and who follows them.
//
//     all        │ a1 │ b2 │ -3 │ a5 │ -6 │     every frame that is kept, oldest first
//     subject a  │ a1 │ a5 │                    the same frames, by subject
//     subject b  │ b2 │
//     everyone   │ -3 │ -6 │                    those without a subject
//     pinned     │ c0 │                         the last of its subject, beyond what `all` may keep
//
// `all` and `pinned` together are what is kept, each frame in one of them, with one reference. The other lists point
// into them and lose a frame in the same moment. So a frame goes once: el_view's `let_go` is the only place where
// something becomes a gap for somebody.
//
// A subject is freed when it has no frames, no followers, and is not remembered as ended. What it had lost is then
// remembered by the view, for all such subjects together: a gap may be told that was none, never the reverse.
//
// Threads    The loop's, but what is atomic.
// Ownership  The channel owns its views, a view its subjects.
#ifndef EL_VIEW_H
#define EL_VIEW_H
#include "core.h"
#include "list.h"
#include "pinned.h"

typedef struct el_view el_view;
typedef struct el_subject el_subject;
typedef struct el_follower el_follower;  // subscriber.h

typedef struct {
    el_follower *first;
    uint64_t marked;  // after how many of the shelf's departures: still so, unless there was one since
    uint64_t placed;  // and given places (places.h)
} el_followers;

struct el_subject {
    el_subject *next;  // in its bucket
    el_view *view;
    uint64_t hash;
    el_list list;
    el_followers followers;
    el_subject *followed_previous, *followed_next;  // of those that have followers
    el_subject *ended_previous, *ended_next;        // of those that have ended, oldest end first
    uint64_t ended;  // the number of the frame that ended it; 0: it has not, or was opened again
    bool pinned;     // its only frame is among the pinned
    el_slice name;
};

struct el_view {
    el_channel *channel;
    el_shelf *shelf;
    el_view *previous, *next;  // of its shelf
    el_view *next_closing;
    el_view *next_lingering;
    el_list all;
    el_pinned pinned;
    el_subject everyone;
    el_followers followers;  // of the whole channel
    el_subject *followed;
    el_subject **buckets;
    size_t bucket_count;
    size_t subject_count;
    el_subject *ended_first, *ended_last;
    uint32_t ended_count;
    uint64_t ended;  // the number of a frame that ended all, while nothing came after it
    uint64_t given_up;
    int64_t given_up_time;
    uint64_t bytes;  // of `all`
    uint64_t pinned_bytes;
    uint64_t kept_subjects;
    uint64_t unmarked;      // frames from this number on wait for more (linger.c); 0: none
    uint64_t linger_until;  // ms of el_shelf_linger's clock; 0: from its next call on
    bool listed, lingers;

    _Atomic uint64_t subscribers;  // parts that follow something here; el_append reads whether there are any
    _Atomic uint64_t number;       // how far the figures below are up to date
    _Atomic uint64_t kept_events_now;
    _Atomic uint64_t kept_bytes_now;
    _Atomic uint64_t kept_subjects_now;
    _Atomic uint64_t oldest_now;
    _Atomic uint64_t gaps;
    _Atomic uint64_t missed;
};

el_view *el_view_new(el_channel *channel, el_shelf *shelf);  // NULL: out of memory
void el_view_free(el_view *view);                            // nobody follows it any more
// Takes over the reference. Forgets what is beyond `keep`, marks followers.
void el_view_push(el_view *view, el_frame *frame);
// Frames accepted before now - keep_ms go. True: it has an age, and still keeps something.
bool el_view_expire(el_view *view, int64_t now);
void el_view_publish(el_view *view);

// subject.c
// The entry of a name; NULL: there is none, or, if it is to be made, no memory for it.
el_subject *el_view_subject(el_view *view, el_slice name, uint64_t hash, bool make);
el_subject *el_view_subject_of(el_view *view, const el_frame *frame);  // `everyone` for a frame without
void el_subject_note_end(el_subject *subject, uint64_t number);        // 0: it is open again
void el_subject_free_if_idle(el_subject *subject);

// linger.c
// Instead of marking: the frame, which lies in `all`, waits for more.
void el_view_linger(el_view *view, const el_frame *frame);
void el_view_stop_lingering(el_view *view);   // marks who is concerned by what has waited
void el_view_leave_lingering(el_view *view);  // is closed: nobody is left to be marked

// followers.c
// Everybody who is concerned by a frame of this subject (NULL: of one that has no entry, and so no followers) is put
// into the shelf's queue.
void el_view_mark(el_view *view, el_subject *subject);
// This frame is about to go, and subscribers whose turn has not come yet may need it: they get places, to know exactly.
void el_view_place(el_view *view, el_subject *subject, const el_frame *frame);
void el_follower_link(el_follower *part);
void el_follower_unlink(el_follower *part);  // may free the subject
#endif
