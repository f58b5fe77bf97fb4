#include "bench/report/dots.h"

#include <math.h>

static double dots_figure(const struct dots *dots, const struct timing *row)
{
    return cells_measured(row) ? dots->figure(row) : (double)NAN;
}

void dots_of(struct dots *dots, const struct cell_figures *cell, cells_row_figure *figure)
{
    double low = INFINITY, high = -INFINITY;
    size_t count = 0;
    *dots = (struct dots){.figure = figure};
    for (size_t i = 0; i < cell->row_count; i++) {
        const double one = dots_figure(dots, cell->rows[i]);
        count += isnan(one) ? 0 : 1;
        if (one < low) {
            low = one;
            dots->lowest = i;
        }
        if (one > high) {
            high = one;
            dots->highest = i;
        }
    }
    dots->step = count > DOTS_MOST ? (count + DOTS_MOST - 1) / DOTS_MOST : 1;
}

double dots_next(const struct dots *dots, const struct cell_figures *cell, size_t row, size_t *seen)
{
    const double one = dots_figure(dots, cell->rows[row]);
    if (isnan(one))
        return one;
    const bool shown = (*seen)++ % dots->step == 0 || row == dots->lowest || row == dots->highest;
    return shown ? one : (double)NAN;
}

const char *dots_note(const struct cell_group *group)
{
    for (size_t c = 0; c < group->count; c++)
        if (group->cells[c].runs > DOTS_MOST)
            return "dots: 200 at the most of a cell's runs; ";
    return "";
}
