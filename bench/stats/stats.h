/*
 * stats.h - pure functions of samples: no I/O, no globals, any thread.
 *
 * Samples are finite doubles in any order; no function changes its input. A
 * function that sorts needs memory for a copy; where there is none it answers
 * as for n = 0.
 */
#ifndef BENCH_STATS_STATS_H
#define BENCH_STATS_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Median (mean of the middle two for even n). n = 0: NaN. */
double stats_median(const double *values, size_t n);

/* Quantile p (brought into [0,1]), type 7 of Hyndman and Fan, "Sample quantiles in
 * statistical packages" (1996), as R's default: with h = (n - 1) p and x sorted from
 * x_0, x_floor(h) + (h - floor(h)) (x_floor(h)+1 - x_floor(h)). n = 0: NaN. */
double stats_quantile(const double *values, size_t n, double p);

/* stats_quantile of values that are in ascending order already; needs no memory. */
double stats_sorted_quantile(const double *sorted, size_t n, double p);

/* A two-sided interval; lo > hi never. */
struct interval {
    double lo, hi;
    bool exists; /* false: there is no such interval for so few samples; lo = hi = 0 */
};

/* Distribution-free interval of the median from order statistics: the
 * narrowest symmetric pair (x_(k), x_(n+1-k)) whose exact binomial coverage is at least
 * `level`, e.g. 0.95 (David and Nagaraja, Order Statistics, 2003, 7.1).
 * Does not exist for n < 6 at 0.95. */
struct interval stats_median_interval(const double *values, size_t n, double level);

/* The larger half of that interval, as a share of the median: how well it is known. INFINITY where
 * there is no interval. */
double stats_median_width(const double *values, size_t n, double level);

/* The same of values that are in ascending order already; needs no memory. */
double stats_sorted_median_width(const double *sorted, size_t n, double level);

/* The exact coverage of the above: 1 - 2 P(Bin(n, 1/2) <= k-1); k from 1. 0 where
 * x_(k) is not below x_(n+1-k). Right to 1e-12, the tolerance with which the level is compared. */
double stats_order_coverage(size_t n, size_t k);

#endif
