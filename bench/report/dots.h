/*
 * dots.h - which runs of a cell a chart shows as dots. Of very many none could be told from the
 * next, and gnuplot reads each of them dozens of times. Pure, any thread.
 */
#ifndef BENCH_REPORT_DOTS_H
#define BENCH_REPORT_DOTS_H

#include "bench/report/cells.h"

enum { DOTS_MOST = 200 }; /* of a cell, but for its extremes */

struct dots {
    size_t step;            /* every step-th run, in the order of the file, */
    size_t lowest, highest; /* and these rows */
    cells_row_figure *figure;
};

void dots_of(struct dots *dots, const struct cell_figures *cell, cells_row_figure *figure);

/* The figure of a row of the same cell that is shown; NaN of one that is not. To be asked of the
 * rows in turn, `seen` being 0 before the first. */
double dots_next(const struct dots *dots, const struct cell_figures *cell, size_t row,
                 size_t *seen);

/* "dots: 200 at the most of a cell's runs; " where a cell of the group has as many, or "". */
const char *dots_note(const struct cell_group *group);

#endif
