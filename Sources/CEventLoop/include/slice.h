// Some bytes that belong to somebody else: valid as long as the function that gave or takes them says.
#ifndef EL_SLICE_H
#define EL_SLICE_H
#include <stddef.h>

typedef struct {
    const char *bytes;  // NULL means absent, where absence has a meaning; else `length` bytes, not NUL-terminated
    size_t length;
} el_slice;
#endif
