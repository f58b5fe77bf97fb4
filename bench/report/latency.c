#include "bench/report/latency.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/report/chart_tasks.h"
#include "bench/report/requests.h"

const struct latency_level latency_levels[LATENCY_LEVELS] = {
    {"p50", 0.5, 6}, {"p90", 0.9, 36}, {"p99", 0.99, 368}, {"p99.9", 0.999, 3688}};

/* --- the figures of a cell --- */

static double latency_row_p50(const struct timing *row)
{
    return cells_figure(row->latency_p50_ns);
}

static double latency_row_p90(const struct timing *row)
{
    return cells_figure(row->latency_p90_ns);
}

static double latency_row_p99(const struct timing *row)
{
    return cells_figure(row->latency_p99_ns);
}

static double latency_row_p999(const struct timing *row)
{
    return cells_figure(row->latency_p999_ns);
}

static double latency_row_max(const struct timing *row)
{
    return cells_figure(row->latency_max_ns);
}

static cells_row_figure *const latency_figures[LATENCY_LEVELS] = {
    latency_row_p50, latency_row_p90, latency_row_p99, latency_row_p999};

static bool latency_has_requests(const struct cell_figures *cell)
{
    for (size_t i = 0; i < cell->row_count; i++)
        if (cells_measured(cell->rows[i]) && cell->rows[i]->requests < FIGURE_OFF)
            return true;
    return false;
}

static void latency_requests(struct latency *latency)
{
    for (size_t i = 0; i < LATENCY_LEVELS; i++)
        latency->at[i] = requests_median(latency->cell, latency_figures[i], &latency->range[i]);
    latency->most = requests_median(latency->cell, latency_row_max, NULL);
}

/* By nearest rank (Hyndman and Fan 1996, definition 1), as the percentiles of requests are. */
static double latency_quantile(const struct latency *latency, double level)
{
    const double rank = ceil(level * (double)latency->count - 1e-9);
    return latency->sorted[rank < 1 ? 0 : (size_t)rank - 1];
}

static int latency_tasks(struct latency *latency, const struct task_cell *tasks)
{
    latency->sorted = calloc(tasks->count ? tasks->count : 1, sizeof *latency->sorted);
    if (!latency->sorted)
        return -ENOMEM;
    latency->count = chart_tasks_latencies(tasks, latency->sorted);
    for (size_t i = 0; i < LATENCY_LEVELS; i++)
        if (latency->count >= latency_levels[i].least)
            latency->at[i] = latency_quantile(latency, latency_levels[i].level);
    if (latency->count > 0)
        latency->most = latency->sorted[latency->count - 1];
    return 0;
}

/* 1 where there is anything to draw, 0, or -ENOMEM. The caller frees latency->sorted of a 1. */
static int latency_of(struct latency *latency, const struct chart_data *data,
                      const struct cell_figures *cell)
{
    *latency = (struct latency){.cell = cell, .at = {NAN, NAN, NAN, NAN}, .most = (double)NAN};
    if (latency_has_requests(cell)) {
        latency_requests(latency);
        return !isnan(latency->at[0]);
    }
    const struct task_cell *tasks = chart_tasks_of(data, cell, NULL);
    const int code = tasks ? latency_tasks(latency, tasks) : 0;
    if (code == 0 && latency->count > 1)
        return 1;
    free(latency->sorted);
    return code;
}

/* --- what is seen of a group --- */

static bool latency_all_have(const struct latency_group *group, size_t level)
{
    for (size_t i = 0; i < group->count; i++)
        if (isnan(group->cells[i].at[level]))
            return false;
    return true;
}

/* The furthest percentile that all have; the median where they have none in common. */
static size_t latency_common(const struct latency_group *group)
{
    size_t level = LATENCY_LEVELS - 1;
    while (level > 0 && !latency_all_have(group, level))
        level--;
    return level;
}

static void latency_ends(struct latency_group *group)
{
    group->low = group->high = group->cells;
    for (size_t i = 1; i < group->count; i++) {
        const struct latency *cell = &group->cells[i];
        group->low = cell->at[group->level] < group->low->at[group->level] ? cell : group->low;
        group->high = cell->at[group->level] > group->high->at[group->level] ? cell : group->high;
    }
}

bool latency_of_requests(const struct latency_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].sorted)
            return false;
    return true;
}

static bool latency_is_judged(const struct latency_group *group)
{
    return group->count > 1 && latency_of_requests(group);
}

/* `other` over `base`, by a p that stands for `family` tests. `logs` has room for the rows of
 * either. */
static struct judge_pair latency_test(const struct latency_group *group, const struct latency *base,
                                      const struct latency *other, size_t family, double *logs)
{
    struct judge_pair pair = {.paired = true, .ratios = logs};
    pair.ratio_count = cells_pair_by(base->cell, other->cell, latency_figures[group->level], logs);
    judge_test(&pair, 1, &judge_default);
    pair.p = fmin(1, pair.p * (double)family);
    judge_settle(&pair, family, &judge_default);
    return pair;
}

/* That it is lower than each other one needs no correction for their number: cells_judge.c says
 * why. */
static bool latency_has_lowest(struct latency_group *group, size_t groups, double *logs)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct latency *other = &group->cells[i];
        if (other == group->low)
            continue;
        const struct judge_pair pair = latency_test(group, group->low, other, groups, logs);
        if (pair.judged != JUDGED_SLOWER)
            return false;
        if (!group->next || other->at[group->level] < group->next->at[group->level]) {
            group->next = other;
            group->ratio = pair.ratio;
        }
    }
    return true;
}

/* The ends were chosen among all pairs. */
static enum latency_seen latency_between_ends(struct latency_group *group, size_t groups,
                                              double *logs)
{
    const size_t family = groups * (group->count * (group->count - 1) / 2);
    const struct judge_pair pair = latency_test(group, group->low, group->high, family, logs);
    group->runs = pair.ratio_count;
    group->needed = judge_least_blocks(family);
    if (pair.judged == JUDGED_EQUIVALENT)
        return LATENCY_ALIKE;
    if (!pair.interval.exists || group->runs < group->needed)
        return LATENCY_FEW;
    return pair.judged == JUDGED_SLOWER ? LATENCY_APART : LATENCY_OPEN;
}

static int latency_judge(struct latency_group *group, size_t groups)
{
    size_t most = 1;
    if (!latency_is_judged(group)) {
        group->seen = !latency_all_have(group, group->level) ? LATENCY_UNTOLD
                      : group->count > 1                     ? LATENCY_ONCE
                                                             : LATENCY_ALONE;
        return 0;
    }
    for (size_t i = 0; i < group->count; i++)
        most = group->cells[i].cell->row_count > most ? group->cells[i].cell->row_count : most;
    double *logs = calloc(most, sizeof *logs);
    if (!logs)
        return -ENOMEM;
    if (latency_has_lowest(group, groups, logs)) {
        group->seen = LATENCY_LOWEST;
    } else {
        group->next = NULL;
        group->ratio = (double)NAN;
        group->seen = latency_between_ends(group, groups, logs);
    }
    free(logs);
    return 0;
}

/* --- all groups --- */

bool latency_any(const struct chart_data *data)
{
    for (size_t g = 0; g < data->table->count; g++)
        for (size_t i = 0; i < data->table->groups[g].count; i++) {
            const struct cell_figures *cell = &data->table->groups[g].cells[i];
            const struct task_cell *tasks;
            if (latency_has_requests(cell)) {
                if (!isnan(requests_median(cell, latency_row_p50, NULL)))
                    return true;
            } else if ((tasks = chart_tasks_of(data, cell, NULL)) && chart_tasks_known(tasks) > 1) {
                return true;
            }
        }
    return false;
}

/* 1 where any cell has figures, 0, or -ENOMEM. The caller frees it of all but the 0. */
static int latency_group_of(struct latency_group *group, const struct chart_data *data,
                            const struct cell_group *cells)
{
    *group = (struct latency_group){.group = cells, .ratio = (double)NAN};
    group->cells = calloc(cells->count ? cells->count : 1, sizeof *group->cells);
    if (!group->cells)
        return -ENOMEM;
    for (size_t i = 0; i < cells->count; i++) {
        const int any = latency_of(&group->cells[group->count], data, &cells->cells[i]);
        if (any < 0)
            return any;
        group->count += any > 0;
    }
    if (group->count == 0) {
        free(group->cells);
        return 0;
    }
    group->level = latency_common(group);
    latency_ends(group);
    return 1;
}

int latency_gather(struct latencies *all, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    size_t judged = 0;
    int code = 0;
    all->count = 0;
    all->groups = calloc(table->count ? table->count : 1, sizeof *all->groups);
    if (!all->groups)
        return -ENOMEM;
    for (size_t g = 0; g < table->count && code >= 0; g++) {
        code = latency_group_of(&all->groups[all->count], data, &table->groups[g]);
        all->count += code != 0;
    }
    for (size_t g = 0; g < all->count && code >= 0; g++)
        judged += latency_is_judged(&all->groups[g]);
    for (size_t g = 0; g < all->count && code >= 0; g++)
        code = latency_judge(&all->groups[g], judged);
    if (code >= 0)
        return 0;
    latency_free(all);
    return code;
}

void latency_free(struct latencies *all)
{
    for (size_t g = 0; g < all->count; g++) {
        for (size_t i = 0; i < all->groups[g].count; i++)
            free(all->groups[g].cells[i].sorted);
        free(all->groups[g].cells);
    }
    free(all->groups);
    *all = (struct latencies){NULL, 0};
}
