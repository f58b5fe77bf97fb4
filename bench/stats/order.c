#include <gsl/gsl_cdf.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/sorted.h"
#include "bench/stats/stats.h"

/* Above the rounding of the incomplete beta function behind the binomial, so
 * that a level that is met exactly (0.75, say) counts as met. */
static const double tolerance = 1e-12;

double stats_order_coverage(size_t n, size_t k)
{
    if (k < 1 || n > UINT_MAX || k > n / 2)
        return 0.0;
    return 1.0 - 2.0 * gsl_cdf_binomial_P((unsigned)(k - 1), 0.5, (unsigned)n);
}

/* The largest k whose coverage reaches the level, or 0: coverage falls as k grows. */
static size_t order_narrowest(size_t n, double level)
{
    size_t reaches = 0, fails = n / 2 + 1;
    while (fails - reaches > 1) {
        size_t k = reaches + (fails - reaches) / 2;
        if (stats_order_coverage(n, k) >= level - tolerance)
            reaches = k;
        else
            fails = k;
    }
    return reaches;
}

struct interval stats_median_interval(const double *values, size_t n, double level)
{
    struct interval interval = {0.0, 0.0, false};
    size_t k = order_narrowest(n, level);
    double *sorted = k > 0 ? sorted_copy(values, n) : NULL;
    if (!sorted)
        return interval;
    interval = (struct interval){sorted[k - 1], sorted[n - k], true};
    free(sorted);
    return interval;
}

double stats_sorted_median_width(const double *sorted, size_t n, double level)
{
    const size_t k = order_narrowest(n, level);
    const double median = k > 0 ? stats_sorted_quantile(sorted, n, 0.5) : NAN;
    return k > 0 ? fmax(sorted[n - k] - median, median - sorted[k - 1]) / median : INFINITY;
}

double stats_median_width(const double *values, size_t n, double level)
{
    double *sorted = sorted_copy(values, n);
    const double width = sorted ? stats_sorted_median_width(sorted, n, level) : INFINITY;
    free(sorted);
    return width;
}
