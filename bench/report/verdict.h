/*
 * verdict.h - who won a group, and what a cell is called beside its neighbours.
 * Pure, any thread. Names are safe to print on a terminal.
 */
#ifndef BENCH_REPORT_VERDICT_H
#define BENCH_REPORT_VERDICT_H

#include "bench/report/cells.h"

/* Fewest runs for which a 95% interval of the median exists. */
#define VERDICT_RUNS 6

enum verdict {
    VERDICT_WINNER, /* every rival is seen to be slower than best */
    VERDICT_EQUAL,  /* next differs by less than what counts */
    VERDICT_CLOSE,  /* no difference between best and next is seen */
    VERDICT_FEW,    /* best or next has too few runs for an interval */
    VERDICT_OPEN,   /* an open loop: arrivals set the wall time, nobody wins by it */
    VERDICT_ALONE,  /* only one cell was measured */
    VERDICT_NONE    /* no cell was */
};
enum verdict verdict_of(const struct cell_group *group);

/* Who answers soonest: by p99 where all cells with requests have it, else by p50. */
struct verdict_latency {
    const char *percentile; /* "p99" or "p50" */
    struct verdict_place {
        const struct cell_figures *cell; /* NULL where there is none */
        double ns;                       /* median over repetitions */
        bool kept;                       /* the rate that was asked for */
    } best, next;
};
void verdict_latency(struct verdict_latency *latency, const struct cell_group *group);

enum { VERDICT_NAME = 128 };

/* The mode's name, with the wait ("coroutine/epoll"), workers ("x4"), width ("width=100"), pin,
 * submission, stack and schedule (its parameters where these vary) only where they are needed to
 * tell the group's cells apart. Returns `text`.
 */
char *verdict_name(char *text, size_t size, const struct cell_group *group,
                   const struct cell_figures *cell);

/* The same without the workers: the name of a line drawn over workers. */
char *verdict_line_name(char *text, size_t size, const struct cell_group *group,
                        const struct cell_figures *cell);

/* The verdict as a sentence, cut to `size`. Returns `text`. */
char *verdict_sentence(char *text, size_t size, const struct cell_group *group);

#endif
