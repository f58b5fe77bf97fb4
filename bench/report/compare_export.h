/*
 * compare_export.h - comparisons for programs: CSV and JSON. Nothing is cut or left out. Any
 * thread.
 *
 * CSV: one header; one row per common cell, then per refused cell (verdict refused), then per cell
 * that only one side has (missing-a: not in the base, missing-b: not in the other). Ratios are of
 * the other's time over the base's. What does not apply to a row is "off", what cannot be told is
 * "unknown". JSON: one object; what cannot be told is null.
 */
#ifndef BENCH_REPORT_COMPARE_EXPORT_H
#define BENCH_REPORT_COMPARE_EXPORT_H

#include <stdio.h>

#include "bench/report/compare.h"
#include "bench/report/compare_order.h"

/* `rules`: those that the cells were judged by. Both return 0, -ENOMEM or -EIO. */
int compare_export_csv(FILE *out, const struct comparison *list, size_t count,
                       enum compare_sort sort);
int compare_export_json(FILE *out, const struct comparison *list, size_t count,
                        enum compare_sort sort, const struct judge_rules *rules);

#endif
