#include "bench/stats/robust.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/sorted.h"
#include "bench/stats/stats.h"

/* All pairs of so many values are 125,000: a few milliseconds. */
enum { TREND_MOST = 500, TREND_LEAST = 4, FENCES_LEAST = 4 };

struct fences stats_fences(const double *values, size_t n, double factor)
{
    struct fences fences = {-INFINITY, INFINITY};
    double *sorted = n >= FENCES_LEAST ? sorted_copy(values, n) : NULL;
    if (!sorted)
        return fences;
    double q1 = stats_sorted_quantile(sorted, n, 0.25);
    double q3 = stats_sorted_quantile(sorted, n, 0.75);
    free(sorted);
    return (struct fences){q1 - factor * (q3 - q1), q3 + factor * (q3 - q1)};
}

size_t stats_outliers(const double *values, size_t n, double factor, size_t *low, size_t *high)
{
    struct fences fences = stats_fences(values, n, factor);
    size_t below = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        below += values[i] < fences.lo;
        above += values[i] > fences.hi;
    }
    if (low)
        *low = below;
    if (high)
        *high = above;
    return below + above;
}

/* Every step-th value of a series. */
struct thinned {
    const double *values;
    size_t step;
    size_t n;
};

static struct thinned thin(const double *values, size_t n)
{
    size_t step = (n + TREND_MOST - 1) / TREND_MOST;
    return (struct thinned){values, step, (n + step - 1) / step};
}

static double thinned_at(const struct thinned *series, size_t i)
{
    return series->values[i * series->step];
}

/* Per step of the whole series. NaN without memory. */
static double median_slope(const struct thinned *series)
{
    size_t pairs = 0;
    double *slopes = calloc(series->n * (series->n - 1) / 2, sizeof *slopes);
    if (!slopes)
        return NAN;
    for (size_t i = 0; i < series->n; i++)
        for (size_t j = i + 1; j < series->n; j++)
            slopes[pairs++] =
                (thinned_at(series, j) - thinned_at(series, i)) / (double)((j - i) * series->step);
    double slope = gsl_stats_median(slopes, 1, pairs);
    free(slopes);
    return slope;
}

static double kendall_score(const struct thinned *series)
{
    double score = 0.0;
    for (size_t i = 0; i < series->n; i++)
        for (size_t j = i + 1; j < series->n; j++) {
            double before = thinned_at(series, i), after = thinned_at(series, j);
            score += (double)((after > before) - (after < before));
        }
    return score;
}

/* Sum of t(t - 1)(2t + 5). A value in a group of t ties sees its t equals (itself among them),
 * so that adding up (t - 1)(2t + 5) for each value needs no sorting. */
static double kendall_ties(const struct thinned *series)
{
    double ties = 0.0;
    for (size_t i = 0; i < series->n; i++) {
        double t = 0.0, value = thinned_at(series, i);
        for (size_t j = 0; j < series->n; j++)
            t += thinned_at(series, j) >= value && thinned_at(series, j) <= value;
        ties += (t - 1.0) * (2.0 * t + 5.0);
    }
    return ties;
}

static double kendall_p(const struct thinned *series)
{
    double n = (double)series->n, score = kendall_score(series);
    double variance = (n * (n - 1.0) * (2.0 * n + 5.0) - kendall_ties(series)) / 18.0;
    if (!(variance > 0.0))
        return 1.0;
    return fmin(1.0, 2.0 * gsl_cdf_ugaussian_Q((fabs(score) - 1.0) / sqrt(variance)));
}

double stats_trend(const double *values, size_t n, double *p)
{
    double drift = 0.0, chance = 1.0;
    if (n >= TREND_LEAST) {
        struct thinned series = thin(values, n);
        double slope = median_slope(&series), median = fabs(stats_median(values, n));
        chance = kendall_p(&series);
        if (!isnan(slope) && median > 0.0)
            drift = slope / median;
    }
    if (p)
        *p = chance;
    return drift;
}
