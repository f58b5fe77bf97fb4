#include "bench/report/chart_tasks.h"

#include <gsl/gsl_sort.h>
#include <math.h>

/* The cell's row of that repetition, measured or not; NULL: it has none. */
static const struct timing *tasks_row(const struct timing *key, const struct cell_figures *cell,
                                      bool measured)
{
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *one = cell->rows[i];
        if (one->status == STATUS_OK && (one->warmup == 0) == measured &&
            cells_same_repetition(key, one))
            return one;
    }
    return NULL;
}

const struct task_cell *chart_tasks_of(const struct chart_data *data,
                                       const struct cell_figures *cell, const struct timing **row)
{
    for (size_t t = 0; t < data->task_cells; t++) {
        const struct timing *found = tasks_row(&data->tasks[t].key, cell, true);
        if (found && row)
            *row = found;
        if (found)
            return &data->tasks[t];
    }
    return NULL;
}

const struct state_cell *chart_states_of(const struct chart_data *data,
                                         const struct cell_figures *cell, const struct timing **row)
{
    for (size_t s = 0; s < data->state_cells; s++) {
        const struct timing *found = tasks_row(&data->states[s].key, cell, false);
        if (found && row)
            *row = found;
        if (found)
            return &data->states[s];
    }
    return NULL;
}

/* NaN where it is unknown. */
static double tasks_latency(const struct task_cell *tasks, size_t index)
{
    const struct task_row *task = &tasks->rows[index];
    const uint64_t since = cells_open_loop(&tasks->key) ? task->queued_ns : 0;
    if (since >= FIGURE_OFF || task->end_ns >= FIGURE_OFF || task->end_ns < since)
        return (double)NAN;
    return (double)(task->end_ns - since);
}

size_t chart_tasks_known(const struct task_cell *tasks)
{
    size_t count = 0;
    for (size_t i = 0; i < tasks->count; i++)
        count += isnan(tasks_latency(tasks, i)) ? 0 : 1;
    return count;
}

size_t chart_tasks_latencies(const struct task_cell *tasks, double *ns)
{
    size_t count = 0;
    for (size_t i = 0; i < tasks->count; i++) {
        const double latency = tasks_latency(tasks, i);
        if (!isnan(latency))
            ns[count++] = latency;
    }
    gsl_sort(ns, 1, count);
    return count;
}
