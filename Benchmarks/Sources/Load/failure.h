// Two ways to fail: at once, before anything was measured (wrong usage, no memory), or noted and shown in the report.
#ifndef LOAD_FAILURE_H
#define LOAD_FAILURE_H
#include <stddef.h>

// Prints and exits with status 2.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Keeps the first message: it is nearly always the cause of the others.
void note_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// "" when nothing was noted.
const char *first_error(void);

// calloc and realloc that die instead of giving NULL.
void *allocate(size_t count, size_t size);
void *reallocate(void *memory, size_t size);
#endif
