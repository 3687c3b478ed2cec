#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The value of a field of the head, or NULL. The head ends with an empty line, so that a search ends there too.
static const char *find_field(const char *head, const char *end, const char *name) {
    size_t length = strlen(name);
    for (const char *line = memchr(head, '\n', (size_t)(end - head)); line != NULL;
         line = memchr(line, '\n', (size_t)(end - line))) {
        line++;
        if ((size_t)(end - line) <= length || strncasecmp(line, name, length) != 0 || line[length] != ':') continue;
        const char *value = line + length + 1;
        while (value < end && (*value == ' ' || *value == '\t')) value++;
        return value;
    }
    return NULL;
}

static int read_status(const char *head, size_t length) {
    static const char version[] = "HTTP/1.";
    if (length < sizeof "HTTP/1.1 200" - 1 || memcmp(head, version, sizeof version - 1) != 0) return 0;
    return head[8] == ' ' ? atoi(head + 9) : 0;
}

size_t http_read_head(const char *bytes, size_t length, http_head *head) {
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    end += 4;
    const char *coding = find_field(bytes, end, "Transfer-Encoding");
    const char *size = find_field(bytes, end, "Content-Length");
    const char *connection = find_field(bytes, end, "Connection");
    *head = (http_head){.status = read_status(bytes, (size_t)(end - bytes)), .framing = HTTP_UNTIL_CLOSED};
    if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0) {
        head->framing = HTTP_CHUNKED;
    } else if (size != NULL) {
        head->framing = HTTP_LENGTH;
        head->length = strtoull(size, NULL, 10);
    }
    head->closes = connection != NULL && strncasecmp(connection, "close", 5) == 0;
    return (size_t)(end - bytes);
}

size_t http_read_response(const char *bytes, size_t length, http_head *head) {
    size_t used = http_read_head(bytes, length, head);
    if (used == 0) return 0;
    if (head->framing == HTTP_LENGTH) return head->length <= length - used ? used + head->length : 0;
    // To a POST without a body of known length, as 204 has it: there is none.
    if (head->framing == HTTP_UNTIL_CLOSED) return used;
    for (;;) {
        const char *line_end = memchr(bytes + used, '\n', length - used);
        if (line_end == NULL) return 0;
        uint64_t size = strtoull(bytes + used, NULL, 16);
        used = (size_t)(line_end + 1 - bytes);
        if (size > length || used + size + 2 > length) return 0;
        used += size + 2;
        if (size == 0) return used;
    }
}

void http_body_begin(http_body *body, const http_head *head) {
    *body = (http_body){.framing = (uint8_t)head->framing, .place = HTTP_CHUNK_SIZE};
    if (head->framing == HTTP_LENGTH) body->left = head->length;
}

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    digit |= 32;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// One byte of the line before a chunk. False: that is no chunk size.
static bool take_size(http_body *body, char byte) {
    if (byte == '\n') {
        body->place = body->left > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
    } else if (byte == ';' || byte == ' ') {
        body->place = HTTP_CHUNK_EXTENSION;
    } else if (byte != '\r') {
        int value = hex_value(byte);
        if (value < 0 || body->left >= 1ull << 56) return false;
        body->left = body->left * 16 + (uint64_t)value;
    }
    return true;
}

// One byte that belongs to the framing. False: the body ends here, or its framing is broken.
static bool take_framing(http_body *body, char byte) {
    switch (body->place) {
        case HTTP_CHUNK_SIZE:
            if (!take_size(body, byte)) body->failed = true;
            break;
        case HTTP_CHUNK_EXTENSION:
            if (byte == '\n') body->place = body->left > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
            break;
        case HTTP_CHUNK_END:
            if (byte == '\n') body->place = HTTP_CHUNK_SIZE;
            else if (byte != '\r') body->failed = true;
            break;
        default:  // the trailer: lines up to an empty one
            if (byte == '\n' && !body->in_trailer_line) return false;
            if (byte != '\r') body->in_trailer_line = byte != '\n';
    }
    return !body->failed;
}

bool http_body_feed(http_body *body, const char *bytes, size_t length, sse *stream, const sse_sink *sink) {
    if (body->framing == HTTP_UNTIL_CLOSED) {
        sse_feed(stream, bytes, length, sink);
        return true;
    }
    if (body->framing == HTTP_LENGTH) {
        if (length > body->left) length = body->left;
        sse_feed(stream, bytes, length, sink);
        body->left -= length;
        return body->left > 0;
    }
    for (const char *end = bytes + length; bytes < end;) {
        if (body->place != HTTP_CHUNK_DATA) {
            if (!take_framing(body, *bytes++)) return false;
            continue;
        }
        size_t piece = (size_t)(end - bytes) < body->left ? (size_t)(end - bytes) : body->left;
        sse_feed(stream, bytes, piece, sink);
        bytes += piece;
        body->left -= piece;
        if (body->left == 0) body->place = HTTP_CHUNK_END;
    }
    return true;
}
