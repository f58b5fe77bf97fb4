/*
 * chart_print.h - the text form of charts, from the same derived CSV as the picture, so that both
 * show the same figures. Thread rules: any thread.
 */
#ifndef BENCH_REPORT_CHART_PRINT_H
#define BENCH_REPORT_CHART_PRINT_H

#include "bench/report/chart.h"

typedef int chart_write(FILE *out, const struct chart_data *data);

/* Charts of bars (columns as wall.csv): each group's heading, a bar for each cell that has a place,
 * with its label and its ratio; then `legend`, how to read the marks. 0 or -errno. */
int chart_print_bars(FILE *out, chart_write *write, const struct chart_data *data, size_t width,
                     const char *legend);

/* Charts of lines (columns as speedup.csv): each group's heading, a bar for each point, named by
 * its line and workers, with its efficiency; then the texts; then `legend`. 0 or -errno. */
int chart_print_points(FILE *out, chart_write *write, const struct chart_data *data, size_t width,
                       const char *legend);

#endif
