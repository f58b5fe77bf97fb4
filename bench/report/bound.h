/*
 * bound.h - what bounded the work: one sentence, with the figures that it rests on.
 * Pure, any thread.
 */
#ifndef BENCH_REPORT_BOUND_H
#define BENCH_REPORT_BOUND_H

#include "bench/report/cells.h"

/* Judges from the group's serial cell or, without one, its best; writes a sentence without a full
 * stop, cut to `size`. `cache_bytes`: last-level cache, 0 unknown. */
void bound_describe(char *text, size_t size, const struct cell_group *group, uint64_t cache_bytes);

#endif
