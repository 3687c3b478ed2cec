// A log-linear histogram: 128 buckets for each power of two, so that a percentile is off by less than 0.8 %.
// Values are nanoseconds; nothing is allocated.
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H
#include <stdint.h>

#define HISTOGRAM_STEPS 128u
#define HISTOGRAM_BUCKETS (58u * HISTOGRAM_STEPS)

typedef struct {
    uint64_t count, max, sum;
    uint64_t buckets[HISTOGRAM_BUCKETS];
} histogram;

void histogram_add(histogram *histogram, uint64_t value);
// `percent` from 0 to 100. 0 when nothing was added.
double histogram_percentile(const histogram *histogram, double percent);
double histogram_mean(const histogram *histogram);
#endif
