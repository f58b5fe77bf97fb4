/*
 * waiting.h - who waited how long: waiting and turnaround of short and of long tasks in the
 * measured repetitions of a cell, and what a schedule changes of them.
 *
 * A repetition's figures are means over its tasks; everything here is the median over repetitions
 * of these, as the wall time's is taken. A schedule is compared with first come, first served (or
 * with the mode's own order where that was not run) in cells that differ in nothing else, paired by
 * block. Pure, any thread.
 */
#ifndef BENCH_REPORT_WAITING_H
#define BENCH_REPORT_WAITING_H

#include "bench/report/cells.h"

struct waiting_class { /* ns; NaN where unknown */
    double tasks;      /* median; NaN where there are none */
    double waiting, turnaround;
    struct interval range; /* of the waiting, 95%, exact */
};

struct waiting_figures {
    size_t runs; /* measured rows that tell short tasks from long ones; 0: nothing to show */
    struct waiting_class of_short, of_long;
};

void waiting_of(struct waiting_figures *figures, const struct cell_figures *cell);

/* Whether any cell of the group has such rows, and whether any of them knows how long long tasks
 * took (there are none where all are of one length). */
bool waiting_any(const struct cell_group *group);
bool waiting_any_long(const struct cell_group *group);

/* Waiting of one row; NaN where it is unknown. */
double waiting_short(const struct timing *row);
double waiting_long(const struct timing *row);

struct waiting_pair {
    const struct cell_figures *base, *cell;
    struct judge_pair of_short, of_long; /* cell's waiting over the base's; their input is gone */
};

/* The group's pairs, judged as one family; malloc'ed. 0 or -ENOMEM; *pairs is NULL where there are
 * none. */
int waiting_pairs(struct waiting_pair **pairs, size_t *count, const struct cell_group *group);

/* The pair to tell of: the one in which short tasks' waiting fell most and that was seen; NULL. */
const struct waiting_pair *waiting_best(const struct waiting_pair *pairs, size_t count);

/* "short tasks wait 4.1x less under sjf than under fcfs; long ones 21% more", or what stands in its
 * place; with `modes`, led by the mode where pairs of several are there. `count` is at least 1.
 * Returns `text`. */
char *waiting_finding(char *text, size_t size, const struct waiting_pair *pairs, size_t count,
                      bool modes);

/* "4.1x less", "21% more" of a ratio. Returns `text`. */
char *waiting_change(char *text, size_t size, double ratio);

/* "sjf" of "sjf", "rr" of "rr;slice=1ms", "its own order" of "off". Returns `text`. */
char *waiting_schedule(char *text, size_t size, const struct timing *key);

#endif
