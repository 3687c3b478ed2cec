// What a process under LD_PRELOAD=libcounting.so counts, and where: in the file that COUNTING names, as it runs.
#ifndef COUNTING_H
#define COUNTING_H

#include <stdint.h>

typedef struct {
    _Atomic uint64_t allocations;  // calls of malloc and its kin that had memory for an answer
    _Atomic uint64_t copies;       // calls of memcpy and memmove of COUNTING_LEAST bytes and more
    _Atomic uint64_t copied_bytes; // by those
} counting_counts;

// Smaller copies are numbers and pointers, not events.
enum { COUNTING_LEAST = 64 };

#endif
