/*
 * requests.h - what the measured repetitions of a cell say of its requests: how many a second, at
 * what CPU time each, after how long.
 *
 * A request is what a workload serves (tcp) or, where tasks arrive at a rate, a task. Everything is
 * the median over repetitions (over invocations of their medians, where there are several) of what
 * was found in each. Pure, any thread.
 */
#ifndef BENCH_REPORT_REQUESTS_H
#define BENCH_REPORT_REQUESTS_H

#include "bench/report/cells.h"

/* Share of the rate that was asked for, below which it was not kept. */
#define REQUESTS_KEPT 0.99

/* Share of the wall time, from which on a workload's other side was too busy to ask for more. */
#define REQUESTS_BUSY 0.90

struct request_figures {             /* NaN where unknown */
    size_t runs;                     /* measured rows with requests */
    uint64_t least, most;            /* requests of one of them */
    double per_second;               /* over the wall time */
    double cpu_ns;                   /* requests_cpu() */
    struct interval cpu_range;       /* 95%, exact */
    double p50, p90, p99, p999, max; /* ns */
    double queue_p50, queue_p99, service_p50, service_p99;
    double companion; /* CPU time of the other side over the wall time */
    double achieved;  /* arrivals a second that were served; NaN in a closed loop */
    bool kept;        /* true in a closed loop */
};

/* Whether any measured row of the group has requests. */
bool requests_any(const struct cell_group *group);

void requests_of(struct request_figures *figures, const struct cell_figures *cell);

/* CPU time of a request, in ns; of a task where the row has no requests. */
double requests_cpu(const struct timing *row);

/* Median of a figure over the cell's measured rows as the wall time's is taken, with its 95%
 * interval (may be NULL). */
double requests_median(const struct cell_figures *cell, cells_row_figure *figure,
                       struct interval *range);

/* "73,700", "12.3": a count or a rate for people. Returns `text`. */
char *requests_number(char *text, size_t size, double value);

/* ", 50,000/s" or ", 50,000/s poisson" of an open loop, else nothing. Returns `text`. */
char *requests_rate(char *text, size_t size, const struct timing *work);

#endif
