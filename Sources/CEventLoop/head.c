// The head of a request: bytes checked as they come, then parsed as a whole.
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define HEAD_START 1024
#define EMPTY_LINES_MAX 2

bool el_refused(el_request *request, uint16_t status, const char *detail) {
    if (request->refusal.status == 0) request->refusal = (el_refusal){status, detail};
    return false;
}

static el_progress refuse(el_request *r, uint16_t status, const char *detail) {
    el_refused(r, status, detail);
    return EL_REFUSED;
}

// One byte of the head. EL_DONE with the LF of its empty line. Whatever two parsers could read in two ways ends here.
static el_progress scan_byte(el_request *r, unsigned char c) {
    if (r->after_cr) {
        r->after_cr = false;
        if (c != '\n') return refuse(r, 400, "A CR without an LF after it stands in the head.");
        if (r->line_length > 0) {
            r->line_length = 0;
            r->line_count++;
            return EL_MORE;
        }
        if (r->line_count > 0) return EL_DONE;
        if (++r->empty_lines <= EMPTY_LINES_MAX) return EL_MORE;
        return refuse(r, 400, "Too many empty lines stand before the request.");
    }
    if (c == '\r') {
        r->after_cr = true;
        return EL_MORE;
    }
    if (c == '\n') return refuse(r, 400, "Lines of the head end with CR LF; this one ends with LF alone.");
    if ((c < 0x20 && c != '\t') || c == 0x7f) {
        return refuse(r, 400, "The head contains a control character.");
    }
    if (r->line_length == 0 && r->line_count > 0 && (c == ' ' || c == '\t')) {
        return refuse(r, 400, "A header line begins with white space (line folding is obsolete).");
    }
    r->line_length++;
    return EL_MORE;
}

static bool append(el_request *r, const char *bytes, size_t length) {
    if (length == 0) return true;
    size_t needed = r->head_length + length;
    if (needed > r->head_capacity) {
        size_t capacity = r->head_capacity > 0 ? r->head_capacity : HEAD_START;
        while (capacity < needed) capacity *= 2;
        char *head = realloc(r->head, capacity);
        if (head == NULL) return el_refused(r, 503, "The server is out of memory.");
        r->head = head;
        r->head_capacity = (uint32_t)capacity;
    }
    memcpy(r->head + r->head_length, bytes, length);
    r->head_length = (uint32_t)needed;
    return true;
}

static bool parse(el_request *r);

el_progress el_head_take(el_request *r, const char *bytes, size_t length, size_t *taken) {
    size_t room = r->head_limit - r->head_length;
    size_t begin = 0, end = 0;
    el_progress progress = EL_MORE;
    while (progress == EL_MORE && end < length) {
        if (end - begin == room) {
            return refuse(r, 431, "The request's head is longer than this server accepts.");
        }
        progress = scan_byte(r, (unsigned char)bytes[end++]);
        // Empty lines before a request are forgotten (RFC 9112 section 2.2).
        if (r->line_count == 0 && r->line_length == 0 && !r->after_cr) {
            begin = end;
            r->head_length = 0;
            room = r->head_limit;
        }
    }
    *taken = end;
    if (progress == EL_REFUSED || !append(r, bytes + begin, end - begin)) return EL_REFUSED;
    if (progress == EL_MORE) return EL_MORE;
    return parse(r) ? EL_DONE : EL_REFUSED;
}

// MARK: The fields, as llhttp hands them out. The head is contiguous, so each comes in one piece. Trailers come here
// too, in any pieces: they are no fields of the request, and forgotten.

static int on_name(llhttp_t *parser, const char *at, size_t length) {
    el_request *r = parser->data;
    if (r->head_done) return 0;
    r->name = (el_slice){at, length};
    r->value = (el_slice){at + length, 0};
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t length) {
    el_request *r = parser->data;
    if (!r->head_done) r->value = (el_slice){at, length};
    return 0;
}

static bool note_length(el_request *r) {
    if (++r->lengths > 1) return el_refused(r, 400, "There is more than one Content-Length.");
    uint64_t length = 0;
    if (r->value.length == 0) return el_refused(r, 400, "Content-Length is empty.");
    for (size_t i = 0; i < r->value.length; i++) {
        char digit = r->value.bytes[i];
        if (digit < '0' || digit > '9') return el_refused(r, 400, "Content-Length is no number.");
        if (length > (UINT64_MAX - 9) / 10) return el_refused(r, 400, "Content-Length is beyond all numbers.");
        length = length * 10 + (uint64_t)(digit - '0');
    }
    r->content_length = r->body_left = length;
    r->length_digits = r->value;
    return true;
}

// The fields that decide where a message ends and whom it is for.
static bool note_field(el_request *r) {
    if (el_equals(r->name, "content-length")) return note_length(r);
    if (el_equals(r->name, "transfer-encoding")) {
        if (++r->codings > 1) return el_refused(r, 400, "There is more than one Transfer-Encoding.");
        if (!el_equals(r->value, "chunked")) return el_refused(r, 501, "The only Transfer-Encoding known is chunked.");
    } else if (el_equals(r->name, "host")) {
        if (++r->hosts > 1) return el_refused(r, 400, "There is more than one Host.");
        if (!el_is_authority(r->value)) return el_refused(r, 400, "Host is no host name with an optional port.");
        r->host = r->value;
    } else if (el_equals(r->name, "expect") && r->minor > 0) {
        if (!el_equals(r->value, "100-continue")) return el_refused(r, 417, "The only known one is 100-continue.");
        r->has_expect = r->expects_continue = true;
    }
    return true;
}

static int on_value_complete(llhttp_t *parser) {
    el_request *r = parser->data;
    if (r->head_done) return 0;
    while (r->value.length > 0 && strchr(" \t", r->value.bytes[r->value.length - 1]) != NULL) r->value.length--;
    if (!el_is_token(r->name) || r->name.bytes[r->name.length] != ':') {
        return el_refused(r, 400, "A field name is followed by white space, or is no name.") ? 0 : HPE_USER;
    }
    if (r->field_count == r->field_capacity) {
        size_t capacity = r->field_capacity > 0 ? r->field_capacity * 2 : 16;
        el_field *fields = realloc(r->fields, capacity * sizeof *fields);
        if (fields == NULL) return el_refused(r, 503, "The server is out of memory.") ? 0 : HPE_USER;
        r->fields = fields;
        r->field_capacity = capacity;
    }
    r->fields[r->field_count++] = (el_field){r->name, r->value};
    return note_field(r) ? 0 : HPE_USER;
}

// Stop here: what follows is body.c's, or the next request's.
static int on_head_complete(llhttp_t *parser) {
    (void)parser;
    return HPE_PAUSED;
}

static const llhttp_settings_t callbacks = {
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
    .on_body = el_body_on_data,
    .on_message_complete = el_body_on_complete,
};

static bool check_framing(el_request *r) {
    if (r->codings > 0 && r->lengths > 0) {
        return el_refused(r, 400, "Content-Length and Transfer-Encoding are both there.");
    }
    if (r->codings > 0 && r->minor == 0) return el_refused(r, 400, "HTTP/1.0 has no Transfer-Encoding.");
    if (r->hosts == 0 && r->minor > 0) return el_refused(r, 400, "HTTP/1.1 requires the field Host.");
    r->body_kind = r->codings > 0 ? EL_BODY_CHUNKED : r->body_left > 0 ? EL_BODY_LENGTH : EL_BODY_NONE;
    r->body_done = r->body_kind == EL_BODY_NONE;
    bool closes = (r->parser.flags & F_CONNECTION_CLOSE) != 0;
    bool asks = (r->parser.flags & F_CONNECTION_KEEP_ALIVE) != 0;
    r->keep_alive = !closes && (r->minor > 0 || asks);
    return true;
}

static bool parse(el_request *r) {
    if (!el_request_line_parse(r)) return false;
    llhttp_init(&r->parser, HTTP_REQUEST, &callbacks);
    r->parser.data = r;
    llhttp_errno_t result = llhttp_execute(&r->parser, r->head, r->head_length);
    if (r->refusal.status != 0) return false;
    switch (result) {
    case HPE_PAUSED: break;
    case HPE_INVALID_METHOD: return el_refused(r, 501, "The request's method is not known here.");
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH: return el_refused(r, 400, "Content-Length is no single number.");
    case HPE_INVALID_TRANSFER_ENCODING: return el_refused(r, 400, "Transfer-Encoding does not say how the body ends.");
    default: return el_refused(r, 400, "The request's head is not HTTP.");
    }
    r->head_done = check_framing(r) && el_target_reduce(r);
    return r->head_done;
}
