/*
 * charts.h - the table of all charts. Any thread.
 */
#ifndef BENCH_REPORT_CHARTS_H
#define BENCH_REPORT_CHARTS_H

#include "bench/report/chart.h"

enum { CHARTS_COUNT = 10 };

/* In the order in which they are drawn and shown. */
extern const struct chart *const charts[CHARTS_COUNT];

/* Their names, NULL at the end. */
extern const char *const charts_names[CHARTS_COUNT + 1];

/* NULL where the chart can be drawn from these data; otherwise why not. */
const char *charts_missing(const struct chart *chart, const struct chart_data *data);

#endif
