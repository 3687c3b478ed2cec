// One clock for everything that is timed: CLOCK_MONOTONIC, in nanoseconds.
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H
#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS 1000000ull

static inline uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static inline uint64_t seconds_to_ns(double seconds) { return (uint64_t)(seconds * 1e9); }
#endif
