// The body of an event, made from a template of text and {n} {t} {w} {s} {ch} {pad}; and paths with {ch}.
#ifndef LOAD_TEMPLATE_H
#define LOAD_TEMPLATE_H
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *bytes;
    size_t length, capacity;
} text;

typedef struct {
    uint64_t number, time, writer, serial, channel;
} stamps;

void text_append(text *to, const char *bytes, size_t length);
void text_append_number(text *to, uint64_t number);
// `pad`: bytes for {pad}. `size`: with {pad}, the length that the padding is to fill; below 0: none.
void text_append_body(text *to, const char *template, const stamps *stamps, size_t pad, long size);
void text_append_path(text *to, const char *template, uint64_t channel);
#endif
