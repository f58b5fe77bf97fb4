/*
 * plan_table.h - `--dry-run`: the plan as a table, with the estimated time.
 */
#ifndef BENCH_PLAN_TABLE_H
#define BENCH_PLAN_TABLE_H

#include <stdio.h>

#include "bench/plan.h"

/* Returns the exit status: 0, or 1 where `out` cannot be written. */
int plan_table_print(FILE *out, const struct plan *plan);

#endif
