/*
 * report_page.h - the parts of the page that `bench report` writes, in their order. Each writes to
 * `out`; what it tells comes from the result files alone. Write errors show in ferror().
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_REPORT_REPORT_PAGE_H
#define BENCH_REPORT_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/report/chart.h"
#include "bench/report/drawing.h"
#include "bench/results/claims.h"
#include "bench/util/error.h"

struct report_run {
    struct compared_run *run;
    struct claim_row *claims; /* of a suite; else none */
    size_t claim_count;
};

/* One workload of the run: its groups, as a table by themselves, and what its charts are drawn
 * from. */
struct report_part {
    struct cell_table table;
    struct chart_data data;
};

/* The charts of the page: what compares runs, then workload by workload. */
struct report_charts {
    struct drawing *list;
    size_t count;
};

/* A program that draws. */
struct report_drawer {
    char *path; /* NULL: there is none */
    struct error why;
};

/* Who won what, in a sentence each. */
void report_verdicts(FILE *out, const struct cell_table *table);

/* The runs beside the first one, as bench compare judges them. 0 or -ENOMEM. */
int report_comparisons(FILE *out, const struct comparison *list, size_t count);

/* The run's workloads, in the order of its table, which must outlive them. The caller frees them,
 * without more. 0 or -ENOMEM. */
int report_parts(struct report_part **parts, size_t *count, const struct chart_data *all);

/* A workload: for each of its pieces of work sentences and tables of its cells, and then its
 * charts. `precision`: that was asked for, 0: none. 0 or -ENOMEM. */
int report_work(FILE *out, const struct report_part *part, const struct report_charts *charts,
                double precision);

/* "27 claims were tested: 25 hold, 2 could not be decided", and all of them in a table. */
void report_claims_verdict(FILE *out, const struct report_run *run);
int report_claims(FILE *out, const struct report_run *run); /* 0 or -ENOMEM */

/* Every chart that can be drawn, from all of the data what compares runs, from each workload's the
 * rest; to be given to drawing_all() and drawing_free(). 0 or -ENOMEM. */
int report_charts_gather(struct report_charts *chosen, const struct chart_data *all,
                         const struct report_part *parts, size_t count);

/* Those that were drawn from these data. */
bool report_charts_any(const struct report_charts *chosen, const struct chart_data *data);
void report_charts(FILE *out, const struct report_charts *chosen, const struct chart_data *data);

/* Which charts no workload can carry, and why. */
void report_charts_left_out(FILE *out, const struct chart_data *all);

/* Facts and drawing of a run's machine, conditions and warnings, and the command to do it again.
 * `alone`: it is the only run. 0 or -ENOMEM. */
int report_machine(FILE *out, const struct compared_run *run, bool alone,
                   const struct report_drawer *lstopo);

/* The machine of topology.xml in the folder, drawn and in words, or in a sentence why it is not. */
void report_topology(FILE *out, const struct compared_run *run, const struct report_drawer *lstopo);

/* What the figures mean. */
void report_reading(FILE *out);

#endif
