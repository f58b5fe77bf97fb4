/*
 * plot.h - `bench plot DIR...`: charts of a result folder, by gnuplot, from its
 * CSV files alone.
 */
#ifndef BENCH_REPORT_PLOT_H
#define BENCH_REPORT_PLOT_H

#include "bench/util/error.h"

/* Reads folder/timings.csv, writes the derived CSV files that the gnuplot
 * scripts read and the SVG and PNG pictures into folder/charts/. `notes` is called with a
 * line for each chart made or not made and why (may be NULL).
 * 0; -ENOENT with the package to install where there is no gnuplot; -EINVAL for
 * unreadable results (FILE:LINE:COLUMN); -errno. */
int plot_folder(const char *folder, void (*notes)(const char *line), struct error *err);

#endif
