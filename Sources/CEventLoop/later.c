// Answers that come later: from another thread, or when there is room in the mailboxes.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"

el_kept *el_kept_new(const el_response *response) {
    size_t headers = response->headers.bytes ? response->headers.length : 0;
    size_t body = response->body.bytes ? response->body.length : 0;
    el_kept *kept = malloc(sizeof *kept + headers + body);
    if (kept == NULL) {
        if (response->file >= 0) close(response->file);
        return NULL;
    }
    kept->response = *response;
    if (headers > 0) memcpy(kept->bytes, response->headers.bytes, headers);
    if (body > 0) memcpy(kept->bytes + headers, response->body.bytes, body);
    kept->response.headers = (el_slice){kept->bytes, headers};
    kept->response.body = (el_slice){kept->bytes + headers, body};
    return kept;
}

void el_kept_free(el_kept *kept) {
    if (kept == NULL) return;
    if (kept->response.file >= 0) close(kept->response.file);
    free(kept);
}

// MARK: From another thread

el_deferred *el_request_defer(el_request *r) {
    if (r->outcome != EL_OPEN) return NULL;
    el_deferred *deferred = calloc(1, sizeof *deferred);
    if (deferred == NULL) return NULL;
    deferred->errand.kind = EL_ERRAND_ANSWER;
    deferred->inbox = r->connection->loop->inbox;
    el_inbox_retain(deferred->inbox);
    deferred->connection = r->connection;
    r->deferred = deferred;
    r->outcome = EL_DEFERRED;
    return deferred;
}

// Whoever has it no more must not see the request again, but clean up.
void el_deferred_free(el_deferred *deferred) {
    if (deferred->resume != NULL) deferred->resume(deferred->context, NULL);
    el_kept_free(deferred->answer);
    el_inbox_release(deferred->inbox);
    free(deferred);
}

static void post(el_deferred *deferred) {
    // The inbox might be freed by the loop as soon as it has this errand, were it not for this reference.
    el_inbox *inbox = deferred->inbox;
    el_inbox_retain(inbox);
    if (!el_inbox_post(inbox, &deferred->errand)) el_deferred_free(deferred);
    el_inbox_release(inbox);
}

void el_deferred_respond(el_deferred *deferred, const el_response *response) {
    deferred->answer = el_kept_new(response);
    post(deferred);
}

void el_deferred_resume(el_deferred *deferred, void (*function)(void *context, el_request *request), void *context) {
    deferred->resume = function;
    deferred->context = context;
    post(deferred);
}

bool el_deferred_is_alone(const el_deferred *deferred) { return deferred->connection == NULL; }

void el_deferred_deliver(el_deferred *deferred) {
    el_connection *c = deferred->connection;
    if (c != NULL) {
        c->request->deferred = NULL;
        c->request->outcome = EL_OPEN;
        if (deferred->resume != NULL) {
            el_ask_again(c, deferred);
            deferred->resume = NULL;  // it has been
        } else if (deferred->answer != NULL) {
            el_answer_with_room(c, &deferred->answer->response);
            deferred->answer->response.file = -1;  // taken over
            if (c->request->outcome == EL_ANSWERED) el_connection_answered(c);
        } else {
            el_refuse(c, 503, "The server is out of memory.");
        }
        el_connection_resume(c);
    }
    el_deferred_free(deferred);
}

// MARK: When there is room

void el_answer_with_room(el_connection *c, const el_response *response) {
    el_loop *loop = c->loop;
    if (!response->when_room || el_core_has_room(loop->hub->core)) {
        el_answer(c, response);
        return;
    }
    el_request *r = c->request;
    r->parked = el_kept_new(response);
    if (r->parked == NULL) {
        el_connection_break(c);
        r->outcome = EL_ANSWERED;
        return;
    }
    r->outcome = EL_PARKED;
    el_park(r);
}

void el_park(el_request *r) {
    el_loop *loop = r->connection->loop;
    r->next = NULL;
    if (loop->parked == NULL) loop->parked_end = &loop->parked;
    *loop->parked_end = r;
    loop->parked_end = &r->next;
    loop->parked_count++;
}

void el_unpark(el_request *r) {
    el_loop *loop = r->connection->loop;
    el_request **link = &loop->parked;
    while (*link != r) link = &(*link)->next;
    *link = r->next;
    if (r->next == NULL) loop->parked_end = link;
    loop->parked_count--;
    r->next = NULL;
    el_kept_free(r->parked);
    r->parked = NULL;
}

void el_answer_parked(el_loop *loop) {
    // Each once: who parks again in its turn has others go first.
    for (size_t turns = loop->parked_count; turns > 0 && loop->parked != NULL; turns--) {
        if (!el_core_has_room(loop->hub->core)) return;
        el_request *r = loop->parked;
        el_connection *c = r->connection;
        el_kept *kept = r->parked;
        r->parked = NULL;
        el_unpark(r);
        if (kept != NULL) {
            el_answer(c, &kept->response);
            kept->response.file = -1;  // taken over
            el_kept_free(kept);
            el_connection_answered(c);
        } else if (r->is_held) {
            el_ask_piece(c);
        } else {
            r->outcome = EL_WANTS_BODY;
            el_connection_enter(c, EL_STATE_BODY);
        }
        el_connection_resume(c);
    }
}
