// What an el_hub is made of.
#ifndef EL_HUB_PARTS_H
#define EL_HUB_PARTS_H
#include <pthread.h>
#include <stdatomic.h>

#include "loop.h"

// Connections beyond settings.connections that are still served once, to be told so.
#define EL_CONNECTIONS_SLACK 64
// The first of refusal_headers.
#define EL_REFUSAL_TYPE "Content-Type: application/problem+json\r\n"

struct el_hub {
    el_hub_settings settings;
    el_handler handler;
    char *refusal_headers;       // NULL: EL_REFUSAL_TYPE alone
    el_core *core;
    el_loop **loops;
    uint32_t loop_count;         // of those set up
    atomic_uint_fast32_t open;   // connections
    atomic_bool draining;        // listeners are closed, or about to be
    bool started, finished;      // the owner's thread
    pthread_mutex_t lock;        // guards the two below
    pthread_cond_t changed;      // …or `open` has become 0 while finishing
    uint32_t closed_listeners;   // loops that have closed theirs
};

// Something el_hub_finish waits for may have come true.
void el_hub_notify(el_hub *hub);
void el_hub_log(const el_hub *hub, el_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
