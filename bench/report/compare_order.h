/*
 * compare_order.h - the order in which a comparison's cells are shown. Pure, any thread.
 */
#ifndef BENCH_REPORT_COMPARE_ORDER_H
#define BENCH_REPORT_COMPARE_ORDER_H

#include "bench/report/compare.h"

enum compare_sort {
    COMPARE_BY_FILE,  /* as the work comes in the base's file, and its cells */
    COMPARE_BY_RATIO, /* where the other run is fastest first */
    COMPARE_BY_NAME,
    COMPARE_BY_P,
    COMPARE_BY_CHANGE, /* largest first, whichever way */
    COMPARE_BY_WORK    /* as the base's table has them: works by their numbers, the fastest first */
};
extern const char *const compare_sort_names[]; /* as options name them; NULL past the end */

/* malloc'ed; ends in NULL; NULL without memory. What has no such figure comes last; ties as in the
 * file. */
const struct compared_cell **compare_order(const struct comparison *comparison,
                                           enum compare_sort sort);

/* One cell of each group that has any, in the order of the base's table; otherwise the same. */
const struct compared_cell **compare_groups(const struct comparison *comparison);

#endif
