// Where a subscriber starts: each kind of el_start becomes a number after which a feed is read, and perhaps a gap.
//
// Threads    The loop's.
#ifndef EL_START_H
#define EL_START_H
#include "places.h"

typedef struct {
    uint64_t from;  // frames above it are due
    bool select;    // of those that are here already, only the last of each subject
    bool gap;       // something that was due is gone
    bool foreign;   // the position is none of ours
    bool resumes;   // at a position of ours, which is `from`, or was
    uint64_t given;
} el_beginning;

// For one part; `subject` NULL: the whole channel.
el_beginning el_start_decide(el_view *view, el_subject *subject, const el_start *start, const el_filter *filter);
// Has this part ended, at or before the position from which it is to start? `subject` NULL: it has no entry.
bool el_start_is_after_end(const el_view *view, const el_subject *subject, const el_start *start);
#endif
