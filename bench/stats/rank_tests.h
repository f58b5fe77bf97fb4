/*
 * rank_tests.h - tests by ranks, which ask nothing of how the samples are
 * distributed: no I/O, no globals, any thread.
 *
 * Samples are finite doubles in any order; no function changes its input
 * (except stats_holm). Without memory for a sorted copy a test answers NaN.
 */
#ifndef BENCH_STATS_RANK_TESTS_H
#define BENCH_STATS_RANK_TESTS_H

#include <stddef.h>

/* Two-sided p of the Mann-Whitney U test (Mann and Whitney 1947), at most 1. Exact for
 * untied samples with m <= 50 and n <= 50; otherwise the normal approximation, with
 * N = m + n, t the sizes of the groups of ties and a continuity correction of 1/2:
 *   z = (|U - mn/2| - 1/2) / sqrt(mn/12 (N + 1 - sum(t^3 - t) / (N (N - 1)))).
 * All values equal: 1. m = 0 or n = 0: NaN. */
double stats_mann_whitney(const double *a, size_t m, const double *b, size_t n);

/* Two-sided p of Wilcoxon's signed-rank test (Wilcoxon 1945), at most 1. Zeros are
 * dropped, as Wilcoxon did; below, n counts those that are left. Exact for
 * n <= 50 without ties among the magnitudes; otherwise
 *   z = (|W - n(n + 1)/4| - 1/2) / sqrt((n(n + 1)(2n + 1) - sum(t^3 - t)/2) / 24).
 * Zeros only: 1. n = 0: NaN. */
double stats_signed_rank(const double *differences, size_t n);

/* The smallest two-sided p that samples of such sizes can give in the exact tests:
 * 2/choose(m + n, m) and 2/2^n, at most 1. Says from how many runs on a test can see anything. */
double stats_mann_whitney_least(size_t m, size_t n);
double stats_signed_rank_least(size_t n);

/* Replaces p-values by their Holm-adjusted ones (Holm, "A simple sequentially rejective
 * multiple test procedure", 1979): with k values p_(1) <= ... <= p_(k), the i-th becomes the
 * largest of min(1, (k + 1 - j) p_(j)) over j <= i. NaN is left, and does not count in k.
 * Without memory: k p_i, at most 1 (Bonferroni), which is never below Holm's. */
void stats_holm(double *p, size_t n);

#endif
