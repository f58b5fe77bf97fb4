/*
 * plan_clamp.h - --on-limit clamp: as many at once as this system allows, in place of a cell that
 * would be skipped.
 */
#ifndef BENCH_PLAN_CLAMP_H
#define BENCH_PLAN_CLAMP_H

#include "bench/plan.h"

/* Lowers the cell's width, where it has one, and then its workers to the largest power of two with
 * which plan_need() fits; tasks stay, for they are the work. A power of two, because what is free
 * differs from one minute to the next, and a run that is gone on with must come to the same plan.
 * Settles the cell anew. `root` as in limits.h. Whether there is such a number. */
bool plan_clamp(struct cell *cell, const struct options *options, uint64_t cores, const char *root);

#endif
