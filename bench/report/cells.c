#include "bench/report/cells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/bound.h"

#define CELLS_LEVEL 0.95 /* of the intervals */

double cells_figure(uint64_t figure)
{
    return figure >= FIGURE_OFF ? (double)NAN : (double)figure;
}

bool cells_measured(const struct timing *row)
{
    return row->warmup == 0 && row->status == STATUS_OK;
}

static int cells_compare_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int cells_compare_work(const struct timing *a, const struct timing *b)
{
    int order = strcmp(a->workload, b->workload);
    if (order == 0)
        order = cells_compare_number(a->workload_version, b->workload_version);
    if (order == 0)
        order = strcmp(a->params, b->params);
    if (order == 0)
        order = cells_compare_number(a->tasks, b->tasks);
    return order;
}

static int cells_compare_way(const struct timing *a, const struct timing *b)
{
    int order = strcmp(a->mode, b->mode);
    if (order == 0)
        order = strcmp(a->wait, b->wait);
    if (order == 0)
        order = cells_compare_number(a->workers, b->workers);
    if (order == 0)
        order = strcmp(a->pin, b->pin);
    if (order == 0)
        order = strcmp(a->submit, b->submit);
    return order;
}

static int cells_by_key(const void *left, const void *right)
{
    const struct timing *a = *(const struct timing *const *)left;
    const struct timing *b = *(const struct timing *const *)right;
    int order = cells_compare_work(a, b);
    if (order == 0)
        order = cells_compare_way(a, b);
    return order ? order : (a > b) - (a < b);
}

static int cells_by_wall(const void *left, const void *right)
{
    const struct cell_figures *a = left, *b = right;
    const bool a_known = !isnan(a->wall_ns), b_known = !isnan(b->wall_ns);
    if (a_known != b_known)
        return a_known ? -1 : 1;
    if (a_known && a->wall_ns != b->wall_ns)
        return a->wall_ns < b->wall_ns ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
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

typedef double row_figure(const struct timing *row);

/* The known values of a figure in the measured rows. */
static size_t cells_values(const struct cell_figures *cell, row_figure *figure, double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < cell->row_count; i++) {
        const double value = cells_measured(cell->rows[i]) ? figure(cell->rows[i]) : (double)NAN;
        if (!isnan(value))
            values[n++] = value;
    }
    return n;
}

static double cells_median(const struct cell_figures *cell, row_figure *figure, double *scratch)
{
    return stats_median(scratch, cells_values(cell, figure, scratch));
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
        } else {
            cell->peak_bytes = fmax(cell->peak_bytes, cells_figure(row->peak_bytes));
        }
    }
    if (!cell->trouble)
        cell->trouble = refused;
}

static void cells_measure(struct cell_figures *cell, double *scratch)
{
    cells_count(cell);
    const size_t n = cells_values(cell, row_wall, scratch);
    cell->wall_ns = stats_median(scratch, n);
    cell->wall_interval = stats_median_interval(scratch, n, CELLS_LEVEL);
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

double cells_ideal(const struct cell_figures *serial, double workers)
{
    const double cores = cells_figure(serial->key->cores);
    if (!(serial->wall_ns >= CELLS_LEAST_NS) || isnan(serial->cpu_ns) ||
        isnan(serial->longest_ns) || workers < 1 || cores < 1 ||
        strcmp(serial->key->pin, CELLS_SIMULATED) == 0)
        return (double)NAN;
    const double computing = fmin(serial->cpu_ns, serial->wall_ns) / fmin(workers, cores);
    return fmax(fmax(computing, serial->wall_ns / workers), serial->longest_ns);
}

static void cells_compare(struct cell_figures *cell, const struct cell_figures *serial)
{
    cell->speedup = cell->ideal_ns = cell->distance = (double)NAN;
    if (!serial)
        return;
    if (cell->wall_ns > 0)
        cell->speedup = serial->wall_ns / cell->wall_ns;
    cell->ideal_ns = cells_ideal(serial, (double)cell->key->workers);
    if (cell->ideal_ns > 0)
        cell->distance = cell->wall_ns / cell->ideal_ns - 1;
}

/* But for the number of workers. */
static bool cells_same_way(const struct timing *a, const struct timing *b)
{
    return strcmp(a->mode, b->mode) == 0 && strcmp(a->wait, b->wait) == 0 &&
           strcmp(a->pin, b->pin) == 0 && strcmp(a->submit, b->submit) == 0;
}

/* How far each block's run of `next` was behind its run of `best`: what slows the machine for a
 * while slows both of a block. Rows of a cell are in the order of the file, so by block. */
static size_t cells_paired(const struct cell_figures *best, const struct cell_figures *next,
                           double *behind)
{
    size_t n = 0, b = 0;
    for (size_t a = 0; a < next->row_count; a++) {
        const struct timing *row = next->rows[a];
        while (b < best->row_count && best->rows[b]->block < row->block)
            b++;
        if (b < best->row_count && best->rows[b]->block == row->block && cells_measured(row) &&
            cells_measured(best->rows[b]) && best->rows[b]->wall_ns > 0)
            behind[n++] = row_wall(row) / row_wall(best->rows[b]) - 1;
    }
    return n;
}

static void cells_separate(struct cell_group *group, double *scratch)
{
    const size_t n = group->next ? cells_paired(group->best, group->next, scratch) : 0;
    group->behind = stats_median(scratch, n);
    group->behind_interval = stats_median_interval(scratch, n, CELLS_LEVEL);
    group->separated = group->behind_interval.exists && group->behind_interval.lo > 0;
}

static void cells_judge(struct cell_group *group, uint64_t cache_bytes, double *scratch)
{
    bool rival = false; /* next is another way than best */
    qsort(group->cells, group->count, sizeof *group->cells, cells_by_wall);
    for (size_t i = 0; i < group->count && !isnan(group->cells[i].wall_ns); i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (i == 0)
            group->best = cell;
        else if (!group->next || (!rival && !cells_same_way(cell->key, group->best->key))) {
            group->next = cell;
            rival = !cells_same_way(cell->key, group->best->key);
        }
        if (!group->serial && strcmp(cell->key->mode, CELLS_BASELINE) == 0)
            group->serial = cell;
    }
    for (size_t i = 0; i < group->count; i++)
        cells_compare(&group->cells[i], group->serial);
    cells_separate(group, scratch);
    bound_describe(group->bound, sizeof group->bound, group, cache_bytes);
}

/* Cuts the sorted rows into cells and groups. There is room for one of each per row. */
static void cells_split(struct cell_table *table, size_t count)
{
    struct cell_figures *cell = NULL;
    struct cell_group *group = NULL;
    size_t cells = 0;
    for (size_t i = 0; i < count; i++) {
        const struct timing *row = table->order[i];
        const bool new_group = !group || cells_compare_work(cell->key, row) != 0;
        if (new_group) {
            group = &table->groups[table->count++];
            group->first = row;
            group->cells = &table->cells[cells];
        }
        if (new_group || cells_compare_way(cell->key, row) != 0) {
            cell = &table->cells[cells++];
            cell->key = row;
            cell->rows = &table->order[i];
            group->count++;
        }
        cell->row_count++;
        if (row < group->first)
            group->first = row;
    }
}

int cells_gather(struct cell_table *table, const struct timing *rows, size_t count,
                 uint64_t cache_bytes)
{
    const size_t room = count ? count : 1;
    *table = (struct cell_table){0};
    double *scratch = calloc(room, sizeof *scratch);
    table->groups = calloc(room, sizeof *table->groups);
    table->cells = calloc(room, sizeof *table->cells);
    table->order = calloc(room, sizeof *table->order);
    if (!scratch || !table->groups || !table->cells || !table->order) {
        free(scratch);
        cells_free(table);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++)
        table->order[i] = &rows[i];
    qsort(table->order, count, sizeof *table->order, cells_by_key);
    cells_split(table, count);
    for (size_t g = 0; g < table->count; g++) {
        struct cell_group *group = &table->groups[g];
        for (size_t c = 0; c < group->count; c++)
            cells_measure(&group->cells[c], scratch);
        cells_judge(group, cache_bytes, scratch);
    }
    free(scratch);
    return 0;
}

void cells_free(struct cell_table *table)
{
    free(table->groups);
    free(table->cells);
    free(table->order);
    *table = (struct cell_table){0};
}
