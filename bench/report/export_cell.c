/* export_cell.c - a cell's figures as JSON. */
#include "bench/report/export_cell.h"

#include "bench/report/json_out.h"
#include "bench/report/observed.h"
#include "bench/report/requests.h"
#include "bench/report/waiting.h"

json_t *export_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *export_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

json_t *export_way(const struct timing *key)
{
    json_t *json = json_object();
    json = export_put(json, "mode", json_out_text(key->mode));
    json = export_put(json, "wait", json_out_text(key->wait));
    json = export_put(json, "workers", json_out_count(key->workers));
    json = export_put(json, "width", json_out_count(key->width));
    json = export_put(json, "pin", json_out_text(key->pin));
    json = export_put(json, "submit", json_out_text(key->submit));
    json = export_put(json, "stack", json_out_text(key->stack));
    json = export_put(json, "schedule", json_out_text(key->schedule));
    return json;
}

static json_t *doc_wall(const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = export_put(json, "median_ns", json_out_figure(cell->wall_ns));
    json = export_put(json, "interval_ns", json_out_range(&cell->wall_interval));
    json = export_put(json, "speedup", json_out_figure(cell->speedup));
    json = export_put(json, "ideal_ns", json_out_figure(cell->ideal_ns));
    json = export_put(json, "over_ideal", json_out_figure(cell->distance));
    json = export_put(json, "spawn_ns", json_out_figure(cell->spawn_ns));
    json = export_put(json, "longest_task_ns", json_out_figure(cell->longest_ns));
    return json;
}

static json_t *doc_cpu(const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = export_put(json, "total_ns", json_out_figure(cell->cpu_ns));
    json = export_put(json, "cpus", json_out_figure(cell->cpu_use));
    json = export_put(json, "running_ns", json_out_figure(cell->running_ns));
    json = export_put(json, "ready_ns", json_out_figure(cell->ready_ns));
    json = export_put(json, "blocked_ns", json_out_figure(cell->blocked_ns));
    return json;
}

static json_t *doc_percentiles(const struct request_figures *figures)
{
    json_t *json = json_object();
    json = export_put(json, "p50_ns", json_out_figure(figures->p50));
    json = export_put(json, "p90_ns", json_out_figure(figures->p90));
    json = export_put(json, "p99_ns", json_out_figure(figures->p99));
    json = export_put(json, "p999_ns", json_out_figure(figures->p999));
    json = export_put(json, "max_ns", json_out_figure(figures->max));
    json = export_put(json, "queue_p50_ns", json_out_figure(figures->queue_p50));
    json = export_put(json, "queue_p99_ns", json_out_figure(figures->queue_p99));
    json = export_put(json, "service_p50_ns", json_out_figure(figures->service_p50));
    json = export_put(json, "service_p99_ns", json_out_figure(figures->service_p99));
    return json;
}

static json_t *doc_requests(const struct cell_figures *cell)
{
    struct request_figures figures;
    requests_of(&figures, cell);
    if (figures.runs == 0)
        return json_null();
    const bool open = cells_open_loop(cell->key);
    json_t *json = json_object();
    json = export_put(json, "runs", json_out_count(figures.runs));
    json = export_put(json, "least", json_out_count(figures.least));
    json = export_put(json, "most", json_out_count(figures.most));
    json = export_put(json, "per_second", json_out_figure(figures.per_second));
    json = export_put(json, "cpu_ns", json_out_figure(figures.cpu_ns));
    json = export_put(json, "cpu_interval_ns", json_out_range(&figures.cpu_range));
    json = export_put(json, "companion_cpus", json_out_figure(figures.companion));
    json = export_put(json, "achieved_rate", json_out_figure(figures.achieved));
    json = export_put(json, "rate_kept", open ? json_boolean(figures.kept) : json_null());
    json = export_put(json, "latency", doc_percentiles(&figures));
    return json;
}

/* --- what tasks did to each other, and how long they waited for a turn --- */

static json_t *doc_observed_figure(const struct observed_figure *figure)
{
    if (figure->runs == 0)
        return json_null();
    json_t *json = json_object();
    json = export_put(json, "runs", json_out_count(figure->runs));
    json = export_put(json, "above_zero", json_out_count(figure->above));
    json = export_put(json, "median", json_out_figure(figure->median));
    json = export_put(json, "least", json_out_figure(figure->low));
    json = export_put(json, "most", json_out_figure(figure->high));
    return json;
}

static json_t *doc_observed(const struct cell_figures *cell)
{
    struct observed_figure figures[OBSERVED_KINDS];
    if (!cell->observed)
        return json_null();
    observed_of(figures, cell);
    json_t *json = json_object();
    json = export_put(json, "lost_updates", doc_observed_figure(&figures[OBSERVED_LOST]));
    json = export_put(json, "peak_inside", doc_observed_figure(&figures[OBSERVED_INSIDE]));
    json = export_put(json, "visible_writes", doc_observed_figure(&figures[OBSERVED_VISIBLE]));
    json = export_put(json, "wake_spread_ns", doc_observed_figure(&figures[OBSERVED_SPREAD]));
    return json;
}

static json_t *doc_waiting_class(const struct waiting_class *figures)
{
    json_t *json = json_object();
    json = export_put(json, "tasks", json_out_figure(figures->tasks));
    json = export_put(json, "waiting_ns", json_out_figure(figures->waiting));
    json = export_put(json, "waiting_interval_ns", json_out_range(&figures->range));
    json = export_put(json, "turnaround_ns", json_out_figure(figures->turnaround));
    return json;
}

static json_t *doc_waiting(const struct cell_figures *cell)
{
    struct waiting_figures figures;
    waiting_of(&figures, cell);
    if (figures.runs == 0)
        return json_null();
    json_t *json = json_object();
    json = export_put(json, "runs", json_out_count(figures.runs));
    json = export_put(json, "short", doc_waiting_class(&figures.of_short));
    json = export_put(json, "long", doc_waiting_class(&figures.of_long));
    return json;
}

/* --- its repetitions --- */

/* Columns rather than rows: a table for programs, and a tenth of the memory. */
static json_t *doc_measured(const struct cell_figures *cell)
{
    json_t *invocation = json_array(), *block = json_array(), *wall = json_array();
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (!cells_measured(row))
            continue;
        invocation = export_add(invocation, json_out_count(row->invocation));
        block = export_add(block, json_out_count(row->block));
        wall = export_add(wall, json_out_count(row->wall_ns));
    }
    json_t *json = json_object();
    json = export_put(json, "invocation", invocation);
    json = export_put(json, "block", block);
    json = export_put(json, "wall_ns", wall);
    return json;
}

static json_t *doc_troubled_row(const struct timing *row)
{
    json_t *json = json_object();
    json = export_put(json, "invocation", json_out_count(row->invocation));
    json = export_put(json, "block", json_out_count(row->block));
    json = export_put(json, "warmup", json_boolean(row->warmup != 0));
    json = export_put(json, "status", json_out_text(status_names[row->status]));
    json = export_put(json, "reason", json_out_text(row->reason));
    return json;
}

static json_t *doc_troubled(const struct cell_figures *cell)
{
    json_t *json = json_array();
    for (size_t i = 0; i < cell->row_count; i++)
        if (cell->rows[i]->status != STATUS_OK)
            json = export_add(json, doc_troubled_row(cell->rows[i]));
    return json;
}

json_t *export_cell(const char *name, const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = export_put(json, "name", json_out_text(name));
    json = export_put(json, "way", export_way(cell->key));
    json = export_put(json, "runs", json_out_count(cell->runs));
    json = export_put(json, "invocations", json_out_count(cell->invocation_count));
    json = export_put(json, "wall", doc_wall(cell));
    json = export_put(json, "cpu", doc_cpu(cell));
    json = export_put(json, "peak_bytes", json_out_figure(cell->peak_bytes));
    json = export_put(json, "requests", doc_requests(cell));
    json = export_put(json, "observed", doc_observed(cell));
    json = export_put(json, "waiting", doc_waiting(cell));
    json = export_put(json, "measured", doc_measured(cell));
    json = export_put(json, "troubled", doc_troubled(cell));
    return json;
}
