/*
 * bootstrap.h - intervals of medians and of their quotients by resampling in
 * two stages: invocations, then the repetitions inside each. No I/O, no globals, any
 * thread; the same arguments give the same interval.
 *
 * Values are finite doubles in any order. An invocation without values does not
 * count. The cost is one sort of the values, then O(invocations) per resample however many
 * values there are.
 */
#ifndef BENCH_STATS_BOOTSTRAP_H
#define BENCH_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "bench/stats/stats.h"

/* The repetitions of one invocation. */
struct samples {
    const double *values;
    size_t n;
};

/* The invocations of one side of a comparison. */
struct clusters {
    const struct samples *invocations;
    size_t count;
};

/* The median of the invocations' medians. No value at all, or no memory: NaN. */
double stats_center(const struct clusters *c);

/* Intervals of stats_center, at `level` (e.g. 0.95), from `resamples` (e.g. 10,000) drawn
 * with the seed. The units that are resampled are the invocations, or the repetitions where
 * there is one invocation; n is their number, on the smaller side.
 *
 * Quantiles of the resamples are taken at Phi(-+ sqrt(n/(n-1)) t), t the
 * (1 + level)/2 quantile of Student's t with n-1 degrees: the expanded percentile interval
 * (Hesterberg, "What Teachers Should Know About the Bootstrap", The American
 * Statistician 69(4), 2015), as the plain one is too narrow for few units.
 *
 * Where a side has 2 to 5 invocations the interval is widened to hold also Student's t interval
 * of the invocations' medians (of their logarithms for the ratio, with the degrees of freedom
 * of Welch and Satterthwaite; a side of one invocation adds no variance): so few cannot show how
 * far they spread.
 *
 * Does not exist where a side has fewer than two units, for resamples = 0, or without memory. */

/* Of stats_center(b) / stats_center(a); the values must be above 0. */
struct interval stats_bootstrap_ratio(const struct clusters *a, const struct clusters *b,
                                      double level, size_t resamples, uint64_t seed);

/* Of stats_center(c); any values. */
struct interval stats_bootstrap_center(const struct clusters *c, double level, size_t resamples,
                                       uint64_t seed);

#endif
