/*
 * latency.h - how long tasks and requests took, cell by cell, and which differences are seen.
 *
 * Where a cell has requests (requests.h), a percentile is the median over its repetitions; else
 * percentiles and distribution are those of the tasks of the one repetition that tasks.csv holds. A
 * percentile is told only where the tasks bound it from above (docs/results.md).
 *
 * Cells are compared by the furthest percentile that all of a group have: a server that answers 99
 * of 100 requests at once may let the last one starve. The lowest has won where it is seen to be
 * lower than each other one, pair by pair in the same block; else the two ends are tested, by a p
 * that stands for all pairs of the group. Both also stand for all groups that are judged: a title
 * tells of the one that shows most. One repetition is never judged. Pure, any thread.
 */
#ifndef BENCH_REPORT_LATENCY_H
#define BENCH_REPORT_LATENCY_H

#include "bench/report/chart.h"

enum { LATENCY_LEVELS = 4 };

struct latency_level {
    const char *name; /* "p99.9" */
    double level;
    size_t least; /* fewest tasks that bound it, as bench/repetition/figures.c has it of requests */
};
extern const struct latency_level latency_levels[LATENCY_LEVELS]; /* ascending */

struct latency {
    const struct cell_figures *cell;
    double at[LATENCY_LEVELS];             /* ns; NaN where it is not told */
    struct interval range[LATENCY_LEVELS]; /* 95%, exact; of requests */
    double most;                           /* the longest; NaN unknown */
    double *sorted;                        /* of the tasks; NULL of requests */
    size_t count;                          /* of them */
};

enum latency_seen {                 /* the more it says, the later it stands */
                    LATENCY_UNTOLD, /* too few tasks for any percentile */
                    LATENCY_ALONE,  /* one cell has figures */
                    LATENCY_FEW,    /* too few runs for any difference to be seen */
                    LATENCY_OPEN,   /* no difference between the ends is seen */
                    LATENCY_ALIKE,  /* the ends differ by less than what counts */
                    LATENCY_ONCE,   /* figures of one repetition */
                    LATENCY_APART,  /* the ends differ; which is the lowest is not decided */
                    LATENCY_LOWEST  /* the lowest is seen to be lower than each other one */
};

struct latency_group {
    const struct cell_group *group;
    struct latency *cells; /* those of the group's that have figures, in its order */
    size_t count;
    size_t level;                     /* the furthest that all have; the next two are of it */
    const struct latency *low, *high; /* the ends */
    const struct latency *next;       /* the lowest of the others, where LATENCY_LOWEST */
    double ratio;                     /* next over low, of pairs of blocks; NaN else */
    enum latency_seen seen;
    size_t runs, needed; /* blocks that the ends share, and those that could show a difference */
};

struct latencies {
    struct latency_group *groups; /* those of the table's that have figures, in its order */
    size_t count;
};

/* Whether there is anything to gather. Cheap. */
bool latency_any(const struct chart_data *data);

/* `data` must outlive it. 0 or -ENOMEM; then it is empty and needs no freeing. */
int latency_gather(struct latencies *all, const struct chart_data *data);
void latency_free(struct latencies *all);

/* Whether the group's figures are of requests, over all repetitions. */
bool latency_of_requests(const struct latency_group *group);

#endif
