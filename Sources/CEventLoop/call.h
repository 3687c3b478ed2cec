// A function that another thread wants called on a loop's (el_hub_call).
#ifndef EL_CALL_H
#define EL_CALL_H
#include "inbox.h"

typedef struct {
    el_errand errand;  // first
    void (*function)(void *context, bool runs);
    void *context;
} el_call;

// Calls it, and frees the errand. `runs`: the loop is not about to end.
void el_call_deliver(el_call *call, bool runs);
#endif
