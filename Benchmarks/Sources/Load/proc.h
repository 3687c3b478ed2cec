// Small files of /proc.
#ifndef LOAD_PROC_H
#define LOAD_PROC_H
#include <stdbool.h>
#include <stddef.h>

// The file's beginning as a string, at most `size` - 1 bytes. False: it cannot be read.
bool proc_read(const char *path, char *text, size_t size);
// The number behind `key:` at the beginning of a line; 0: there is none.
long proc_number(const char *path, const char *key);
#endif
