// Where appended frames wait until a loop takes them. All mailboxes are one chain, because every loop gets every frame:
//
//     frame 4 ─next→ frame 5 ─next→ frame 6 ←─ core->last
//        ↑              ↑
//     loop 0's        loop 1's `first`          loop 2's is NULL: it has taken all
//
// An append writes one pointer (and one more for each loop whose mailbox was empty) and allocates nothing, so it cannot
// fail. The frame comes with one reference for each loop; taking turns it into the reference of that loop's lists.
//
// `core->last` may be written to only while some mailbox is not empty: that loop's reference keeps it alive. A loop that
// has taken the chain stops at the `last` of that moment and does not read its `next`, which others may be writing.
//
// Threads    el_mailbox_post: under the append lock. el_mailbox_is_empty, el_mailbox_take: the loop's.
#ifndef EL_MAILBOX_H
#define EL_MAILBOX_H
#include "core.h"

typedef struct {
    el_frame *first;                 // under the append lock
    _Atomic uint64_t taken_events;   // ever; written under the append lock
    _Atomic uint64_t taken_bytes;
    atomic_bool woken;               // its loop has been woken and has not come yet
} el_mailbox;

typedef struct {
    el_frame *first;  // NULL: nothing
    el_frame *last;
    uint64_t number;  // the last that the core had given
} el_post;

void el_mailbox_post(el_core *core, el_frame *frame);
bool el_mailbox_is_empty(const el_core *core, const el_mailbox *mailbox);  // without the lock: taking it would do nothing
el_post el_mailbox_take(el_core *core, el_mailbox *mailbox);
bool el_mailbox_has_room(const el_core *core, const el_mailbox *mailbox);
// More than a quarter of its limit: time to come even for a loop that nobody on it waits.
bool el_mailbox_is_filling(const el_core *core, const el_mailbox *mailbox);
// Adds what waits in it.
void el_mailbox_count(const el_core *core, const el_mailbox *mailbox, el_counters *counters);
#endif
