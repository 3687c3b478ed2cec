// The event loop: sockets, HTTP/1.1, and the fan-out of frames to very many readers as Server-Sent Events.
// It knows bytes, numbers and sockets. What they mean, who may have them, and what to answer is its caller's.
//
//     hub.h           loops, listeners, starting, draining, counters
//     frame.h         one encoded event: immutable, shared by everybody who reads it
//     channel.h       what is kept, and the one order: append
//     predicate.h     a condition that subscribers share, one bit in every frame
//     request.h       one HTTP request, and the ways to answer it
//     subscription.h  a request that becomes a reader of channels
#ifndef CEVENTLOOP_H
#define CEVENTLOOP_H
#include "channel.h"
#include "frame.h"
#include "hub.h"
#include "predicate.h"
#include "request.h"
#include "slice.h"
#include "subscription.h"
#endif
