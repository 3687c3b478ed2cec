// The request line and its target (RFC 9112 sections 3 and 3.2), and hosts (RFC 3986 section 3.2).
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange.h"

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool el_equals(el_slice text, const char *lower_case) {
    return text.length == strlen(lower_case) && strncasecmp(text.bytes, lower_case, text.length) == 0;
}

bool el_is_token(el_slice text) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (!is_alpha(c) && !is_digit(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) return false;
    }
    return text.length > 0;
}

static bool is_port(const char *text, size_t length) {
    unsigned long port = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i])) return false;
        port = port * 10 + (unsigned long)(text[i] - '0');
        if (port > 65535) return false;
    }
    return true;  // "host:" is a host with an empty port
}

// `[v6]:port` or `name:port`; not empty, no user, nothing that could be taken for a part of a URL.
bool el_is_authority(el_slice text) {
    size_t i = 0;
    if (text.length > 0 && text.bytes[0] == '[') {
        for (i = 1; i < text.length && (is_hex(text.bytes[i]) || strchr(":.", text.bytes[i]) != NULL); i++) {
            if (text.bytes[i] == '\0') return false;
        }
        if (i < 3 || i >= text.length || text.bytes[i] != ']') return false;
        i++;
    } else {
        for (; i < text.length && text.bytes[i] != ':'; i++) {
            char c = text.bytes[i];
            if (!is_alpha(c) && !is_digit(c) && (c == '\0' || strchr("-._~!$&'()*+,;=%", c) == NULL)) return false;
            if (c != '%') continue;
            if (i + 2 >= text.length || !is_hex(text.bytes[i + 1]) || !is_hex(text.bytes[i + 2])) return false;
        }
        if (i == 0) return false;
    }
    if (i == text.length) return true;
    return text.bytes[i] == ':' && is_port(text.bytes + i + 1, text.length - i - 1);
}

static bool parse_version(el_request *r, el_slice version) {
    if (version.length != 8 || memcmp(version.bytes, "HTTP/", 5) != 0 || !is_digit(version.bytes[5])
        || version.bytes[6] != '.' || !is_digit(version.bytes[7])) {
        return el_refused(r, 400, "The request line is not: method, target, HTTP/1.1, with one space between each.");
    }
    r->minor = (uint8_t)(version.bytes[7] - '0');
    if (version.bytes[5] != '1' || r->minor > 1) {
        return el_refused(r, 505, "This server speaks HTTP/1.1 and HTTP/1.0.");
    }
    return true;
}

// The part of an absolute target after `http://` or `https://`; NULL if it is none.
static const char *after_scheme(el_slice target) {
    if (target.length > 7 && strncasecmp(target.bytes, "http://", 7) == 0) return target.bytes + 7;
    if (target.length > 8 && strncasecmp(target.bytes, "https://", 8) == 0) return target.bytes + 8;
    return NULL;
}

static bool check_target(el_request *r) {
    for (size_t i = 0; i < r->target.length; i++) {
        unsigned char c = (unsigned char)r->target.bytes[i];
        if (c <= 0x20 || c >= 0x7f) return el_refused(r, 400, "The target has bytes that must be percent-encoded.");
        if (c == '#') return el_refused(r, 400, "The target contains a fragment, which is never sent.");
    }
    if (el_equals(r->method, "connect")) return el_refused(r, 501, "This server is no proxy.");
    if (r->target.bytes[0] == '/') return true;
    if (r->target.length == 1 && r->target.bytes[0] == '*') {
        return el_equals(r->method, "options") || el_refused(r, 400, "The target * is for OPTIONS alone.");
    }
    const char *begin = after_scheme(r->target);
    if (begin == NULL) return el_refused(r, 400, "The target is neither a path nor an http URL.");
    const char *end = r->target.bytes + r->target.length, *stop = begin;
    while (stop < end && *stop != '/' && *stop != '?') stop++;
    r->authority = (el_slice){begin, (size_t)(stop - begin)};
    return el_is_authority(r->authority) || el_refused(r, 400, "The target's host is none.");
}

bool el_request_line_parse(el_request *r) {
    static const char malformed[] = "The request line is not: method, target, HTTP/1.1, with one space between each.";
    const char *end = memchr(r->head, '\r', r->head_length);
    const char *first = end ? memchr(r->head, ' ', (size_t)(end - r->head)) : NULL;
    const char *second = first ? memchr(first + 1, ' ', (size_t)(end - first - 1)) : NULL;
    if (second == NULL || second == first + 1) return el_refused(r, 400, malformed);
    r->method = (el_slice){r->head, (size_t)(first - r->head)};
    r->target = (el_slice){first + 1, (size_t)(second - first - 1)};
    if (!el_is_token(r->method)) return el_refused(r, 400, malformed);
    if (!parse_version(r, (el_slice){second + 1, (size_t)(end - second - 1)})) return false;
    r->is_head = r->method.length == 4 && memcmp(r->method.bytes, "HEAD", 4) == 0;
    return check_target(r);
}

// `http://host?query` has no slash to begin with: it is written where the authority's last byte was, which is why the
// authority moves one place down, over the scheme's last slash.
bool el_target_reduce(el_request *r) {
    if (r->authority.bytes == NULL) return true;
    char *authority = r->head + (r->authority.bytes - r->head);
    const char *rest = authority + r->authority.length;
    size_t length = r->target.length - (size_t)(rest - r->target.bytes);
    if (length == 0 && el_equals(r->method, "options")) {
        r->target = (el_slice){"*", 1};
    } else if (length == 0) {
        r->target = (el_slice){"/", 1};
    } else if (rest[0] == '/') {
        r->target = (el_slice){rest, length};
    } else {
        memmove(authority - 1, authority, r->authority.length);
        r->authority.bytes = authority - 1;
        authority[r->authority.length - 1] = '/';
        r->target = (el_slice){authority + r->authority.length - 1, length + 1};
    }
    for (size_t i = 0; i < r->field_count; i++) {
        if (el_equals(r->fields[i].name, "host")) r->fields[i].value = r->authority;
    }
    r->host = r->authority;
    return true;
}
