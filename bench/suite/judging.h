/*
 * judging.h - every claim against the rows of a run. Pure but for what a plan asks of the kernel
 * (which waits there are); one thread.
 */
#ifndef BENCH_SUITE_JUDGING_H
#define BENCH_SUITE_JUDGING_H

#include "bench/suite/suite.h"

/* Fills one finding per claim. 0 or -errno. What the findings point to is gone afterwards; their
 * texts stay. */
int judging_make(const struct claim *const *claims, size_t count, bool full,
                 const struct cell_table *table, const struct topology_counts *counts,
                 struct finding *findings, struct error *err);

#endif
