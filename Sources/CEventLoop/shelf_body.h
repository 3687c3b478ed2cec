// What a shelf is made of. One loop's alone, but for its mailbox and what is atomic.
//
// The queue has those who are concerned by what a drain has put into the lists, and those who had one slice and have
// more to get; each is served once before any is served twice.
#ifndef EL_SHELF_BODY_H
#define EL_SHELF_BODY_H
#include "batch.h"
#include "mailbox.h"
#include "places.h"

struct el_shelf {
    el_mailbox mailbox;
    _Alignas(64) el_core *core;  // others write to the mailbox's cache line
    uint32_t index;
    uint64_t last_number;  // all frames up to here are in the lists
    uint64_t served;       // a subscriber without places has all of its frames up to here
    size_t turn_bytes;     // taken by sinks in this turn of el_shelf_deliver
    uint64_t departures;   // out of the queue, or of being blocked: until the next, who was marked stays marked
    uint64_t version;      // changes with every list
    uint64_t ended;        // of el_core.ended_predicates, those whose followers have been looked for
    el_view *views;        // those that ever had a frame or a follower
    el_view *closing;      // their channels are being closed; see el_shelf_close_views
    el_view *lingering;    // those with `lingers`
    el_subscriber *queue_first, *queue_last;
    size_t queued;
    el_places *blocked_first, *blocked_last;
    el_places *counted;
    el_batches batches;

    _Atomic uint64_t subscribers;
    _Atomic uint64_t delivered;
    _Atomic uint64_t gaps;
    _Atomic uint64_t missed;
    _Atomic uint64_t heartbeats;
    _Atomic uint64_t subscriber_wakes;
    _Atomic uint64_t blocked;
    _Atomic uint64_t unpinned;
};

el_shelf *el_shelf_new(el_core *core, uint32_t index);  // NULL: out of memory
void el_shelf_free(el_shelf *shelf);                    // its subscribers too, without a word to their sinks
void el_shelf_list_view(el_shelf *shelf, el_view *view);
void el_shelf_unlist_view(el_shelf *shelf, el_view *view);
// Ends what follows the channels that are to be closed, and tells who waits for that. Not from within el_shelf_drain:
// it may be called while a handler still has the channel in its hands, to subscribe to it.
void el_shelf_close_views(el_shelf *shelf);
void el_shelf_enqueue(el_shelf *shelf, el_subscriber *subscriber);
void el_shelf_dequeue(el_shelf *shelf, el_subscriber *subscriber);
// A subscriber got a slice: does it wait for its next turn?
void el_shelf_after(el_shelf *shelf, el_subscriber *subscriber, el_sent sent);
#endif
