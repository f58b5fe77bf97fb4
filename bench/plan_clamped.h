/*
 * plan_clamped.h - cells that --on-limit clamp lowered, as machine.json keeps them (run.clamped):
 * who reads the files knows, and a run that is gone on with comes to the same cells, whatever the
 * limits are by then.
 */
#ifndef BENCH_PLAN_CLAMPED_H
#define BENCH_PLAN_CLAMPED_H

#include <jansson.h>

#include "bench/plan.h"

/* A new array, one object for each of these cells; NULL where there is none (or no memory). */
json_t *plan_clamped_list(const struct plan *plan);

/* Lowers the cells of a fresh plan as `machine`, the object of machine.json, says. What it says is
 * checked: no cell becomes larger than the command line made it. `option`: for the message. 0,
 * -EINVAL where it fits no cell of the plan, or -ENOMEM. */
int plan_clamped_restore(struct plan *plan, const struct options *options, const json_t *machine,
                         const char *option, struct error *err);

#endif
