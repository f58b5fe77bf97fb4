/*
 * plan_reason.h - why a cell does not run, in words with its numbers, and what of the command line
 * would mend it. Pure, any thread.
 */
#ifndef BENCH_PLAN_REASON_H
#define BENCH_PLAN_REASON_H

#include "bench/plan.h"

/* "" of a cell that runs (plan_runs()). `size`: TEXT_REASON. Returns text. */
char *plan_reason(const struct cell *cell, char *text, size_t size);

#endif
