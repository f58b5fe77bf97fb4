#include "bench/report/observed.h"

#include <math.h>

#include "bench/report/requests.h"

static double row_lost(const struct timing *row)
{
    return cells_figure(row->lost_updates);
}

static double row_inside(const struct timing *row)
{
    return cells_figure(row->peak_inside);
}

static double row_visible(const struct timing *row)
{
    return cells_figure(row->visible_writes);
}

static double row_spread(const struct timing *row)
{
    return cells_figure(row->wake_spread_ns);
}

static cells_row_figure *const row_figures[OBSERVED_KINDS] = {
    [OBSERVED_LOST] = row_lost,
    [OBSERVED_INSIDE] = row_inside,
    [OBSERVED_VISIBLE] = row_visible,
    [OBSERVED_SPREAD] = row_spread,
};

void observed_of(struct observed_figure figures[OBSERVED_KINDS], const struct cell_figures *cell)
{
    for (size_t kind = 0; kind < OBSERVED_KINDS; kind++) {
        struct observed_figure *figure = &figures[kind];
        *figure = (struct observed_figure){.low = NAN, .high = NAN};
        for (size_t i = 0; i < cell->row_count; i++) {
            const double value = row_figures[kind](cell->rows[i]);
            if (!cells_measured(cell->rows[i]) || isnan(value))
                continue;
            figure->runs++;
            figure->above += value > 0;
            figure->low = fmin(figure->low, value);
            figure->high = fmax(figure->high, value);
        }
        figure->median = requests_median(cell, row_figures[kind], NULL);
    }
}

bool observed_any(const struct cell_group *group, enum observed_kind kind)
{
    for (size_t i = 0; i < group->count; i++) {
        struct observed_figure figures[OBSERVED_KINDS];
        observed_of(figures, &group->cells[i]);
        if (figures[kind].runs > 0)
            return true;
    }
    return false;
}
