/*
 * report_page.h - the parts of the page that `bench report` writes, in their order. Each writes to
 * `out`; what it tells comes from the result files alone. Write errors show in ferror().
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_REPORT_REPORT_PAGE_H
#define BENCH_REPORT_REPORT_PAGE_H

#include <stdio.h>

#include "bench/report/chart.h"
#include "bench/util/error.h"

struct report_run {
    struct compared_run *run;
    struct task_cell *tasks;
    size_t task_cells;
};

/* Who won what, in a sentence each. */
void report_verdicts(FILE *out, const struct cell_table *table);

/* The runs beside the first one, as bench compare judges them. 0 or -ENOMEM. */
int report_comparisons(FILE *out, const struct report_run *runs, size_t count);

/* A section for each piece of work: sentences, and a table of its cells. 0 or -ENOMEM. */
int report_work(FILE *out, const struct cell_table *table);

/* Every chart that the data can carry, and why the others are left out. `gnuplot` NULL: none, and
 * `missing` says why. 0 or -errno. */
int report_charts(FILE *out, const struct chart_data *data, const char *gnuplot,
                  const char *missing, struct error *err);

/* Facts, conditions and warnings, and the command to do it again. 0 or -ENOMEM. */
int report_machine(FILE *out, const struct chart_data *data);

/* What the figures mean. */
void report_reading(FILE *out);

#endif
