// What a handler may ask of a request.
#include "request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "answer.h"

el_slice el_request_method(const el_request *r) { return r->method; }
el_slice el_request_target(const el_request *r) { return r->target; }
size_t el_request_header_count(const el_request *r) { return r->field_count; }
bool el_request_has_body(const el_request *r) { return r->body_kind != EL_BODY_NONE; }
uint64_t el_request_body_announced(const el_request *r) {
    return r->body_kind == EL_BODY_CHUNKED ? UINT64_MAX : r->body_kind == EL_BODY_LENGTH ? r->content_length : 0;
}
bool el_request_is_loopback(const el_request *r) { return r->connection->is_loopback; }
uint32_t el_request_loop(const el_request *r) { return r->connection->loop->index; }
bool el_request_is_last(const el_request *r) { return el_hub_wants_last(r->connection); }
void *el_request_context(const el_request *r) { return r->context; }

el_slice el_request_body(const el_request *r) {
    if (!r->body_kept || r->body_length == 0) return (el_slice){"", 0};
    if (r->body_in_place.bytes != NULL) return r->body_in_place;
    return (el_slice){r->body, (size_t)r->body_length};
}

void el_request_header_at(const el_request *r, size_t index, el_slice *name, el_slice *value) {
    bool there = index < r->field_count;
    *name = there ? r->fields[index].name : (el_slice){NULL, 0};
    *value = there ? r->fields[index].value : (el_slice){NULL, 0};
}

static bool same_name(el_slice a, el_slice b) {
    return a.length == b.length && strncasecmp(a.bytes, b.bytes, a.length) == 0;
}

// Joins all fields of the name of the one at `first` (RFC 9110 section 5.3; `Cookie`: RFC 9113 section 8.2.3).
static el_joined *join(el_request *r, size_t first, size_t length) {
    el_slice name = r->fields[first].name;
    el_joined *joined = malloc(sizeof *joined + length);
    if (joined == NULL) return NULL;
    joined->first = first;
    joined->length = 0;
    for (size_t i = first; i < r->field_count; i++) {
        if (!same_name(r->fields[i].name, name)) continue;
        if (i > first) {
            memcpy(joined->bytes + joined->length, el_equals(name, "cookie") ? "; " : ", ", 2);
            joined->length += 2;
        }
        memcpy(joined->bytes + joined->length, r->fields[i].value.bytes, r->fields[i].value.length);
        joined->length += r->fields[i].value.length;
    }
    joined->next = r->joined;
    r->joined = joined;
    return joined;
}

el_slice el_request_header(el_request *r, el_slice name) {
    size_t first = 0, count = 0, length = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        if (!same_name(r->fields[i].name, name)) continue;
        if (count++ == 0) first = i;
        length += r->fields[i].value.length + 2;
    }
    if (count == 0) return (el_slice){NULL, 0};
    if (count == 1) return r->fields[first].value;
    el_joined *joined = r->joined;
    while (joined != NULL && joined->first != first) joined = joined->next;
    if (joined == NULL) joined = join(r, first, length);
    return joined != NULL ? (el_slice){joined->bytes, joined->length} : (el_slice){NULL, 0};
}

void el_request_peer(const el_request *r, char *text) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    text[0] = '\0';
    if (r->connection->is_unix) return;
    if (getpeername(r->connection->fd, (struct sockaddr *)&address, &length) != 0) return;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
    if (address.ss_family == AF_INET) inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
    if (address.ss_family == AF_INET6) inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
}

void el_request_set_context(el_request *r, void *context, void (*release)(void *context)) {
    el_request_release_context(r);
    r->context = context;
    r->release = release;
}
