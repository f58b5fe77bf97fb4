/*
 * twins_internal.h - what the files twins*.c share. For these only.
 */
#ifndef BENCH_SUITE_TWINS_INTERNAL_H
#define BENCH_SUITE_TWINS_INTERNAL_H

#include "bench/suite/finding.h"
#include "bench/suite/twins.h"

/* In twin_scenes. */
enum { SCENE_CPU, SCENE_BESIDE, SCENE_CPU_POOLS, SCENE_WAITING, SCENE_POOLS, SCENE_TICKETS };

enum { TEXT_CELL = 48 };

/* A figure of a row, in ns; NaN where unknown. */
typedef double python_figure(const struct python_row *row);
double twins_wall(const struct python_row *row);
double twins_lateness(const struct python_row *row);

/* Logs of a figure or, where `base` is not NULL, of its ratio to the base's in the same block;
 * malloc'ed. NULL without memory, and where there is no cell; then *count is 0. */
double *twins_python_logs(const struct python *python, const char *shape, const char *mode,
                          const char *base, python_figure *figure, size_t *count);
double *twins_bench_logs(const struct cell_figures *cell, const struct cell_figures *base,
                         cells_row_figure *figure, size_t *count);

/* What either side lacks, a line each; `ours` has looked for its cells. */
void twins_print_missing(FILE *out, const struct python *python, const struct finding *ours);

#endif
