// An event stream's text, line by line (WHATWG HTML, 9.2.6), as far as a measurement needs it: which events came, and
// the numbers that a publisher put into their data. Lines end with LF or CR LF.
//
// Ownership  The stream owns the rest of an unfinished line; release it with sse_close.
#ifndef LOAD_SSE_H
#define LOAD_SSE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which of an event's fields have been found.
enum { SSE_NUMBER = 1, SSE_TIME = 2, SSE_WRITER = 4, SSE_SERIAL = 8, SSE_DATA = 16, SSE_ID = 32, SSE_GAP = 64 };
#define SSE_STAMPS (SSE_NUMBER | SSE_TIME | SSE_WRITER | SSE_SERIAL)

typedef struct {
    uint32_t found;
    uint64_t number;  // "n": among all events
    uint64_t time;    // "t": when it was published, in ns
    uint64_t writer;  // "w": its publisher
    uint64_t serial;  // "s": among this publisher's events of the channel
} sse_event;

typedef struct {
    uint64_t comments, named, overlong;  // lines: comments, `event:` fields, and such that no stream should have
} sse_counts;

// Where events go: `take` is called for each one that a browser would dispatch.
typedef struct {
    void (*take)(void *context, const sse_event *event);
    void *context;
    sse_counts *counts;
} sse_sink;

typedef struct {
    char *partial;
    uint32_t length, capacity;
    sse_event event;  // of the block under way
} sse;

void sse_feed(sse *stream, const char *bytes, size_t length, const sse_sink *sink);
void sse_close(sse *stream);
#endif
