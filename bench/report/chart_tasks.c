#include "bench/report/chart_tasks.h"

#include <gsl/gsl_sort.h>

/* tasks.csv does not tell the workload's version. */
static bool tasks_same(const struct timing *key, const struct timing *row)
{
    struct timing full = *key;
    full.workload_version = row->workload_version;
    return cells_compare_way(&full, row) == 0 && cells_compare_work(&full, row) == 0;
}

const struct task_cell *chart_tasks_of(const struct chart_data *data,
                                       const struct cell_figures *cell, const struct timing **row)
{
    for (size_t t = 0; t < data->task_cells; t++) {
        const struct timing *key = &data->tasks[t].key;
        if (!tasks_same(key, cell->key))
            continue;
        for (size_t i = 0; i < cell->row_count; i++) {
            const struct timing *one = cell->rows[i];
            if (one->invocation != key->invocation || one->block != key->block ||
                one->rep != key->rep || !cells_measured(one))
                continue;
            if (row)
                *row = one;
            return &data->tasks[t];
        }
    }
    return NULL;
}

size_t chart_tasks_latencies(const struct task_cell *tasks, double *ns)
{
    const bool paced = cells_open_loop(&tasks->key);
    size_t count = 0;
    for (size_t i = 0; i < tasks->count; i++) {
        const struct task_row *task = &tasks->rows[i];
        const uint64_t since = paced ? task->queued_ns : 0;
        if (since < FIGURE_OFF && task->end_ns < FIGURE_OFF && task->end_ns >= since)
            ns[count++] = (double)(task->end_ns - since);
    }
    gsl_sort(ns, 1, count);
    return count;
}
