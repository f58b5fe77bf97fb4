#include "bench/stats/rank_tests.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/null_ranks.h"
#include "bench/stats/sorted.h"

/* What the tests need to know of two samples ranked together. */
struct ranking {
    double pairs; /* how many pairs have the value of a above that of b, ties counting half */
    double ties;  /* sum of t^3 - t */
};

/* How many of the values from `at` on equal `value`. */
static size_t run_of(const double *sorted, size_t n, size_t at, double value)
{
    size_t end = at;
    while (end < n && sorted[end] <= value)
        end++;
    return end - at;
}

static struct ranking rank_together(const double *a, size_t m, const double *b, size_t n)
{
    struct ranking ranking = {0.0, 0.0};
    size_t i = 0, j = 0;
    while (i < m || j < n) {
        double value = j == n || (i < m && a[i] < b[j]) ? a[i] : b[j];
        size_t in_a = run_of(a, m, i, value), in_b = run_of(b, n, j, value);
        double t = (double)(in_a + in_b);
        ranking.pairs += (double)in_a * ((double)j + (double)in_b / 2.0);
        ranking.ties += t * t * t - t;
        i += in_a;
        j += in_b;
    }
    return ranking;
}

/* Two-sided p of a statistic that lies `distance` from its mean and moves in steps whose
 * half is the continuity correction. */
static double normal_p(double distance, double variance)
{
    if (!(variance > 0.0))
        return 1.0;
    return fmin(1.0, 2.0 * gsl_cdf_ugaussian_Q((fabs(distance) - 0.5) / sqrt(variance)));
}

/* P(statistic <= most), and lets go of the chances. NaN without any. */
static double tail_of(double *chances, size_t most)
{
    double tail = 0.0;
    for (size_t s = 0; chances && s <= most; s++)
        tail += chances[s];
    if (!chances)
        return NAN;
    free(chances);
    return tail;
}

static double mann_whitney_p(const struct ranking *ranking, size_t m, size_t n)
{
    double size_a = (double)m, size_b = (double)n, size = size_a + size_b;
    double all = size_a * size_b, away = ranking->pairs - all / 2.0;
    if (ranking->ties <= 0.0 && m <= NULL_RANKS_MOST && n <= NULL_RANKS_MOST) {
        size_t least = (size_t)fmin(ranking->pairs, all - ranking->pairs);
        return fmin(1.0, 2.0 * tail_of(null_mann_whitney(m, n, least), least));
    }
    double spread = size + 1.0 - ranking->ties / (size * (size - 1.0));
    return normal_p(away, all / 12.0 * spread);
}

double stats_mann_whitney(const double *a, size_t m, const double *b, size_t n)
{
    double *sorted_a = sorted_copy(a, m), *sorted_b = sorted_copy(b, n);
    double p = NAN;
    if (sorted_a && sorted_b) {
        struct ranking ranking = rank_together(sorted_a, m, sorted_b, n);
        p = mann_whitney_p(&ranking, m, n);
    }
    free(sorted_b);
    free(sorted_a);
    return p;
}

static double signed_rank_p(const struct ranking *ranking, size_t positive, size_t negative)
{
    size_t count = positive + negative;
    double n = (double)count, all = n * (n + 1.0) / 2.0;
    /* A rank is one more than the values below: those of the other sign are the pairs won. */
    double sum = ranking->pairs + (double)positive * ((double)positive + 1.0) / 2.0;
    if (ranking->ties <= 0.0 && count <= NULL_RANKS_MOST) {
        size_t least = (size_t)fmin(sum, all - sum);
        return fmin(1.0, 2.0 * tail_of(null_signed_rank(count, least), least));
    }
    double variance = (n * (n + 1.0) * (2.0 * n + 1.0) - ranking->ties / 2.0) / 24.0;
    return normal_p(sum - all / 2.0, variance);
}

double stats_signed_rank(const double *differences, size_t n)
{
    double *magnitudes = n > 0 ? calloc(n, sizeof *magnitudes) : NULL;
    if (!magnitudes)
        return NAN;
    size_t positive = 0, negative = 0;
    for (size_t i = 0; i < n; i++) {
        if (differences[i] > 0.0)
            magnitudes[positive++] = differences[i];
        else if (differences[i] < 0.0)
            magnitudes[n - ++negative] = -differences[i];
    }
    double p = 1.0;
    if (positive + negative > 0) {
        double *below_zero = magnitudes + (n - negative);
        gsl_sort(magnitudes, 1, positive);
        gsl_sort(below_zero, 1, negative);
        struct ranking ranking = rank_together(magnitudes, positive, below_zero, negative);
        p = signed_rank_p(&ranking, positive, negative);
    }
    free(magnitudes);
    return p;
}

double stats_mann_whitney_least(size_t m, size_t n)
{
    size_t few = m < n ? m : n, many = m < n ? n : m;
    double p = 2.0;
    for (size_t i = 1; i <= few && p > 0.0; i++)
        p *= (double)i / (double)(many + i);
    return fmin(1.0, p);
}

double stats_signed_rank_least(size_t n)
{
    return fmin(1.0, exp2(1.0 - (double)n));
}

static void bonferroni(double *p, size_t n, size_t counted)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            p[i] = fmin(1.0, (double)counted * p[i]);
}

struct tested {
    double p;
    size_t at;
};

static int by_p(const void *left, const void *right)
{
    double a = ((const struct tested *)left)->p, b = ((const struct tested *)right)->p;
    return (a > b) - (a < b);
}

void stats_holm(double *p, size_t n)
{
    struct tested *order = n > 0 ? calloc(n, sizeof *order) : NULL;
    size_t counted = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i]))
            continue;
        if (order)
            order[counted] = (struct tested){p[i], i};
        counted++;
    }
    if (!order) {
        bonferroni(p, n, counted);
        return;
    }
    qsort(order, counted, sizeof *order, by_p);
    double highest = 0.0;
    for (size_t i = 0; i < counted; i++) {
        highest = fmax(highest, fmin(1.0, (double)(counted - i) * order[i].p));
        p[order[i].at] = highest;
    }
    free(order);
}
