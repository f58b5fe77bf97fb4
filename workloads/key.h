/*
 * key.h - the number from which a task's own data grow.
 *
 * Pure, any thread.
 */
#ifndef WORKLOADS_KEY_H
#define WORKLOADS_KEY_H

#include <stdint.h>

#include "bench/util/mix.h"

/* Different for every index of one seed (both steps are bijections), and
 * unrelated between seeds, so that neighbouring seeds do not share tasks. */
static inline uint64_t task_key(uint64_t seed, uint64_t index)
{
    return mix64(mix64(seed) ^ index);
}

#endif
