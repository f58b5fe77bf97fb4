#include <math.h>
#include <stdlib.h>

#include "bench/stats/sorted.h"
#include "bench/stats/stats.h"

/* GSL's own weighs both neighbours, (1 - d) a + d b, which rounds away from a
 * where a = b; this form never leaves [a, b]. */
static double between(double a, double b, double d)
{
    return fmin(a + d * (b - a), b);
}

double stats_sorted_quantile(const double *sorted, size_t n, double p)
{
    if (n == 0)
        return NAN;
    double h = (double)(n - 1) * fmin(fmax(p, 0.0), 1.0);
    size_t below = (size_t)h;
    if (below + 1 >= n)
        return sorted[n - 1];
    return between(sorted[below], sorted[below + 1], h - (double)below);
}

double stats_quantile(const double *values, size_t n, double p)
{
    double *sorted = sorted_copy(values, n);
    double quantile = stats_sorted_quantile(sorted, sorted ? n : 0, p);
    free(sorted);
    return quantile;
}
