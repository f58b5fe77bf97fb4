/*
 * chart_tasks.h - the tasks of tasks.csv that belong to a cell, and their states of states.csv.
 * Pure, any thread.
 */
#ifndef BENCH_REPORT_CHART_TASKS_H
#define BENCH_REPORT_CHART_TASKS_H

#include "bench/report/chart.h"

/* The tasks of the cell's first repetition that tasks.csv holds, or NULL; `row` (may be NULL) is
 * set to that repetition's row. */
const struct task_cell *chart_tasks_of(const struct chart_data *data,
                                       const struct cell_figures *cell, const struct timing **row);

/* The same of states.csv, of a warm-up repetition of the cell. */
const struct state_cell *chart_states_of(const struct chart_data *data,
                                         const struct cell_figures *cell,
                                         const struct timing **row);

/* How long after its arrival each task was done, sorted; `ns` has room for tasks->count. At a rate
 * a task arrives at queued_ns; else all of them are there when the repetition's clock starts,
 * whenever a mode comes to take them up: a serial loop does not make its last task wait less by
 * looking at it late. Returns how many are known. */
size_t chart_tasks_latencies(const struct task_cell *tasks, double *ns);

/* How many that would be. */
size_t chart_tasks_known(const struct task_cell *tasks);

#endif
