/*
 * counters.h - hardware counters of the calling process and all that it starts
 * afterwards: user-space instructions and last-level cache misses.
 *
 * Opening takes milliseconds and inherited counters slow the creation of threads and
 * processes, so they are used in observed (warm-up) repetitions only. Children count once they have
 * been joined or reaped. Values since opening: take differences.
 * Where the kernel or a virtual machine gives none: COUNTER_UNKNOWN.
 * Thread rules: open and read in the same thread, before it makes others.
 */
#ifndef BENCH_MACHINE_COUNTERS_H
#define BENCH_MACHINE_COUNTERS_H

#include <stdint.h>

#define COUNTER_UNKNOWN UINT64_MAX

struct counters {
    int instructions_fd, misses_fd; /* -1: not to be had */
};

void counters_open(struct counters *counters);
void counters_read(const struct counters *counters, uint64_t *instructions, uint64_t *misses);
void counters_close(struct counters *counters);

#endif
