/*
 * chart_lines.h - the legend of a chart of lines: a name has the same number, and so the same
 * colour, in all of its panels. One thread at a time.
 */
#ifndef BENCH_REPORT_CHART_LINES_H
#define BENCH_REPORT_CHART_LINES_H

#include "bench/report/chart.h"
#include "bench/report/verdict.h"

struct chart_lines {
    char names[CHART_LINES][VERDICT_NAME]; /* safe for a derived CSV */
    size_t count;
};

/* The number of the line with this name, from 1, a new one being added; 0 where there is no room
 * for it. */
size_t chart_lines_named(struct chart_lines *lines, const char *name);

/* The same by a cell's name (verdict_name). */
size_t chart_lines_number(struct chart_lines *lines, const struct cell_group *group,
                          const struct cell_figures *cell);

const char *chart_lines_name(const struct chart_lines *lines, size_t number);

#endif
