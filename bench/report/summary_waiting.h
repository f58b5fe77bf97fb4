/*
 * summary_waiting.h - what the summary says of who waited how long. One thread at a time.
 */
#ifndef BENCH_REPORT_SUMMARY_WAITING_H
#define BENCH_REPORT_SUMMARY_WAITING_H

#include "bench/report/cells.h"
#include "bench/report/page.h"

/* A table of waiting and turnaround of short and of long tasks, and what the schedules make of
 * them; nothing where no measured row tells short from long. */
void summary_waiting(const struct page *page, const struct cell_group *group);

#endif
