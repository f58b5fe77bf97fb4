/*
 * saturate.h - sums of estimates that end at a figure of which a few can still be added. Any
 * thread.
 */
#ifndef BENCH_UTIL_SATURATE_H
#define BENCH_UTIL_SATURATE_H

#include <stdint.h>

static inline uint64_t saturate(unsigned __int128 value)
{
    return value > UINT64_MAX / 4 ? UINT64_MAX / 4 : (uint64_t)value;
}

#endif
