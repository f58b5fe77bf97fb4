/*
 * sorted.h - a sorted copy of the samples, for the functions of stats.h only.
 * Any thread.
 */
#ifndef BENCH_STATS_SORTED_H
#define BENCH_STATS_SORTED_H

#include <stddef.h>

/* In ascending order, malloc'ed; NULL for n = 0 or without memory. */
double *sorted_copy(const double *values, size_t n);

#endif
