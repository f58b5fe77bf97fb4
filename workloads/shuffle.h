/*
 * shuffle.h - a place for each of so many things, in an order that a seed draws, without an array:
 * who asks for one thing's place need not know that of any other.
 *
 * Pure, any thread.
 */
#ifndef WORKLOADS_SHUFFLE_H
#define WORKLOADS_SHUFFLE_H

#include <stdint.h>

#include "bench/util/mix.h"

enum { SHUFFLE_ROUNDS = 6 };

/* The place, below `count`, of `index` (< count): each place is that of one index. A Feistel
 * network (Luby and Rackoff 1988) permutes the least power of four that holds them, and is gone
 * through again from any place outside (cycle walking; Black and Rogaway 2002): four times on the
 * average at the most. */
static inline uint64_t shuffle_place(uint64_t seed, uint64_t index, uint64_t count)
{
    const uint64_t key = mix64(seed); /* seeds side by side share no rounds */
    unsigned half = 1;
    while (half < 32 && count > UINT64_C(1) << 2 * half) {
        half++;
    }
    const uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = index >> half, right = index & mask;
        for (uint64_t round = 0; round < SHUFFLE_ROUNDS; round++) {
            uint64_t mixed = left ^ (mix64(mix64(key + round) ^ right) & mask);
            left = right;
            right = mixed;
        }
        index = left << half | right;
    } while (index >= count);
    return index;
}

#endif
