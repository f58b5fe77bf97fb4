/*
 * plan_limits.h - marks the cells that this system's limits would stop half-way, before
 * anything is started.
 */
#ifndef BENCH_PLAN_LIMITS_H
#define BENCH_PLAN_LIMITS_H

#include "bench/machine/limits.h"
#include "bench/plan.h"

/* What the workers of a cell take at the least. */
void plan_need(const struct cell *cell, struct limits_need *need);

/* Bytes of scratch files that a cell has at once at the most. */
uint64_t plan_scratch_bytes(const struct cell *cell);

/* Sets cell->limit of each cell that does not fit or, with --on-limit clamp, makes it fit
 * (plan_clamp.h); what that did goes to `notes`, line by line, where not NULL. A run that is gone
 * on with is not clamped anew: its cells are those of its rows (plan_clamped.h). With --on-limit
 * fail the first one is an error. `options`: those of the plan. `root`: NULL, or a folder for tests
 * (cgroup.h). 0, -EAGAIN, or -ENOMEM. */
int plan_limits(struct plan *plan, const struct options *options, const char *root,
                void (*notes)(const char *line), struct error *err);

#endif
