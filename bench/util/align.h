/*
 * align.h - sizes rounded up. Pure functions, any thread.
 */
#ifndef BENCH_UTIL_ALIGN_H
#define BENCH_UTIL_ALIGN_H

#include <stdint.h>

/* The least multiple of `step` (> 0) that is not below `value`; no overflow is expected. */
static inline uint64_t align_up(uint64_t value, uint64_t step)
{
    return (value + step - 1) / step * step;
}

/* The least power of two that is not below `value` (at most 2^63). */
static inline uint64_t align_power(uint64_t value)
{
    uint64_t power = 1;
    while (power < value) {
        power *= 2;
    }
    return power;
}

#endif
