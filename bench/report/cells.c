#include "bench/report/cells.h"

#include <math.h>
#include <string.h>

#include "bench/report/cells_internal.h"

#define CELLS_LEVEL 0.95 /* of the intervals */

double cells_figure(uint64_t figure)
{
    return figure >= FIGURE_OFF ? (double)NAN : (double)figure;
}

bool cells_measured(const struct timing *row)
{
    return row->warmup == 0 && row->status == STATUS_OK;
}

bool cells_open_loop(const struct timing *row)
{
    return cells_figure(row->rate) > 0;
}

static double row_wall(const struct timing *row)
{
    return cells_figure(row->wall_ns);
}
static double row_cpu(const struct timing *row)
{
    return cells_figure(row->user_ns) + cells_figure(row->sys_ns);
}
static double row_cpu_use(const struct timing *row)
{
    /* CPU time is counted until all is reaped, so the time that it is set against is too. */
    const double ns = row_wall(row) + cells_figure(row->join_ns);
    return ns > 0 ? row_cpu(row) / ns : (double)NAN;
}
static double row_longest(const struct timing *row)
{
    return cells_figure(row->longest_task_ns);
}
static double row_spawn(const struct timing *row)
{
    return cells_figure(row->spawn_ns);
}
static double row_ready(const struct timing *row)
{
    return cells_figure(row->ready_ns);
}
static double row_blocked(const struct timing *row)
{
    return cells_figure(row->blocked_ns);
}
static double row_running(const struct timing *row)
{
    return cells_figure(row->running_ns);
}

/* The known values of a figure in the measured rows. */
static size_t cells_values(const struct cell_figures *cell, cells_row_figure *figure,
                           double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < cell->row_count; i++) {
        const double value = cells_measured(cell->rows[i]) ? figure(cell->rows[i]) : (double)NAN;
        if (!isnan(value))
            values[n++] = value;
    }
    return n;
}

static double cells_median(const struct cell_figures *cell, cells_row_figure *figure,
                           double *scratch)
{
    return stats_median(scratch, cells_values(cell, figure, scratch));
}

static bool row_observed(const struct timing *row)
{
    return row->lost_updates < FIGURE_OFF || row->peak_inside < FIGURE_OFF ||
           row->visible_writes < FIGURE_OFF || row->wake_spread_ns < FIGURE_OFF;
}

static void cells_count(struct cell_figures *cell)
{
    const struct timing *refused = NULL;
    cell->peak_bytes = (double)NAN;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (row->status == STATUS_UNSUPPORTED || row->status == STATUS_SKIPPED) {
            refused = refused ? refused : row;
        } else if (row->status != STATUS_OK) {
            cell->trouble = cell->trouble ? cell->trouble : row;
            cell->troubled++;
        } else if (row->warmup == 0) {
            cell->runs++;
            cell->observed = cell->observed || row_observed(row);
        } else {
            cell->peak_bytes = fmax(cell->peak_bytes, cells_figure(row->peak_bytes));
        }
    }
    if (!cell->trouble)
        cell->trouble = refused;
}

/* The wall times of the measured rows by invocation, into `walls` and `samples`, which have room
 * for as many as there are rows. */
static void cells_take_walls(struct cell_figures *cell, double *walls, struct samples *samples)
{
    uint64_t invocation = 0;
    size_t n = 0;
    cell->invocations = samples;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (!cells_measured(row) || !(row_wall(row) > 0))
            continue;
        if (cell->invocation_count == 0 || row->invocation != invocation) {
            samples[cell->invocation_count++] = (struct samples){&walls[n], 0};
            invocation = row->invocation;
        }
        samples[cell->invocation_count - 1].n++;
        walls[n++] = row_wall(row);
    }
}

static void cells_measure_wall(struct cell_figures *cell, double *scratch)
{
    const struct clusters all = {cell->invocations, cell->invocation_count};
    const struct samples *only = cell->invocations;
    cell->wall_ns = stats_center(&all);
    if (all.count == 1) {
        cell->wall_interval = stats_median_interval(only->values, only->n, CELLS_LEVEL);
        return;
    }
    for (size_t i = 0; i < all.count; i++)
        scratch[i] = stats_median(all.invocations[i].values, all.invocations[i].n);
    cell->wall_interval = stats_median_interval(scratch, all.count, CELLS_LEVEL);
}

void cells_measure(struct cell_figures *cell, double *walls, struct samples *samples,
                   double *scratch)
{
    cells_count(cell);
    cells_take_walls(cell, walls, samples);
    cells_measure_wall(cell, scratch);
    cell->cpu_ns = cells_median(cell, row_cpu, scratch);
    cell->cpu_use = cells_median(cell, row_cpu_use, scratch);
    cell->longest_ns = stats_quantile(scratch, cells_values(cell, row_longest, scratch), 0);
    cell->spawn_ns = cells_median(cell, row_spawn, scratch);
    cell->ready_ns = cells_median(cell, row_ready, scratch);
    cell->blocked_ns = cells_median(cell, row_blocked, scratch);
    cell->running_ns = cells_median(cell, row_running, scratch);
}

/* Counted cores of a machine that is not here bound nothing. A serial run below this is mostly the
 * reading of clocks and counters. */
#define CELLS_SIMULATED "simulated"
#define CELLS_LEAST_NS  1e6

double cells_ideal(const struct cell_figures *serial, double workers, double width)
{
    const double cores = cells_figure(serial->key->cores);
    if (!(serial->wall_ns >= CELLS_LEAST_NS) || isnan(serial->cpu_ns) ||
        isnan(serial->longest_ns) || workers < 1 || width < 1 || cores < 1 ||
        cells_open_loop(serial->key) || !isnan(cells_figure(serial->key->requests)) ||
        serial->observed || strcmp(serial->key->pin, CELLS_SIMULATED) == 0)
        return (double)NAN;
    const double computing = fmin(serial->cpu_ns, serial->wall_ns) / fmin(workers, cores);
    return fmax(fmax(computing, serial->wall_ns / (workers * width)), serial->longest_ns);
}

void cells_set_against(struct cell_figures *cell, const struct cell_figures *serial)
{
    cell->speedup = cell->ideal_ns = cell->distance = (double)NAN;
    if (!serial)
        return;
    if (cell->wall_ns > 0)
        cell->speedup = serial->wall_ns / cell->wall_ns;
    cell->ideal_ns = cells_ideal(serial, (double)cell->key->workers, (double)cell->key->width);
    if (cell->ideal_ns > 0)
        cell->distance = cell->wall_ns / cell->ideal_ns - 1;
}
