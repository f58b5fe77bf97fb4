#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/sorted.h"
#include "bench/stats/stats.h"

double stats_median(const double *values, size_t n)
{
    double *sorted = sorted_copy(values, n);
    if (!sorted)
        return NAN;
    double median = gsl_stats_median_from_sorted_data(sorted, 1, n);
    free(sorted);
    return median;
}
