/*
 * tasks.h - tasks.csv: one row per task of one repetition per cell (the first
 * measured one that came out ok). Times are nanoseconds since the repetition's clock started.
 * The columns are declared once, in tasks.c; any number but `task` may be FIGURE_OFF or
 * FIGURE_UNKNOWN. Texts are written as in timings.csv; NULL as "off". Thread rules: cell_rows.h.
 */
#ifndef BENCH_RESULTS_TASKS_H
#define BENCH_RESULTS_TASKS_H

#include "bench/results/cell_rows.h"

struct task_row {
    uint64_t task;
    uint64_t queued_ns, start_ns, end_ns;
    uint64_t waited_ns; /* for a turn or, in thread-gil, the lock; FIGURE_OFF without a schedule */
    uint64_t worker;    /* from 0 */
    uint64_t process;   /* process id */
    uint64_t cpu;       /* where the task ended, OS index */
    uint64_t start_cpu; /* where it started */
    const char *pin_cpus; /* where it was meant to run: "0", "0 2", or "off" */
    const char *pinned;   /* "yes", "no", "simulated", "off" */
};

/* A writer of the file, and the row of a task: the rest is cell_rows.h's. */
int tasks_create(struct cell_rows_writer **writer, const char *path, struct error *err);
int tasks_open(struct cell_rows_writer **writer, const char *path, size_t drop, struct error *err);
int tasks_append(struct cell_rows_writer *writer, const struct timing *timing,
                 const struct task_row *row, struct error *err);

/* The tasks of one repetition of one cell. */
struct task_cell {
    struct timing key; /* what tasks.csv says of the repetition; all else is off or 0 */
    struct task_row *rows;
    size_t count;
};

/* As cell_rows_read(). */
int tasks_read(const char *path, struct texts *texts, struct task_cell **cells, size_t *count,
               struct error *err);
void tasks_read_free(struct task_cell *cells, size_t count); /* NULL is allowed */

/* The columns, as timings_column() in timings.h. */
const struct column_info *tasks_column(size_t index);

#endif
