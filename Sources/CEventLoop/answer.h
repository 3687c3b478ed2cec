// Asking the handler, and the ways its answer may take: at once, held back until there is room, or from another thread.
//
// Threads    The loop's, but el_deferred_respond (request.h).
// Ownership  An el_kept owns copies of a response's slices, and its file.
#ifndef EL_ANSWER_H
#define EL_ANSWER_H
#include "connection.h"

// The request is complete as far as the handler needs it: its head, or also its body. Calls it, and acts on what it did.
void el_ask_head(el_connection *connection);
void el_ask_body(el_connection *connection);
void el_ask_again(el_connection *connection, const el_deferred *deferred);  // what el_deferred_resume asked for
void el_ask_piece(el_connection *connection);

// Writes the answer to the request under way. Takes the file over.
void el_answer(el_connection *connection, const el_response *response);
// Or parks it, if it waits for room and there is none.
void el_answer_with_room(el_connection *connection, const el_response *response);
// An answer of the loop's own, as problem+json (RFC 9457); the connection closes after it. `detail`: a constant without
// quotes.
void el_refuse(el_connection *connection, uint16_t status, const char *detail);
const char *el_reason(uint16_t status);
bool el_hub_wants_last(const el_connection *connection);  // el_request_is_last

// A response whose slices are its own.
struct el_kept {
    el_response response;
    char bytes[];
};
el_kept *el_kept_new(const el_response *response);  // takes the file over, also when it returns NULL: out of memory
void el_kept_free(el_kept *kept);

struct el_deferred {
    el_errand errand;           // first
    el_inbox *inbox;            // a reference
    el_connection *connection;  // of the loop's thread alone; NULL: gone
    el_kept *answer;            // NULL: there was no memory for it, or
    void (*resume)(void *context, el_request *request);  // the request goes on
    void *context;
};
void el_deferred_deliver(el_deferred *deferred);  // on the loop; frees it
void el_deferred_free(el_deferred *deferred);
// Who waits for room: answers go out, and bodies are read on, as long as there is some. Each has one turn.
void el_answer_parked(el_loop *loop);
void el_park(el_request *request);
void el_unpark(el_request *request);
#endif
