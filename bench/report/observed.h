/*
 * observed.h - what tasks did to each other, as their workload saw it: updates that were lost,
 * tasks that were inside at once, writes that others saw, waiters that went on one after the other.
 *
 * Everything here is taken over a cell's measured repetitions, of each figure over those that have
 * it. Pure, any thread.
 */
#ifndef BENCH_REPORT_OBSERVED_H
#define BENCH_REPORT_OBSERVED_H

#include "bench/report/cells.h"

enum observed_kind {
    OBSERVED_LOST,
    OBSERVED_INSIDE,
    OBSERVED_VISIBLE,
    OBSERVED_SPREAD, /* ns */
    OBSERVED_KINDS
};

struct observed_figure {
    size_t runs;              /* repetitions that have the figure; 0: the rest is NaN */
    size_t above;             /* of these, how many are above 0 */
    double median, low, high; /* the least and the greatest of them */
};

void observed_of(struct observed_figure figures[OBSERVED_KINDS], const struct cell_figures *cell);

/* Whether any measured row of the group has the figure. */
bool observed_any(const struct cell_group *group, enum observed_kind kind);

#endif
