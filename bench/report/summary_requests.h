/*
 * summary_requests.h - the part of a group's summary that tells of requests.
 */
#ifndef BENCH_REPORT_SUMMARY_REQUESTS_H
#define BENCH_REPORT_SUMMARY_REQUESTS_H

#include "bench/report/cells.h"
#include "bench/report/page.h"

/* Where the group has requests, a table of their rate, CPU time and latency, in an open loop
 * another one of their waiting apart from their service, and what these rest on; where it has
 * both call-backs and coroutines, which needs less. Else nothing. */
void summary_requests(const struct page *page, const struct cell_group *group);

#endif
