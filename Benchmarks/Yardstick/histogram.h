// Latencies in microseconds, each to within one part in 64.
#pragma once

#include <stdint.h>
#include <string.h>

enum { HISTOGRAM_HALF = 64, HISTOGRAM_BUCKETS = 27 * HISTOGRAM_HALF };

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count;
};

// Up to 127 each value has a bucket; from there on each power of two has 64.
static inline unsigned histogram_bucket(uint32_t value) {
    unsigned shift = value < 2 * HISTOGRAM_HALF ? 0 : 25 - (unsigned)__builtin_clz(value);
    return shift * HISTOGRAM_HALF + (value >> shift);
}

static inline void histogram_add(struct histogram *histogram, uint32_t value) {
    histogram->counts[histogram_bucket(value)] += 1;
    histogram->count += 1;
}

// The middle of the bucket below which so many percent are.
static inline double histogram_percentile(const struct histogram *histogram, double percent) {
    double wanted = percent / 100 * (double)histogram->count, seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += (double)histogram->counts[i];
        if (histogram->counts[i] > 0 && seen >= wanted) {
            unsigned shift = i < 2 * HISTOGRAM_HALF ? 0 : i / HISTOGRAM_HALF - 1;
            uint64_t low = (uint64_t)(i - shift * HISTOGRAM_HALF) << shift;
            return (double)low + (double)((1ull << shift) - 1) / 2;
        }
    }
    return 0;
}
