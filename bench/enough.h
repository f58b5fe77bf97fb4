/*
 * enough.h - has a cell been measured until its median is known well enough?
 *
 * Enough is: at least min_runs measured repetitions, and the exact order-statistic 95% interval of
 * their median within the precision on both sides; or max_runs repetitions; or one that showed what
 * it was to show (plan_meant()). Only the width decides, never a comparison: stopping when a
 * difference shows would make differences.
 * Counts within one invocation. Thread rules: one thread.
 */
#ifndef BENCH_ENOUGH_H
#define BENCH_ENOUGH_H

#include <stdbool.h>

#include "bench/plan.h"
#include "bench/results/timings.h"

struct enough_cell; /* opaque */
struct enough {
    const struct plan *plan;
    struct enough_cell *cells;
};

/* 0 or -ENOMEM. */
int enough_open(struct enough *enough, const struct plan *plan);
void enough_close(struct enough *enough);

/* Forgets all: an invocation starts. */
void enough_begin(struct enough *enough);

/* Takes a row of cell `index`. 0 or -ENOMEM. */
int enough_take(struct enough *enough, size_t index, const struct timing *row);

/* The cell is not run any more in this invocation; to be told after the rows that it has. */
void enough_leave_out(struct enough *enough, size_t index);

/* The cell needs no further repetition. The reference cell never decides that it has enough. */
bool enough_done(const struct enough *enough, size_t index);

/* No cell but the reference cell needs one. */
bool enough_all(const struct enough *enough);

/* How many measured repetitions the cell will need from now on, roughly. */
uint64_t enough_left(const struct enough *enough, size_t index);

#endif
