/*
 * cells.h - rows of timings.csv gathered into cells, with the figures derived
 * from them. What the summary, the charts and the comparison share.
 * Pure: no I/O. Thread rules: one thread at a time per table.
 *
 * A cell is one way (mode, wait, workers, width, pin, submit, stack, schedule) of doing one piece
 * of work (workload, version, params, tasks, rate, arrivals). Its measured rows are those with
 * warmup 0 and status ok; a figure is taken over those that have it. Where the plan was run in
 * several invocations, the wall time is the median of the invocations' medians: repetitions of one
 * invocation share the machine's mood.
 */
#ifndef BENCH_REPORT_CELLS_H
#define BENCH_REPORT_CELLS_H

#include "bench/report/judge.h"
#include "bench/results/timings.h"
#include "bench/stats/stats.h"

/* Name of the mode that others are compared with. */
#define CELLS_BASELINE "serial"

struct cell_figures {
    const struct timing *key;   /* first row of the cell: its work and its way */
    const struct timing **rows; /* all rows of the cell in the order of the file */
    size_t row_count;
    size_t runs;                  /* measured rows */
    size_t troubled;              /* rows with any other status but unsupported/skipped */
    const struct timing *trouble; /* the first such row, or the unsupported/skipped one; or NULL */
    const struct samples *invocations; /* measured wall times; those without any do not count */
    size_t invocation_count;
    bool observed;                 /* a measured row has lost updates, peak inside, visible writes
                                      or a wake-up spread */
    double wall_ns;                /* median; NaN where there is none */
    struct interval wall_interval; /* 95%, exact; of the invocations' medians where several */
    double speedup;                /* serial's median wall / wall_ns; NaN without a serial cell */
    double ideal_ns;               /* cells_ideal() for this cell's workers; NaN unknown */
    double distance;               /* wall_ns / ideal_ns - 1; NaN unknown */
    double cpu_ns;                 /* user + sys, median; NaN unknown */
    double cpu_use;    /* (user + sys) / (wall + join): CPUs kept busy, median; NaN unknown */
    double longest_ns; /* the longest task of the repetition in which it was shortest; NaN */
    double peak_bytes; /* largest of the warm-up rows; NaN unknown */
    double spawn_ns, ready_ns, blocked_ns, running_ns; /* medians; NaN unknown */
};

struct cell_group {             /* cells that did the same work */
    const struct timing *first; /* its first row in the file */
    struct cell_figures *cells; /* sorted by median wall time; cells without one last */
    size_t count;
    const struct cell_figures *serial; /* the fastest serial cell with a median, or NULL */
    const struct cell_figures *best;   /* fastest with a median, or NULL */
    /* The one to beat best: the fastest that was not seen to be slower or, where all are, the
     * fastest. Cells that differ from best in nothing but the number of workers are rivals only
     * where there are no others: two counts that do equally well would hide that a mode won. */
    const struct cell_figures *next;
    struct judge_pair lead; /* next against best, paired by block; its input is gone */
    char bound[600]; /* a sentence: CPU-bound, IO-bound or memory-bound, and from which figures */
};

struct cell_table {
    struct cell_group *groups; /* in the order of cells_compare_work(), whatever that of the rows */
    size_t count;
    const struct cell_figures *reference; /* the fixed reference cell, or NULL; in no group */
    struct cell_figures *cells;           /* what the groups' cells lie in */
    const struct timing **order;          /* what the cells' rows lie in */
    struct samples *samples;              /* what the invocations lie in, */
    double *walls;                        /* and their wall times */
};

/* The bound that `workers` workers of `width` tasks at once cannot beat, in ns, from serial:
 *     max(CPU time / min(workers, cores), wall time / (workers * width), longest task)
 * the first where the cores are the limit, the second where each place for a task has its chain
 * of tasks to wait for, the third where one task outlasts the rest. NaN where a part is unknown,
 * serial took less than 1 ms, or the cores are simulated; and where tasks arrive at a rate: then
 * the arrivals decide how long it takes, and latency is what tells ways apart; and where clients
 * are served: most of a serial server's CPU time is waking up for each request; and where the
 * workload observed what tasks that share something did to each other (serial->observed): locks,
 * places and meetings bound these too, and the serial run knows nothing of that. */
double cells_ideal(const struct cell_figures *serial, double workers, double width);

/* `rows` must outlive the table. `cache_bytes`: last-level cache, 0 unknown (for the sentence on
 * memory). 0 or -ENOMEM; then the table is empty and needs no freeing. */
int cells_gather(struct cell_table *table, const struct timing *rows, size_t count,
                 uint64_t cache_bytes);
void cells_free(struct cell_table *table);

/* A figure of one row; NaN where it is unknown. */
typedef double cells_row_figure(const struct timing *row);

/* Logs of b's over a's figure (> 0), block by block, in the order of the file; `logs` has room for
 * the rows of either. Returns how many. */
size_t cells_pair_by(const struct cell_figures *a, const struct cell_figures *b,
                     cells_row_figure *figure, double *logs);
/* Of the wall time. */
size_t cells_pair(const struct cell_figures *a, const struct cell_figures *b, double *logs);

/* Whether two rows' workers run equally many tasks at once: the same number, or as many as there
 * are, which is another number where there are more workers. */
bool cells_same_width(const struct timing *a, const struct timing *b);

/* Whether the two differ in nothing but the number of workers. */
bool cells_same_way(const struct timing *a, const struct timing *b);

/* Whether `key`, as tasks.csv and states.csv have it (they do not tell the workload's version), is
 * of the row's repetition. */
bool cells_same_repetition(const struct timing *key, const struct timing *row);

/* Sets those of the group's cells that `counts` against its serial cell, all as one family: the
 * best of many would be lucky. *answer: the pair of `top`, without its ratios. Returns how many
 * there were, 0 without memory. */
size_t cells_judge_over_serial(const struct cell_group *group, const struct cell_figures *top,
                               bool (*counts)(const struct cell_group *group,
                                              const struct cell_figures *cell),
                               struct judge_pair *answer);

/* Order by work and by way, as strcmp; parameters and schedules as natural_compare(). */
int cells_compare_work(const struct timing *a, const struct timing *b);
int cells_compare_way(const struct timing *a, const struct timing *b);

/* Whether tasks or requests came at a rate: an open loop. */
bool cells_open_loop(const struct timing *row);

/* A figure as a number: NaN where it is unknown or off. */
double cells_figure(uint64_t figure);

/* Whether a row counts in the medians. */
bool cells_measured(const struct timing *row);

#endif
