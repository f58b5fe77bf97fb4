/* export_json.c - a run as one JSON document. Keys come in the order in which they are put here. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/export.h"
#include "bench/report/export_cell.h"
#include "bench/report/json_out.h"
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

/* --- the run --- */

static json_t *doc_copy(const struct compared_run *run, const char *path)
{
    const json_t *fact = run->machine ? machine_fact(run->machine, path) : NULL;
    return fact ? json_deep_copy(fact) : json_null();
}

/* As text: it may have 63 bits, and many readers keep numbers as doubles. */
static json_t *doc_seed(uint64_t seed)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
    return seed < FIGURE_OFF ? json_string(text) : json_null();
}

static json_t *doc_run(const struct compared_run *run)
{
    char started[32];
    export_started(started, sizeof started, run);
    json_t *json = json_object();
    json = export_put(json, "name", json_out_text(run->rows->run));
    json = export_put(json, "label", json_out_text(export_fact(run, "run.label")));
    json = export_put(json, "command", doc_copy(run, "run.command"));
    json = export_put(json, "started", json_out_text(*started ? started : NULL));
    json = export_put(json, "seed", doc_seed(run->rows->seed));
    json = export_put(json, "cores", json_out_count(run->rows->cores));
    json = export_put(json, "invocations", json_out_count(run->invocations));
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
    json = export_put(json, "verdict", json_out_text(verdict_names[verdict]));
    json = export_put(json, "winner",
                      verdict == VERDICT_WINNER ? doc_name(group, group->best) : json_null());
    json = export_put(json, "fastest", doc_name(group, group->best));
    json = export_put(json, "next", doc_name(group, group->next));
    json = export_put(json, "ratio", json_out_figure(lead ? lead->ratio : (double)NAN));
    json = export_put(json, "interval", json_out_range(lead ? &lead->interval : &none));
    json = export_put(json, "p", json_out_figure(lead ? lead->p : (double)NAN));
    json = export_put(json, "needed_runs",
                      lead && lead->needed ? json_out_count(lead->needed) : json_null());
    json = export_put(json, "sentence",
                      json_out_text(verdict_sentence(sentence, sizeof sentence, group)));
    return json;
}

static json_t *doc_law(const struct scaling_law *law, bool preferred)
{
    json_t *json = json_object();
    json = export_put(json, "t1_ns", json_out_figure(law->t1_ns));
    json = export_put(json, "sigma", json_out_figure(law->sigma));
    json = export_put(json, "sigma_error", json_out_figure(law->sigma_error));
    json = export_put(json, "kappa", json_out_figure(law->kappa));
    json = export_put(json, "kappa_error", json_out_figure(law->kappa_error));
    json = export_put(json, "residual", json_out_figure(law->residual));
    json = export_put(json, "aicc", json_out_figure(law->aicc));
    json = export_put(json, "preferred", json_boolean(preferred));
    return json;
}

static json_t *doc_line(const struct cell_group *group, const struct scaling *line)
{
    const struct scaling_fit *fit = line->fitted > 0 ? &line->fit : NULL;
    char name[VERDICT_NAME];
    json_t *json = json_object();
    json = export_put(json, "name",
                      json_out_text(verdict_line_name(name, sizeof name, group, line->cell)));
    json = export_put(json, "way", export_way(line->cell->key));
    json = export_put(json, "finding", json_out_text(scaling_names[line->kind]));
    json = export_put(json, "counts", json_out_count(line->counts));
    json = export_put(json, "fitted", json_out_count(line->fitted));
    json = export_put(json, "most_workers", json_out_count(line->most));
    json = export_put(json, "limit", line->limit ? json_out_count(line->limit) : json_null());
    json =
        export_put(json, "amdahl", fit ? doc_law(&fit->amdahl, !fit->usl_preferred) : json_null());
    json = export_put(json, "usl", fit ? doc_law(&fit->usl, fit->usl_preferred) : json_null());
    json = export_put(json, "knee_workers", json_out_figure(line->knee));
    json = export_put(json, "best_speedup", json_out_figure(line->best_speedup));
    json = export_put(json, "single_worker_ns", json_out_figure(line->own_ns));
    json = export_put(json, "single_worker_measured", json_boolean(line->own_measured));
    json = export_put(json, "sentence", json_out_text(line->sentence));
    return json;
}

static json_t *doc_scaling(const struct cell_group *group)
{
    const size_t room = group->count / 2;
    struct scaling *lines = room ? calloc(room, sizeof *lines) : NULL;
    const int count = lines ? scaling_of(group, lines, room) : room ? -ENOMEM : 0;
    json_t *json = count < 0 ? NULL : json_array();
    for (int i = 0; i < count; i++)
        json = export_add(json, doc_line(group, &lines[i]));
    free(lines);
    return json;
}

static json_t *doc_cells(const struct cell_group *group)
{
    char name[VERDICT_NAME];
    json_t *json = json_array();
    for (size_t i = 0; i < group->count; i++)
        json =
            export_add(json, export_cell(verdict_name(name, sizeof name, group, &group->cells[i]),
                                         &group->cells[i]));
    return json;
}

static json_t *doc_groups(const struct cell_table *table)
{
    json_t *json = json_array();
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        json_t *one = json_object();
        one = export_put(one, "work", json_out_work(group->first));
        one = export_put(one, "verdict", doc_verdict(group));
        one = export_put(one, "bound", json_out_text(*group->bound ? group->bound : NULL));
        one = export_put(one, "cells", doc_cells(group));
        one = export_put(one, "scaling", doc_scaling(group));
        json = export_add(json, one);
    }
    return json;
}

int export_json(FILE *out, const struct compared_run *run)
{
    const struct cell_figures *reference = run->table.reference;
    json_t *json = json_object();
    json = export_put(json, "schema", json_integer(EXPORT_SCHEMA));
    json = export_put(json, "run", doc_run(run));
    json = export_put(json, "level", json_real(JUDGE_LEVEL));
    json = export_put(json, "effect", json_real(judge_default.effect));
    json = export_put(json, "groups", doc_groups(&run->table));
    json = export_put(json, "reference",
                      reference ? export_cell("reference", reference) : json_null());
    json = export_put(json, "machine", run->machine ? json_deep_copy(run->machine) : json_null());
    const int code = json ? json_out_dump(json, out) : -ENOMEM;
    json_decref(json);
    return code;
}
