#include "bench/stats/sorted.h"

#include <gsl/gsl_sort.h>
#include <stdlib.h>
#include <string.h>

double *sorted_copy(const double *values, size_t n)
{
    double *sorted = n > 0 ? calloc(n, sizeof *sorted) : NULL;
    if (!sorted)
        return NULL;
    memcpy(sorted, values, n * sizeof *sorted);
    gsl_sort(sorted, 1, n);
    return sorted;
}
