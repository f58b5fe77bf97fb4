#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/stats.h"

double stats_median(const double *values, size_t n)
{
    double *copy = n > 0 ? calloc(n, sizeof *copy) : NULL;
    if (!copy)
        return NAN;
    memcpy(copy, values, n * sizeof *copy);
    double median = gsl_stats_median(copy, 1, n); /* selects, which a sort of all would outweigh */
    free(copy);
    return median;
}
