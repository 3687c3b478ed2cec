// When a file was made: what Swift cannot ask, because glibc shows statx(2) only to those who define _GNU_SOURCE.
//
// Threads: any. Errors: -1 where there is no such file, or its file system does not say.
#ifndef CFILEBIRTH_H
#define CFILEBIRTH_H
#include <stdint.h>

// Nanoseconds since 1970; symbolic links are followed.
int64_t file_birth(const char *path);

// The same of an open file.
int64_t open_file_birth(int descriptor);

#endif
