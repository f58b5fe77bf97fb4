/*
 * robust.h - what is odd about a series of samples, by means that the odd ones
 * cannot move: no I/O, no globals, any thread. Values are finite; no function changes its input.
 */
#ifndef BENCH_STATS_ROBUST_H
#define BENCH_STATS_ROBUST_H

#include <stddef.h>

struct fences {
    double lo, hi;
};

/* Tukey's fences (Exploratory Data Analysis, 1977): q1 - factor IQR and
 * q3 + factor IQR, by the quartiles of stats_quantile; factor 3 is "far out". Fewer than four
 * values, or no memory: -inf and inf. */
struct fences stats_fences(const double *values, size_t n, double factor);

/* How many values lie outside the fences; *low below and *high above them, each may be NULL. */
size_t stats_outliers(const double *values, size_t n, double factor, size_t *low, size_t *high);

/* The values, taken in time order, drift by this much per step, relative to the magnitude of
 * their median (0.001 = 0.1% per repetition): the median of the slopes of all pairs (Theil
 * 1950, Sen 1968). *p, which may be NULL, is the two-sided p of Mann-Kendall's test of a
 * trend (Mann 1945, Kendall 1975), with S the sum of the signs of x_j - x_i over i < j and t the
 * sizes of the groups of ties:
 *   z = (|S| - 1) / sqrt((n(n - 1)(2n + 5) - sum(t(t - 1)(2t + 5))) / 18).
 * Both look at all pairs, so that of more than 500 values only every k-th is taken, with k the
 * smallest that leaves at most 500; the slope stays one per step of the whole series.
 * Fewer than four values, a median of 0, or no memory: slope 0. Fewer than four values, all
 * equal: p 1. */
double stats_trend(const double *values, size_t n, double *p);

#endif
