/*
 * arrivals.h - when the tasks of an open loop arrive: --rate and --arrivals.
 *
 * Made by the runner before the repetition starts, so that no mode pays for it and all modes of a
 * plan get the same moments. Any thread.
 */
#ifndef BENCH_ARRIVALS_H
#define BENCH_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/repetition/shared.h"

/* Writes to each task's queued_ns when it arrives, in ns after the clock's start, in ascending
 * order. `rate`: arrivals per second, > 0. Constant: task i at i / rate. Poisson: gaps that are
 * exponential with the mean 1 / rate, the first one before task 0; the same for the same seed. */
void arrivals_fill(struct task_record *tasks, uint64_t count, uint64_t rate, bool poisson,
                   uint64_t seed);

#endif
