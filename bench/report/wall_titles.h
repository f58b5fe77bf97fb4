/*
 * wall_titles.h - what the titles of the wall chart say was found. "A 1.90x faster than B" is said
 * only where the test sees it. Pure, any thread. Texts are safe for derived CSV files (plain.h).
 */
#ifndef BENCH_REPORT_WALL_TITLES_H
#define BENCH_REPORT_WALL_TITLES_H

#include <stddef.h>

#include "bench/report/cells.h"

/* Of one of the table's groups. The factor against a rival is that of the test (judge.h), block by
 * block; against serial, the speed-up that stands beside the bar. Returns `text`. */
char *wall_heading(char *text, size_t size, const struct cell_table *table,
                   const struct cell_group *group);

/* Of all groups together. Returns `text`. */
char *wall_headline(char *text, size_t size, const struct cell_table *table);

#endif
