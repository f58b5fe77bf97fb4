/*
 * cells_internal.h - the steps of cells_gather(). For cells*.c only.
 */
#ifndef BENCH_REPORT_CELLS_INTERNAL_H
#define BENCH_REPORT_CELLS_INTERNAL_H

#include "bench/report/cells.h"

/* The figures of the cell's own rows. `walls`, `samples`, `scratch`: room for as many as it has
 * rows; the first two become the cell's. */
void cells_measure(struct cell_figures *cell, double *walls, struct samples *samples,
                   double *scratch);

/* Speed-up and ideal; `serial` may be NULL. */
void cells_set_against(struct cell_figures *cell, const struct cell_figures *serial);

/* Who leads the group, and against whom. `scratch`: room for as many as the group has rows. */
int cells_judge(struct cell_group *group, double *scratch);

#endif
