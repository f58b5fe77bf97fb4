/*
 * compare_print.h - comparisons for people: on a terminal or as GitHub Markdown.
 */
#ifndef BENCH_REPORT_COMPARE_PRINT_H
#define BENCH_REPORT_COMPARE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/report/compare.h"
#include "bench/report/compare_order.h"
#include "bench/report/page.h"

/* CSV and JSON are compare_export.h's. */
enum compare_format { COMPARE_TABLE, COMPARE_MARKDOWN, COMPARE_CSV, COMPARE_JSON };
extern const char *const compare_format_names[]; /* as options name them; NULL past the end */

/* `format` COMPARE_TABLE or COMPARE_MARKDOWN; `rules`: those that the cells were judged by; bold
 * only where `colour`. 0, -ENOMEM or -EIO. Any thread. */
int compare_print(FILE *out, const struct comparison *list, size_t count,
                  enum compare_format format, enum compare_sort sort,
                  const struct judge_rules *rules, bool colour);

/* The same on a page of any form. 0 or -ENOMEM. */
int compare_print_on(const struct page *page, const struct comparison *list, size_t count,
                     enum compare_sort sort, const struct judge_rules *rules);

#endif
