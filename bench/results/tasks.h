/*
 * tasks.h - tasks.csv: one row per task of one repetition per cell (the first
 * measured one that came out ok). Times are nanoseconds since the repetition's clock started.
 * The columns are declared once, in tasks.c; any number but `task` may be FIGURE_OFF or
 * FIGURE_UNKNOWN. Texts are written as in timings.csv; NULL as "off".
 * Thread rules: a writer belongs to one thread at a time.
 */
#ifndef BENCH_RESULTS_TASKS_H
#define BENCH_RESULTS_TASKS_H

#include "bench/results/timings.h"

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

struct tasks_writer; /* opaque */
int tasks_create(struct tasks_writer **writer, const char *path, struct error *err);
/* The cell's columns (cell_names in tasks.c), with which a row can be joined to its timing, come
 * from `timing`. Buffered. */
int tasks_append(struct tasks_writer *writer, const struct timing *timing,
                 const struct task_row *row, struct error *err);
/* Hands what is buffered to the kernel, whole rows only. On failure the rows stay
 * buffered and the file keeps the rows it had. */
int tasks_flush(struct tasks_writer *writer, struct error *err);
int tasks_close(struct tasks_writer *writer, struct error *err); /* NULL is allowed */

/* The tasks of one repetition of one cell. */
struct task_cell {
    struct timing key; /* what tasks.csv says of the repetition; all else is off or 0 */
    struct task_row *rows;
    size_t count;
};

/* Reads a whole file, as timings_read() does; rows of one repetition that lie together are one
 * cell. Texts are in `texts`. 0; -ENOENT without the file; -EINVAL with "FILE:LINE:COLUMN: why";
 * -errno. */
int tasks_read(const char *path, struct texts *texts, struct task_cell **cells, size_t *count,
               struct error *err);
void tasks_read_free(struct task_cell *cells, size_t count); /* NULL is allowed */

/* The columns, as timings_column() in timings.h. */
const struct column_info *tasks_column(size_t index);

#endif
