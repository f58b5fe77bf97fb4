/* export_json.c - a run as one JSON document. Keys come in the order in which they are put here. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/export.h"
#include "bench/report/json_out.h"
#include "bench/report/requests.h"
#include "bench/report/scaling.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"

static const char *const verdict_names[] = {
    [VERDICT_WINNER] = "winner",        [VERDICT_EQUAL] = "equivalent", [VERDICT_CLOSE] = "open",
    [VERDICT_FEW] = "too-few-runs",     [VERDICT_OPEN] = "open-loop",   [VERDICT_ALONE] = "alone",
    [VERDICT_NONE] = "nothing-measured"};

static const char *const scaling_names[] = {
    [SCALING_FEW] = "too-few-counts", [SCALING_SIMULATED] = "simulated",
    [SCALING_LIMITED] = "limited",    [SCALING_NONE] = "no-gain",
    [SCALING_KNEE] = "knee",          [SCALING_LEVEL] = "level",
    [SCALING_UNSURE] = "unsure",      [SCALING_GAINING] = "gaining"};

/* Puts a pair into an object; both references are taken over. NULL where there is no memory. */
static json_t *doc_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *doc_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

/* --- the run --- */

static json_t *doc_copy(const struct compared_run *run, const char *path)
{
    const json_t *fact = run->machine ? machine_fact(run->machine, path) : NULL;
    return fact ? json_deep_copy(fact) : json_null();
}

static json_t *doc_run(const struct compared_run *run)
{
    char started[32];
    export_started(started, sizeof started, run);
    json_t *json = json_object();
    json = doc_put(json, "name", json_out_text(run->rows->run));
    json = doc_put(json, "label", json_out_text(export_fact(run, "run.label")));
    json = doc_put(json, "command", doc_copy(run, "run.command"));
    json = doc_put(json, "started", json_out_text(*started ? started : NULL));
    json = doc_put(json, "seed", json_out_count(run->rows->seed));
    json = doc_put(json, "cores", json_out_count(run->rows->cores));
    json = doc_put(json, "invocations", json_out_count(run->invocations));
    return json;
}

/* --- a cell --- */

static json_t *doc_way(const struct timing *key)
{
    json_t *json = json_object();
    json = doc_put(json, "mode", json_out_text(key->mode));
    json = doc_put(json, "wait", json_out_text(key->wait));
    json = doc_put(json, "workers", json_out_count(key->workers));
    json = doc_put(json, "width", json_out_count(key->width));
    json = doc_put(json, "pin", json_out_text(key->pin));
    json = doc_put(json, "submit", json_out_text(key->submit));
    json = doc_put(json, "stack", json_out_text(key->stack));
    json = doc_put(json, "schedule", json_out_text(key->schedule));
    return json;
}

static json_t *doc_wall(const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = doc_put(json, "median_ns", json_out_figure(cell->wall_ns));
    json = doc_put(json, "interval_ns", json_out_range(&cell->wall_interval));
    json = doc_put(json, "speedup", json_out_figure(cell->speedup));
    json = doc_put(json, "ideal_ns", json_out_figure(cell->ideal_ns));
    json = doc_put(json, "over_ideal", json_out_figure(cell->distance));
    json = doc_put(json, "spawn_ns", json_out_figure(cell->spawn_ns));
    json = doc_put(json, "longest_task_ns", json_out_figure(cell->longest_ns));
    return json;
}

static json_t *doc_cpu(const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = doc_put(json, "total_ns", json_out_figure(cell->cpu_ns));
    json = doc_put(json, "cpus", json_out_figure(cell->cpu_use));
    json = doc_put(json, "running_ns", json_out_figure(cell->running_ns));
    json = doc_put(json, "ready_ns", json_out_figure(cell->ready_ns));
    json = doc_put(json, "blocked_ns", json_out_figure(cell->blocked_ns));
    return json;
}

static json_t *doc_percentiles(const struct request_figures *figures)
{
    json_t *json = json_object();
    json = doc_put(json, "p50_ns", json_out_figure(figures->p50));
    json = doc_put(json, "p90_ns", json_out_figure(figures->p90));
    json = doc_put(json, "p99_ns", json_out_figure(figures->p99));
    json = doc_put(json, "p999_ns", json_out_figure(figures->p999));
    json = doc_put(json, "max_ns", json_out_figure(figures->max));
    json = doc_put(json, "queue_p50_ns", json_out_figure(figures->queue_p50));
    json = doc_put(json, "queue_p99_ns", json_out_figure(figures->queue_p99));
    json = doc_put(json, "service_p50_ns", json_out_figure(figures->service_p50));
    json = doc_put(json, "service_p99_ns", json_out_figure(figures->service_p99));
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
    json = doc_put(json, "runs", json_out_count(figures.runs));
    json = doc_put(json, "least", json_out_count(figures.least));
    json = doc_put(json, "most", json_out_count(figures.most));
    json = doc_put(json, "per_second", json_out_figure(figures.per_second));
    json = doc_put(json, "cpu_ns", json_out_figure(figures.cpu_ns));
    json = doc_put(json, "cpu_interval_ns", json_out_range(&figures.cpu_range));
    json = doc_put(json, "companion_cpus", json_out_figure(figures.companion));
    json = doc_put(json, "achieved_rate", json_out_figure(figures.achieved));
    json = doc_put(json, "rate_kept", open ? json_boolean(figures.kept) : json_null());
    json = doc_put(json, "latency", doc_percentiles(&figures));
    return json;
}

/* Columns rather than rows: a table for programs, and a tenth of the memory. */
static json_t *doc_measured(const struct cell_figures *cell)
{
    json_t *invocation = json_array(), *block = json_array(), *wall = json_array();
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (!cells_measured(row))
            continue;
        invocation = doc_add(invocation, json_out_count(row->invocation));
        block = doc_add(block, json_out_count(row->block));
        wall = doc_add(wall, json_out_count(row->wall_ns));
    }
    json_t *json = json_object();
    json = doc_put(json, "invocation", invocation);
    json = doc_put(json, "block", block);
    json = doc_put(json, "wall_ns", wall);
    return json;
}

static json_t *doc_troubled_row(const struct timing *row)
{
    json_t *json = json_object();
    json = doc_put(json, "invocation", json_out_count(row->invocation));
    json = doc_put(json, "block", json_out_count(row->block));
    json = doc_put(json, "warmup", json_boolean(row->warmup != 0));
    json = doc_put(json, "status", json_out_text(status_names[row->status]));
    json = doc_put(json, "reason", json_out_text(row->reason));
    return json;
}

static json_t *doc_troubled(const struct cell_figures *cell)
{
    json_t *json = json_array();
    for (size_t i = 0; i < cell->row_count; i++)
        if (cell->rows[i]->status != STATUS_OK)
            json = doc_add(json, doc_troubled_row(cell->rows[i]));
    return json;
}

static json_t *doc_cell(const char *name, const struct cell_figures *cell)
{
    json_t *json = json_object();
    json = doc_put(json, "name", json_out_text(name));
    json = doc_put(json, "way", doc_way(cell->key));
    json = doc_put(json, "runs", json_out_count(cell->runs));
    json = doc_put(json, "invocations", json_out_count(cell->invocation_count));
    json = doc_put(json, "wall", doc_wall(cell));
    json = doc_put(json, "cpu", doc_cpu(cell));
    json = doc_put(json, "peak_bytes", json_out_figure(cell->peak_bytes));
    json = doc_put(json, "requests", doc_requests(cell));
    json = doc_put(json, "measured", doc_measured(cell));
    json = doc_put(json, "troubled", doc_troubled(cell));
    return json;
}

/* --- a group --- */

static json_t *doc_name(const struct cell_group *group, const struct cell_figures *cell)
{
    char name[VERDICT_NAME];
    return json_out_text(cell ? verdict_name(name, sizeof name, group, cell) : NULL);
}

static json_t *doc_verdict(const struct cell_group *group)
{
    static const struct interval none = {0, 0, false};
    const enum verdict verdict = verdict_of(group);
    const struct judge_pair *lead = group->next ? &group->lead : NULL;
    char sentence[1024];
    json_t *json = json_object();
    json = doc_put(json, "verdict", json_out_text(verdict_names[verdict]));
    json = doc_put(json, "winner",
                   verdict == VERDICT_WINNER ? doc_name(group, group->best) : json_null());
    json = doc_put(json, "fastest", doc_name(group, group->best));
    json = doc_put(json, "next", doc_name(group, group->next));
    json = doc_put(json, "ratio", json_out_figure(lead ? lead->ratio : (double)NAN));
    json = doc_put(json, "interval", json_out_range(lead ? &lead->interval : &none));
    json = doc_put(json, "p", json_out_figure(lead ? lead->p : (double)NAN));
    json = doc_put(json, "needed_runs",
                   lead && lead->needed ? json_out_count(lead->needed) : json_null());
    json = doc_put(json, "sentence",
                   json_out_text(verdict_sentence(sentence, sizeof sentence, group)));
    return json;
}

static json_t *doc_law(const struct scaling_law *law, bool preferred)
{
    json_t *json = json_object();
    json = doc_put(json, "t1_ns", json_out_figure(law->t1_ns));
    json = doc_put(json, "sigma", json_out_figure(law->sigma));
    json = doc_put(json, "sigma_error", json_out_figure(law->sigma_error));
    json = doc_put(json, "kappa", json_out_figure(law->kappa));
    json = doc_put(json, "kappa_error", json_out_figure(law->kappa_error));
    json = doc_put(json, "residual", json_out_figure(law->residual));
    json = doc_put(json, "aicc", json_out_figure(law->aicc));
    json = doc_put(json, "preferred", json_boolean(preferred));
    return json;
}

static json_t *doc_line(const struct cell_group *group, const struct scaling *line)
{
    const struct scaling_fit *fit = line->fitted > 0 ? &line->fit : NULL;
    char name[VERDICT_NAME];
    json_t *json = json_object();
    json = doc_put(json, "name",
                   json_out_text(verdict_line_name(name, sizeof name, group, line->cell)));
    json = doc_put(json, "way", doc_way(line->cell->key));
    json = doc_put(json, "finding", json_out_text(scaling_names[line->kind]));
    json = doc_put(json, "counts", json_out_count(line->counts));
    json = doc_put(json, "fitted", json_out_count(line->fitted));
    json = doc_put(json, "most_workers", json_out_count(line->most));
    json = doc_put(json, "limit", line->limit ? json_out_count(line->limit) : json_null());
    json = doc_put(json, "amdahl", fit ? doc_law(&fit->amdahl, !fit->usl_preferred) : json_null());
    json = doc_put(json, "usl", fit ? doc_law(&fit->usl, fit->usl_preferred) : json_null());
    json = doc_put(json, "knee_workers", json_out_figure(line->knee));
    json = doc_put(json, "best_speedup", json_out_figure(line->best_speedup));
    json = doc_put(json, "single_worker_ns", json_out_figure(line->own_ns));
    json = doc_put(json, "single_worker_measured", json_boolean(line->own_measured));
    json = doc_put(json, "sentence", json_out_text(line->sentence));
    return json;
}

static json_t *doc_scaling(const struct cell_group *group)
{
    const size_t room = group->count / 2;
    struct scaling *lines = room ? calloc(room, sizeof *lines) : NULL;
    const int count = lines ? scaling_of(group, lines, room) : room ? -ENOMEM : 0;
    json_t *json = count < 0 ? NULL : json_array();
    for (int i = 0; i < count; i++)
        json = doc_add(json, doc_line(group, &lines[i]));
    free(lines);
    return json;
}

static json_t *doc_cells(const struct cell_group *group)
{
    char name[VERDICT_NAME];
    json_t *json = json_array();
    for (size_t i = 0; i < group->count; i++)
        json = doc_add(json, doc_cell(verdict_name(name, sizeof name, group, &group->cells[i]),
                                      &group->cells[i]));
    return json;
}

static json_t *doc_groups(const struct cell_table *table)
{
    json_t *json = json_array();
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        json_t *one = json_object();
        one = doc_put(one, "work", json_out_work(group->first));
        one = doc_put(one, "verdict", doc_verdict(group));
        one = doc_put(one, "cells", doc_cells(group));
        one = doc_put(one, "scaling", doc_scaling(group));
        json = doc_add(json, one);
    }
    return json;
}

int export_json(FILE *out, const struct compared_run *run)
{
    const struct cell_figures *reference = run->table.reference;
    json_t *json = json_object();
    json = doc_put(json, "schema", json_integer(EXPORT_SCHEMA));
    json = doc_put(json, "run", doc_run(run));
    json = doc_put(json, "level", json_real(JUDGE_LEVEL));
    json = doc_put(json, "effect", json_real(judge_default.effect));
    json = doc_put(json, "groups", doc_groups(&run->table));
    json = doc_put(json, "reference", reference ? doc_cell("reference", reference) : json_null());
    json = doc_put(json, "machine", run->machine ? json_deep_copy(run->machine) : json_null());
    const int code = json ? json_out_dump(json, out) : -ENOMEM;
    json_decref(json);
    return code;
}
