/*
 * map.h - `bench suite crossover`: which mode wins at which share of waiting with how many workers.
 */
#ifndef BENCH_SUITE_MAP_H
#define BENCH_SUITE_MAP_H

#include <stdio.h>

#include "bench/suite/asked.h"

/* Runs the workload `mixed` over both, and tells of it by a map on standard output, the chart
 * `crossover` and the usual files. The exit status, or -EINVAL or -errno. */
int map_suite(const struct suite_asked *asked, int count, char **arguments, struct error *err);

/* What it runs, as command lines of bench. 0 or -EIO. */
int map_list(FILE *out, bool full);

#endif
