#include "histogram.h"

#define STEP_BITS 7u  // log2(HISTOGRAM_STEPS)

static uint32_t bucket_of(uint64_t value) {
    if (value < HISTOGRAM_STEPS) return (uint32_t)value;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - STEP_BITS;
    uint32_t bucket = (shift + 1) * HISTOGRAM_STEPS + (uint32_t)((value >> shift) - HISTOGRAM_STEPS);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static double middle_of(uint32_t bucket) {
    if (bucket < HISTOGRAM_STEPS) return bucket;
    uint32_t shift = bucket / HISTOGRAM_STEPS - 1;
    uint64_t low = (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << shift;
    return (double)low + (double)(1ull << shift) / 2;
}

void histogram_add(histogram *histogram, uint64_t value) {
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max) histogram->max = value;
}

double histogram_percentile(const histogram *histogram, double percent) {
    if (histogram->count == 0) return 0;
    uint64_t wanted = (uint64_t)(percent / 100 * (double)histogram->count + 0.5);
    if (wanted < 1) wanted = 1;
    uint64_t below = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += histogram->buckets[i];
        if (below < wanted) continue;
        double middle = middle_of(i);
        return middle < (double)histogram->max ? middle : (double)histogram->max;
    }
    return (double)histogram->max;
}

double histogram_mean(const histogram *histogram) {
    return histogram->count == 0 ? 0 : (double)histogram->sum / (double)histogram->count;
}
