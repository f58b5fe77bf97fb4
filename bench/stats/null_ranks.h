/*
 * null_ranks.h - how the statistics of the rank tests are distributed where there is no difference:
 * exact, for untied values. What the tests and the estimates that belong to them share, so that
 * they cannot disagree. Pure, any thread.
 *
 * Chances rather than counts, which would pass 2^53.
 */
#ifndef BENCH_STATS_NULL_RANKS_H
#define BENCH_STATS_NULL_RANKS_H

#include <stddef.h>

/* Above so many values a side the normal distribution serves. */
enum { NULL_RANKS_MOST = 50 };

/* Both: chances[s] is that of the statistic being s, for s up to `most`, which may not pass the
 * largest there is. malloc'ed; NULL without memory. */

/* The sum of the ranks of the positive ones of n values; the largest is n(n + 1)/2. */
double *null_signed_rank(size_t n, size_t most);

/* Pairs of m and n values in which the one of the m is above; the largest is mn. */
double *null_mann_whitney(size_t m, size_t n, size_t most);

#endif
