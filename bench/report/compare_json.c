/* compare_json.c - comparisons as JSON. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare_export.h"
#include "bench/report/compare_notes.h"
#include "bench/report/compare_words.h"
#include "bench/report/json_out.h"
#include "bench/report/machine_diff.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"

enum { JSON_SCHEMA = 1 };

static json_t *out_run(const struct compared_run *run)
{
    const json_t *host = machine_fact(run->machine, "host");
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "label", json_out_text(run->label), "folder",
                     json_out_text(run->folder), "host", json_out_text(json_string_value(host)),
                     "invocations", json_out_count(run->invocations), "noise_sd",
                     json_out_figure(run->noise.known ? run->noise.sd : (double)NAN));
}

/* What was run and how, with the workers of that side. */
static json_t *out_key(const struct timing *key, const char *name)
{
    json_t *json = json_out_work(key);
    json_t *way =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", json_out_text(name), "mode",
                  json_out_text(key->mode), "wait", json_out_text(key->wait), "pin",
                  json_out_text(key->pin), "submit", json_out_text(key->submit), "stack",
                  json_out_text(key->stack), "schedule", json_out_text(key->schedule));
    if (!json || !way || json_object_update(json, way) < 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(way);
    return json;
}

static json_t *out_side(const struct cell_figures *cell)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "workers", json_out_count(cell->key->workers),
        "width", json_out_count(cell->key->width), "runs", json_out_count(cell->runs),
        "invocations", json_out_count(cell->invocation_count), "median_ns",
        json_out_figure(cell->wall_ns), "interval_ns", json_out_range(&cell->wall_interval),
        "speedup", json_out_figure(cell->speedup));
}

static json_t *out_pair(const struct judge_pair *pair)
{
    const bool compared = isfinite(pair->ratio);
    const char *unit = pair->needed_invocations ? "invocations" : "runs";
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "ratio", json_out_figure(pair->ratio),
                     "interval", json_out_range(&pair->interval), "p", json_out_figure(pair->p),
                     "verdict", json_out_text(compared ? judged_names[pair->judged] : NULL),
                     "needed", pair->needed ? json_out_count(pair->needed) : json_null(),
                     "needed_unit", json_out_text(pair->needed ? unit : NULL));
}

static json_t *out_cell(const struct compared_cell *cell)
{
    json_t *json = out_key(cell->a->key, cell->name);
    json_t *rest =
        json_pack("{s:o, s:o, s:o}", "base", out_side(cell->a), "other", out_side(cell->b),
                  "speedup_ratio", json_out_figure(cell->speedup_ratio));
    json_t *pair = out_pair(&cell->pair);
    if (!json || !rest || !pair || json_object_update(json, rest) < 0 ||
        json_object_update(json, pair) < 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(rest);
    json_decref(pair);
    return json;
}

static json_t *out_cells(const struct comparison *comparison, enum compare_sort sort)
{
    const struct compared_cell **cells = compare_order(comparison, sort);
    json_t *list = cells ? json_array() : NULL;
    for (size_t i = 0; i < comparison->count && list; i++)
        if (json_array_append_new(list, out_cell(cells[i])) < 0) {
            json_decref(list);
            list = NULL;
        }
    free(cells);
    return list;
}

static json_t *out_refused(const struct comparison *comparison)
{
    json_t *list = json_array();
    for (size_t i = 0; i < comparison->refused_count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "name",
                                              json_out_text(comparison->refused[i].name), "reason",
                                              json_out_text(comparison->refused[i].reason)));
    return list;
}

static json_t *out_missing(const struct cell_figures *const *cells, size_t count)
{
    json_t *list = json_array();
    char name[COMPARE_NAME];
    for (size_t i = 0; i < count; i++) {
        words_cell(name, sizeof name, cells[i]->key);
        json_array_append_new(list, json_pack("{s:o, s:o}", "cell", out_key(cells[i]->key, name),
                                              "figures", out_side(cells[i])));
    }
    return list;
}

/* --- winners --- */

static json_t *out_winner(const struct cell_group *group)
{
    char sentence[512], name[VERDICT_NAME];
    const bool won = verdict_of(group) == VERDICT_WINNER;
    return json_pack(
        "{s:o, s:o}", "winner",
        json_out_text(won ? verdict_name(name, sizeof name, group, group->best) : NULL), "sentence",
        json_out_text(verdict_sentence(sentence, sizeof sentence, group)));
}

static json_t *out_winners(const struct comparison *comparison)
{
    const struct compared_cell **cells = compare_groups(comparison);
    json_t *list = cells ? json_array() : NULL;
    for (size_t i = 0; list && cells[i]; i++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "work",
                                              json_out_work(cells[i]->group_a->first), "base",
                                              out_winner(cells[i]->group_a), "other",
                                              out_winner(cells[i]->group_b)));
    free(cells);
    return list;
}

/* --- machines --- */

static json_t *out_machines(const struct comparison *comparison)
{
    struct machine_diff diff;
    if (machine_diff_make(&diff, comparison->a->machine, comparison->b->machine) < 0)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < diff.count; i++) {
        const struct machine_difference *one = &diff.list[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "path", one->path, "label",
                                              one->label, "base", one->a, "other", one->b));
    }
    json_t *json =
        json_pack("{s:b, s:b, s:o, s:o}", "known_base", diff.known_a, "known_other", diff.known_b,
                  "differences", list, "left_out", json_out_count(diff.left_out));
    machine_diff_free(&diff);
    return json;
}

static json_t *out_comparison(const struct comparison *comparison, enum compare_sort sort)
{
    json_t *missing = json_pack(
        "{s:o, s:o}", "base", out_missing(comparison->missing_a, comparison->missing_a_count),
        "other", out_missing(comparison->missing_b, comparison->missing_b_count));
    return json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "paired", comparison->within,
        "base", out_run(comparison->a), "other", out_run(comparison->b), "cells",
        out_cells(comparison, sort), "geomean", json_out_figure(comparison->geomean),
        "geomean_cells", json_out_count(notes_common(comparison)), "reference",
        out_pair(&comparison->reference), "refused", out_refused(comparison), "missing", missing,
        "winners", out_winners(comparison), "machines", out_machines(comparison));
}

int compare_export_json(FILE *out, const struct comparison *list, size_t count,
                        enum compare_sort sort, const struct judge_rules *rules)
{
    json_t *comparisons = json_array();
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = json_array_append_new(comparisons, out_comparison(&list[i], sort)) < 0 ? -ENOMEM : 0;
    json_t *json = json_pack("{s:i, s:f, s:f, s:o}", "schema", JSON_SCHEMA, "level", JUDGE_LEVEL,
                             "effect", rules->effect, "comparisons", comparisons);
    if (code == 0 && !json)
        code = -ENOMEM;
    if (code == 0)
        code = json_out_dump(json, out);
    json_decref(json);
    return code;
}
