/*
 * summary_observed.h - what the summary says of what tasks did to each other. One thread
 * at a time.
 */
#ifndef BENCH_REPORT_SUMMARY_OBSERVED_H
#define BENCH_REPORT_SUMMARY_OBSERVED_H

#include "bench/report/cells.h"
#include "bench/report/page.h"

/* A table with a column for each figure that the group has, and whether updates were lost; nothing
 * where no measured row has any. */
void summary_observed(const struct page *page, const struct cell_group *group);

#endif
