#include "call.h"

#include <stdlib.h>

#include "hub_parts.h"

void el_call_deliver(el_call *call, bool runs) {
    call->function(call->context, runs);
    free(call);
}

void el_hub_call(el_hub *hub, uint32_t loop, void (*function)(void *context, bool runs), void *context) {
    el_call *call = malloc(sizeof *call);
    if (call == NULL) {
        function(context, false);
        return;
    }
    *call = (el_call){.errand = {.kind = EL_ERRAND_CALL}, .function = function, .context = context};
    if (!el_inbox_post(hub->loops[loop]->inbox, &call->errand)) el_call_deliver(call, false);
}
