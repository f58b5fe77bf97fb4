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

/* Sets cell->limit of each cell that does not fit. `root`: NULL, or a folder for tests (cgroup.h).
 * 0 or -ENOMEM. */
int plan_limits(struct plan *plan, const char *root, struct error *err);

#endif
