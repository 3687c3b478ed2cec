#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char noted[256];

void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

void note_error(const char *format, ...) {
    if (noted[0] != '\0') return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(noted, sizeof noted, format, arguments);
    va_end(arguments);
}

const char *first_error(void) { return noted; }

void *allocate(size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) die("out of memory");
    return memory;
}

void *reallocate(void *memory, size_t size) {
    memory = realloc(memory, size);
    if (memory == NULL) die("out of memory");
    return memory;
}
