#include "bench/stats/hodges_lehmann.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/null_ranks.h"
#include "bench/stats/sorted.h"

/* The means or differences of pairs, which are too many to be written down. */
struct pairs {
    const double *a, *b; /* sorted */
    size_t m, n;
    uint64_t (*at_most)(const struct pairs *pairs, double value); /* how many are */
    double least, most;
    uint64_t count;
};

/* Both counts walk along the border between the pairs that are at most `value`
 * and those that are not: a step to the next a moves the border one way only.
 */
static uint64_t means_at_most(const struct pairs *pairs, double value)
{
    const double *x = pairs->a;
    uint64_t count = 0;
    size_t end = pairs->m;
    for (size_t i = 0; i < end; i++) {
        while (end > i && x[i] / 2 + x[end - 1] / 2 > value)
            end--;
        count += end - i;
    }
    return count;
}

static uint64_t differences_at_most(const struct pairs *pairs, double value)
{
    uint64_t count = 0;
    size_t end = 0;
    for (size_t i = 0; i < pairs->m; i++) {
        while (end < pairs->n && pairs->b[end] - pairs->a[i] <= value)
            end++;
        count += end;
    }
    return count;
}

/* Doubles as integers in the same order, so that a bisection ends at the very
 * value. */
static uint64_t ordered(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double from_ordered(uint64_t order)
{
    const uint64_t bits = order >> 63 ? order & ~(UINT64_C(1) << 63) : ~order;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The k-th smallest, k from 1. */
static double pairs_at(const struct pairs *pairs, uint64_t k)
{
    uint64_t low = ordered(pairs->least), high = ordered(pairs->most);
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (pairs->at_most(pairs, from_ordered(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return from_ordered(low);
}

/* `k`: how many of the outermost pairs the interval leaves out on either side,
 * and one; 0: it does not exist. */
static struct location pairs_locate(const struct pairs *pairs, uint64_t k)
{
    const double low = pairs_at(pairs, (pairs->count + 1) / 2);
    const double high = pairs_at(pairs, pairs->count / 2 + 1);
    struct location location = {low + (high - low) / 2, {0, 0, false}};
    if (k > 0)
        location.interval =
            (struct interval){pairs_at(pairs, k), pairs_at(pairs, pairs->count + 1 - k), true};
    return location;
}

/* --- how many pairs may be left out --- */

/* The largest k with P(statistic < k) <= tail; lets go of the chances. 0 without any: then no
 * interval exists. */
static uint64_t largest(double *chances, size_t most, double tail)
{
    uint64_t k = 0;
    double sum = chances ? chances[0] : 1;
    while (sum <= tail && k < most)
        sum += chances[++k];
    free(chances);
    return k;
}

static uint64_t normal_largest(double mean, double variance, double tail)
{
    return (uint64_t)fmax(0, floor(mean + 0.5 + gsl_cdf_ugaussian_Pinv(tail) * sqrt(variance)));
}

static uint64_t signed_rank_largest(size_t count, double tail)
{
    const double n = (double)count;
    const size_t most = count * (count + 1) / 2;
    if (count > NULL_RANKS_MOST)
        return normal_largest(n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24, tail);
    return largest(null_signed_rank(count, most), most, tail);
}

static uint64_t mann_whitney_largest(size_t m, size_t n, double tail)
{
    const double size_a = (double)m, size_b = (double)n;
    if (m > NULL_RANKS_MOST || n > NULL_RANKS_MOST)
        return normal_largest(size_a * size_b / 2, size_a * size_b * (size_a + size_b + 1) / 12,
                              tail);
    return largest(null_mann_whitney(m, n, m * n), m * n, tail);
}

/* --- */

struct location stats_pseudo_median(const double *values, size_t n, double level)
{
    struct location location = {NAN, {0, 0, false}};
    double *sorted = sorted_copy(values, n);
    if (sorted) {
        const uint64_t count = (uint64_t)n * (n + 1) / 2;
        const struct pairs pairs = {.a = sorted,
                                    .m = n,
                                    .at_most = means_at_most,
                                    .least = sorted[0],
                                    .most = sorted[n - 1],
                                    .count = count};
        location = pairs_locate(&pairs, signed_rank_largest(n, (1 - level) / 2));
    }
    free(sorted);
    return location;
}

struct location stats_shift(const double *a, size_t m, const double *b, size_t n, double level)
{
    struct location location = {NAN, {0, 0, false}};
    double *sorted_a = sorted_copy(a, m), *sorted_b = sorted_copy(b, n);
    if (sorted_a && sorted_b) {
        const struct pairs pairs = {.a = sorted_a,
                                    .b = sorted_b,
                                    .m = m,
                                    .n = n,
                                    .at_most = differences_at_most,
                                    .least = sorted_b[0] - sorted_a[m - 1],
                                    .most = sorted_b[n - 1] - sorted_a[0],
                                    .count = (uint64_t)m * n};
        location = pairs_locate(&pairs, mann_whitney_largest(m, n, (1 - level) / 2));
    }
    free(sorted_b);
    free(sorted_a);
    return location;
}
