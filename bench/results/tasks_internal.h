/*
 * tasks_internal.h - the columns of tasks.csv as its writer and its reader know them. Any thread.
 */
#ifndef BENCH_RESULTS_TASKS_INTERNAL_H
#define BENCH_RESULTS_TASKS_INTERNAL_H

#include <stdbool.h>

#include "bench/results/columns.h"

size_t tasks_column_count(void);

/* `of_cell`: it lies in struct timing, else in struct task_row. NULL past the end. */
const struct column *tasks_column_at(size_t index, bool *of_cell);

#endif
