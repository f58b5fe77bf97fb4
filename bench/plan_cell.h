/*
 * plan_cell.h - what follows for one cell from its workload, mode, wait and number of
 * workers: how many tasks each worker has at once, on what stacks, and why it cannot run. For
 * plan.c only. Pure, but for the question whether the kernel offers a wait.
 */
#ifndef BENCH_PLAN_CELL_H
#define BENCH_PLAN_CELL_H

#include "bench/plan.h"

/* Coroutines of one process have stacks of their own up to this number, and share one above it:
 * an own stack is a page at the least, and on kernels before 6.13 its guard makes it two of the
 * process's maps, of which vm.max_map_count allows 65,530. The same on every machine, so that the
 * same plan is the same work everywhere. */
#define OWN_STACKS_MAX UINT64_C(16384)

#define OWN_STACK_BYTES    (UINT64_C(64) << 10)
#define SHARED_STACK_BYTES (UINT64_C(256) << 10)

/* The wait that `auto` (NULL) stands for. */
const struct wait *plan_wait(const struct wait *asked, const struct workload *workload,
                             const struct mode *mode);

/* What `asked` comes to under the cell's mode: off where it takes none. */
void plan_schedule(struct cell *cell, const struct options *options, enum schedule_kind asked);

/* Why the cell's schedule and the rest of what was asked for exclude each other, or NULL. */
const char *plan_schedule_unsupported(const struct cell *cell);

/* Tasks that run at once at the most. */
uint64_t plan_at_once(const struct cell *cell);

/* Fills width, threads, stacks, unsupported, together and estimate_ns of a cell that has its
 * workload, values, mode, wait, schedule, workers and tasks. */
void plan_settle(struct cell *cell, const struct options *options, uint64_t cores);

#endif
