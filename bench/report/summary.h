/*
 * summary.h - the terminal summary of a run: per workload a table of modes,
 * the winner and by how much, and what bounded the work.
 */
#ifndef BENCH_REPORT_SUMMARY_H
#define BENCH_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/report/cells.h"

/* Writes to `out`; bold only where `colour`. `precision`: the half-width that was asked for, 0:
 * none. 0 or -EIO. */
int summary_print(FILE *out, const struct cell_table *table, double precision, bool colour);

/* Whether to use colour on `out`: a terminal, TERM not "dumb", NO_COLOR unset or empty. */
bool summary_colour(FILE *out);

#endif
