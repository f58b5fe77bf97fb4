/*
 * mix.h - a 64-bit mixing function and the generator made from it.
 *
 * SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014). Deterministic on every machine. Pure functions.
 */
#ifndef BENCH_UTIL_MIX_H
#define BENCH_UTIL_MIX_H

#include <stdint.h>

#define MIX_STEP UINT64_C(0x9e3779b97f4a7c15)

/* A bijection of 64-bit values; neighbouring inputs give unrelated outputs. */
static inline uint64_t mix64(uint64_t x)
{
    x += MIX_STEP;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The next number of the generator whose whole state is *state. */
static inline uint64_t mix_next(uint64_t *state)
{
    uint64_t value = mix64(*state);
    *state += MIX_STEP;
    return value;
}

/* A number below `bound` (> 0), by Lemire's multiplication; the bias is below
 * bound / 2^64. */
static inline uint64_t mix_below(uint64_t *state, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)mix_next(state) * bound) >> 64);
}

#endif
