// The life of an el_request, without its socket.
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

// Buffers up to these sizes are kept in the pool.
#define HEAD_KEPT 4096
#define FIELDS_KEPT 64

el_request *el_request_new(void) { return calloc(1, sizeof(el_request)); }

void el_request_release_context(el_request *r) {
    void *context = r->context;
    void (*release)(void *) = r->release;
    r->context = NULL;
    r->release = NULL;
    if (release != NULL) release(context);
}

void el_request_drop_body(el_request *r) {
    free(r->body);
    r->body = NULL;
    r->body_capacity = 0;
    r->body_length = 0;
}

static void clear(el_request *r) {
    el_request_release_context(r);
    el_request_drop_body(r);
    while (r->joined != NULL) {
        el_joined *next = r->joined->next;
        free(r->joined);
        r->joined = next;
    }
}

void el_request_reset(el_request *r) {
    clear(r);
    el_request fresh = {0};
    if (r->head_capacity <= HEAD_KEPT) {
        fresh.head = r->head;
        fresh.head_capacity = r->head_capacity;
    } else {
        free(r->head);
    }
    if (r->field_capacity <= FIELDS_KEPT) {
        fresh.fields = r->fields;
        fresh.field_capacity = r->field_capacity;
    } else {
        free(r->fields);
    }
    *r = fresh;
}

void el_request_delete(el_request *r) {
    clear(r);
    free(r->head);
    free(r->fields);
    free(r);
}
