/*
 * extremes.h - the smaller and the larger of two numbers. Any thread.
 */
#ifndef BENCH_UTIL_EXTREMES_H
#define BENCH_UTIL_EXTREMES_H

#include <stdint.h>

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
