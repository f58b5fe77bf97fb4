#include "bench/report/timeline.h"

#include <math.h>
#include <string.h>

#include "bench/report/chart_tasks.h"

/* In this order; the rest follow in the order of their wall times. */
static const char *const timeline_modes[] = {
    CELLS_BASELINE, "thread", "thread-pool", "coroutine",
    "process",      "event",  "thread-gil",  "process-pool",
};
enum { TIMELINE_MODES = sizeof timeline_modes / sizeof *timeline_modes };

static size_t timeline_count(const struct chart_data *data, const struct cell_group *group)
{
    size_t count = 0;
    for (size_t c = 0; c < group->count; c++)
        count += chart_states_of(data, &group->cells[c], NULL) ||
                 chart_tasks_of(data, &group->cells[c], NULL);
    return count;
}

static double timeline_computing(const struct cell_group *group)
{
    const struct cell_figures *cell = group->serial ? group->serial : group->best;
    return cell ? cell->cpu_use : (double)NAN;
}

static bool timeline_add(struct timeline *timeline, const struct chart_data *data,
                         const struct cell_group *group, size_t number,
                         const struct cell_figures *cell)
{
    struct timeline_panel panel = {.group = group, .number = number, .cell = cell};
    for (size_t i = 0; i < timeline->count; i++)
        if (timeline->panels[i].cell == cell)
            return false;
    panel.states = chart_states_of(data, cell, &panel.row);
    if (!panel.states)
        panel.tasks = chart_tasks_of(data, cell, &panel.row);
    if (!panel.states && !panel.tasks)
        return false;
    timeline->panels[timeline->count++] = panel;
    return true;
}

/* The fastest cell of each mode first, then whatever there is room for. */
static void timeline_fill(struct timeline *timeline, const struct chart_data *data,
                          const struct cell_group *group, size_t number, size_t room)
{
    for (size_t m = 0; m < TIMELINE_MODES && room > 0; m++)
        for (size_t c = 0; c < group->count; c++)
            if (strcmp(group->cells[c].key->mode, timeline_modes[m]) == 0 &&
                timeline_add(timeline, data, group, number, &group->cells[c])) {
                room--;
                break;
            }
    for (size_t c = 0; c < group->count && room > 0; c++)
        room -= timeline_add(timeline, data, group, number, &group->cells[c]);
}

/* Those whose tasks compute most and least, or those that there are. */
static size_t timeline_groups(const struct chart_data *data,
                              const struct cell_group *groups[TIMELINE_GROUPS])
{
    const struct cell_table *table = data->table;
    const struct cell_group *most = NULL, *least = NULL, *first = NULL;
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (timeline_count(data, group) == 0)
            continue;
        const double computing = timeline_computing(group);
        first = first ? first : group;
        if (isnan(computing))
            continue;
        most = most && timeline_computing(most) >= computing ? most : group;
        least = least && timeline_computing(least) <= computing ? least : group;
    }
    groups[0] = most ? most : first;
    groups[1] = least;
    if (!groups[0])
        return 0;
    for (size_t g = 0; g < table->count && (!groups[1] || groups[1] == groups[0]); g++)
        if (&table->groups[g] != groups[0] && timeline_count(data, &table->groups[g]) > 0)
            groups[1] = &table->groups[g];
    return groups[1] && groups[1] != groups[0] ? 2 : 1;
}

void timeline_choose(struct timeline *timeline, const struct chart_data *data)
{
    const struct cell_group *groups[TIMELINE_GROUPS] = {NULL};
    *timeline = (struct timeline){.count = 0};
    const size_t count = timeline_groups(data, groups);
    for (size_t g = 0; g < count; g++)
        timeline_fill(timeline, data, groups[g], g + 1, TIMELINE_PANELS / count);
    for (size_t g = 0; g < data->table->count; g++)
        timeline->hidden += timeline_count(data, &data->table->groups[g]);
    timeline->hidden -= timeline->count;
}

int timeline_lanes(struct lanes *lanes, const struct timeline_panel *panel)
{
    return panel->states ? lanes_of_states(lanes, panel->states) : lanes_of(lanes, panel->tasks);
}

void timeline_states(struct timeline_states *states, const struct timing *row,
                     const struct lanes *lanes)
{
    const double running = cells_figure(row->running_ns), ready = cells_figure(row->ready_ns);
    const double blocked = cells_figure(row->blocked_ns), under_way = lanes->under_way_ns;
    const double total = running + ready + blocked, with_queue = under_way + lanes->queued_ns;
    *states = (struct timeline_states){NAN, NAN, NAN};
    if (lanes->moments && under_way > 0)
        *states =
            (struct timeline_states){lanes->running_ns / under_way, lanes->ready_ns / under_way,
                                     lanes->blocked_ns / under_way};
    if (lanes->moments || isnan(running) || !(under_way > 0))
        return;
    if (!(total > 0)) {
        states->running = fmin(running / under_way, 1);
        return;
    }
    /* Where each task has a worker of its own, its time counts from its queueing on, and it is
     * ready until it starts; that part of it lies before the bar. */
    const bool queue_counts = fabs(total - with_queue) < fabs(total - under_way);
    const double own = queue_counts ? fmax(ready - lanes->queued_ns, 0) : ready;
    const double parts = running + own + blocked;
    if (!(parts > 0))
        return;
    *states = (struct timeline_states){running / parts, own / parts, blocked / parts};
}
