// As much of HTTP/1.1 as a benchmark's client needs: response heads, and the framing of bodies (RFC 9112, 6 and 7.1).
#ifndef LOAD_HTTP_H
#define LOAD_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "sse.h"

#define HTTP_MAX_HEAD 65536

typedef enum { HTTP_UNTIL_CLOSED, HTTP_LENGTH, HTTP_CHUNKED } http_framing;

typedef struct {
    int status;  // 0: this is no HTTP response
    http_framing framing;
    uint64_t length;  // of the body; with HTTP_LENGTH
    bool closes;      // `Connection: close`
} http_head;

// Both below want a NUL behind the bytes.
// How many bytes a complete head at `bytes` has; 0: it is not complete. `*head` is set when it is.
size_t http_read_head(const char *bytes, size_t length, http_head *head);

// How many bytes the whole response at `bytes` has; 0: it is not complete.
size_t http_read_response(const char *bytes, size_t length, http_head *head);

typedef enum { HTTP_CHUNK_SIZE, HTTP_CHUNK_EXTENSION, HTTP_CHUNK_DATA, HTTP_CHUNK_END, HTTP_TRAILER } http_place;

// Where one is in a body that arrives in pieces.
typedef struct {
    uint64_t left;  // of the body, or of the chunk
    uint8_t framing, place;
    bool in_trailer_line, failed;
} http_body;

void http_body_begin(http_body *body, const http_head *head);
// Passes on what is text of the stream. False: the body has ended, or (`failed`) its framing is broken.
bool http_body_feed(http_body *body, const char *bytes, size_t length, sse *stream, const sse_sink *sink);
#endif
