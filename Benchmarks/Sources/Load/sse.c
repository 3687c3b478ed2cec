#include "sse.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define MAX_LINE (64u << 20)
#define KEPT_LINE 65536u  // a larger buffer is given back after its line

static inline bool starts(const char *line, size_t length, const char *word, size_t word_length) {
    return length >= word_length && memcmp(line, word, word_length) == 0;
}
#define STARTS(line, length, word) starts(line, length, word, sizeof(word) - 1)

// The digits at `text`. Gives where they end; where there are none, NULL.
static inline const char *read_digits(const char *text, const char *end, uint64_t *value) {
    uint64_t sum = 0;
    const char *digit = text;
    for (; digit < end && (unsigned char)(*digit - '0') < 10; digit++) sum = sum * 10 + (uint64_t)(*digit - '0');
    *value = sum;
    return digit == text ? NULL : digit;
}

// The fast path: the keys as the default body has them, at the beginning. A million events a second and more come by
// here, on the same machine as the server.
static bool read_fixed(const char *text, const char *end, sse_event *event) {
    static const char keys[4][6] = {"{\"n\":", ",\"t\":", ",\"w\":", ",\"s\":"};
    uint64_t *values[] = {&event->number, &event->time, &event->writer, &event->serial};
    for (int i = 0; i < 4; i++) {
        if (end - text < 6 || memcmp(text, keys[i], 5) != 0) return false;
        text = read_digits(text + 5, end, values[i]);
        if (text == NULL) return false;
    }
    event->found |= SSE_STAMPS;
    return true;
}

// The key that a quote before `text` begins: "n": or, inside a JSON string, \"n\":. Gives its value's place, or NULL.
static const char *value_of_key(const char *text, const char *end) {
    text++;
    if (text < end && *text == '\\') text++;
    if (end - text < 3 || text[0] != '"' || text[1] != ':') return NULL;
    text += 2;
    while (text < end && *text == ' ') text++;
    return text;
}

// Any order, any nesting, among whatever else a server wraps around the body. The first of a key counts.
static void search(const char *text, const char *end, sse_event *event) {
    while ((event->found & SSE_STAMPS) != SSE_STAMPS && text < end) {
        text = memchr(text, '"', (size_t)(end - text));
        if (text == NULL || end - ++text < 4) return;
        uint32_t field;
        uint64_t *place;
        switch (*text) {
            case 'n': field = SSE_NUMBER, place = &event->number; break;
            case 't': field = SSE_TIME, place = &event->time; break;
            case 'w': field = SSE_WRITER, place = &event->writer; break;
            case 's': field = SSE_SERIAL, place = &event->serial; break;
            default: continue;
        }
        const char *digits = value_of_key(text, end);
        uint64_t value;
        const char *behind = digits == NULL ? NULL : read_digits(digits, end, &value);
        if (behind == NULL) continue;
        if (!(event->found & field)) *place = value;
        event->found |= field;
        text = behind;
    }
}

static void take_data(sse_event *event, const char *text, const char *end) {
    event->found |= SSE_DATA;
    if (text < end && *text == ' ') text++;
    if (!read_fixed(text, end, event)) search(text, end, event);
}

static void end_block(sse *stream, const sse_sink *sink) {
    // A block without data is not dispatched.
    if (stream->event.found & SSE_DATA) sink->take(sink->context, &stream->event);
    stream->event.found = 0;
}

static void take_line(sse *stream, const char *line, size_t length, const sse_sink *sink) {
    if (length > 0 && line[length - 1] == '\r') length--;
    if (length == 0) {
        end_block(stream, sink);
    } else if (STARTS(line, length, "data:")) {
        take_data(&stream->event, line + 5, line + length);
    } else if (STARTS(line, length, "id:")) {
        stream->event.found |= SSE_ID;
    } else if (*line == ':') {
        sink->counts->comments++;
    } else if (STARTS(line, length, "event:")) {
        sink->counts->named++;
        const char *name = line + 6;
        size_t rest = length - 6;
        if (rest > 0 && *name == ' ') name++, rest--;
        if (rest == 3 && memcmp(name, "gap", 3) == 0) stream->event.found |= SSE_GAP;
    } else if (length == 4 && memcmp(line, "data", 4) == 0) {
        stream->event.found |= SSE_DATA;
    }
    // `retry:` and whatever is unknown is passed over, as the standard has it.
}

static void keep_partial(sse *stream, const char *bytes, size_t length, const sse_sink *sink) {
    if (stream->length + length > MAX_LINE) {
        sink->counts->overlong++;
        stream->length = 0;
        return;
    }
    uint32_t needed = stream->length + (uint32_t)length;
    if (needed > stream->capacity) {
        uint32_t capacity = stream->capacity == 0 ? 256 : stream->capacity;
        while (capacity < needed) capacity *= 2;
        stream->partial = reallocate(stream->partial, capacity);
        stream->capacity = capacity;
    }
    memcpy(stream->partial + stream->length, bytes, length);
    stream->length = needed;
}

void sse_close(sse *stream) {
    free(stream->partial);
    stream->partial = NULL;
    stream->length = stream->capacity = 0;
}

void sse_feed(sse *stream, const char *bytes, size_t length, const sse_sink *sink) {
    const char *end = bytes + length;
    while (bytes < end) {
        const char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
        if (line_end == NULL) {
            keep_partial(stream, bytes, (size_t)(end - bytes), sink);
            return;
        }
        if (stream->length == 0) {
            take_line(stream, bytes, (size_t)(line_end - bytes), sink);
        } else {
            keep_partial(stream, bytes, (size_t)(line_end - bytes), sink);
            uint32_t whole = stream->length;
            stream->length = 0;
            take_line(stream, stream->partial, whole, sink);
            if (stream->capacity > KEPT_LINE) sse_close(stream);
        }
        bytes = line_end + 1;
    }
}
