/* python_read.c - what scripts/python/shapes.py prints, as rows; its README.md describes it. The
 * answer is data of another program: what is not as it should be is refused. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/results/timings.h"
#include "bench/suite/python.h"

#define NUMBER_MOST 9007199254740992.0 /* 2^53: 104 days in ns */

static int refuse(const char *what, struct error *err)
{
    return error_set(err, -EINVAL, "the answer of scripts/python/shapes.py has no proper '%s'",
                     what);
}

/* A whole number, not negative. */
static bool take_number(const json_t *object, const char *name, uint64_t *number)
{
    const json_t *value = json_object_get(object, name);
    const double real = json_number_value(value);
    if (!json_is_number(value) || !(real >= 0 && real < NUMBER_MOST)) {
        return false;
    }
    *number = (uint64_t)llround(real);
    return true;
}

static void take_optional(const json_t *object, const char *name, uint64_t *number)
{
    *number = FIGURE_OFF;
    take_number(object, name, number);
}

/* Names are shown and written to CSV. */
static const char *take_name(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    for (const char *c = text; c && *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == ',' || *c == '"') {
            return NULL;
        }
    }
    return text && *text && strlen(text) < TEXT_NAME ? text : NULL;
}

static int take_row(struct python_row *row, const json_t *from, uint64_t rounds, struct error *err)
{
    const json_t *lateness = json_object_get(from, "lateness_ns");
    *row = (struct python_row){
        .shape = take_name(from, "shape"), .mode = take_name(from, "mode"), .rounds = rounds};
    const double interval = json_number_value(json_object_get(from, "switch_interval_s"));
    row->switch_ns = interval > 0 && interval < 1e6 ? (uint64_t)llround(interval * 1e9) : 0;
    take_optional(lateness, "p50", &row->lateness_p50_ns);
    take_optional(lateness, "p99", &row->lateness_p99_ns);
    take_optional(lateness, "max", &row->lateness_max_ns);
    take_optional(from, "lost", &row->lost_updates);
    return !row->shape                                    ? refuse("shape", err)
           : !row->mode                                   ? refuse("mode", err)
           : !take_number(from, "tasks", &row->tasks)     ? refuse("tasks", err)
           : !take_number(from, "workers", &row->workers) ? refuse("workers", err)
           : !take_number(from, "block", &row->block)     ? refuse("block", err)
           : !take_number(from, "wall_ns", &row->wall_ns) || row->wall_ns == 0
               ? refuse("wall_ns", err)
               : 0;
}

static int take_about(struct python *python, const json_t *about, struct error *err)
{
    char version[32], implementation[32];
    const char *a = take_name(about, "version"), *b = take_name(about, "implementation");
    const json_t *gil = json_object_get(about, "gil");
    if (!a || !b) {
        return refuse("python", err);
    }
    const bool free_threaded = json_is_true(json_object_get(about, "free_threaded_build"));
    snprintf(python->name, sizeof python->name, "%s %s (%sGIL %s)",
             plain_text(implementation, sizeof implementation, b),
             plain_text(version, sizeof version, a), free_threaded ? "free-threaded build, " : "",
             json_is_true(gil)    ? "on"
             : json_is_false(gil) ? "off"
                                  : "unknown");
    return 0;
}

/* Why something is not there; the first reason stays. */
static void note_why(struct python *python, const json_t *entries)
{
    char mode[64], reason[128];
    for (size_t i = 0; i < json_array_size(entries) && python->why[0] == '\0'; i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *a = json_string_value(json_object_get(entry, "mode"));
        const char *b = json_string_value(json_object_get(entry, "reason"));
        snprintf(python->why, sizeof python->why, "%s: %s",
                 plain_text(mode, sizeof mode, a ? a : "?"),
                 plain_text(reason, sizeof reason, b ? b : "no reason told"));
    }
}

int python_take(struct python *python, json_t *answer, struct error *err)
{
    const json_t *rows = json_object_get(answer, "rows");
    uint64_t rounds = 0;
    if (json_integer_value(json_object_get(answer, "schema")) != 1) {
        return refuse("schema", err);
    }
    if (!json_is_array(rows)) {
        return refuse("rows", err);
    }
    take_number(json_object_get(answer, "settings"), "rounds", &rounds);
    int rc = take_about(python, json_object_get(answer, "python"), err);
    if (rc != 0) {
        return rc;
    }
    const size_t more = json_array_size(rows);
    struct python_row *all =
        reallocarray(python->rows, python->count + more + 1, sizeof *python->rows);
    if (!all) {
        return error_set(err, -ENOMEM, "no memory");
    }
    python->rows = all;
    for (size_t i = 0; i < more; i++) {
        rc = take_row(&all[python->count + i], json_array_get(rows, i), rounds, err);
        if (rc != 0) {
            return rc;
        }
    }
    if (!python->answers) {
        python->answers = json_array();
    }
    if (json_array_append(python->answers, answer) != 0) {
        return error_set(err, -ENOMEM, "no memory");
    }
    python->count += more;
    python->failed += json_array_size(json_object_get(answer, "failed"));
    note_why(python, json_object_get(answer, "failed"));
    note_why(python, json_object_get(answer, "missing"));
    return 0;
}

void python_free(struct python *python)
{
    json_decref(python->answers);
    free(python->rows);
    *python = (struct python){0};
}
