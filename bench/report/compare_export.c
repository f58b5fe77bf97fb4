/* compare_export.c - comparisons as CSV; compare_json.c has the JSON. */
#include "bench/report/compare_export.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/report/compare_words.h"
#include "bench/results/csv_put.h"

enum { EXPORT_FLUSH = 1 << 20 };

static const char *const export_columns[] = {"base",
                                             "other",
                                             "cell",
                                             "workload",
                                             "workload_version",
                                             "params",
                                             "tasks",
                                             "rate",
                                             "arrivals",
                                             "mode",
                                             "wait",
                                             "workers_a",
                                             "workers_b",
                                             "width_a",
                                             "width_b",
                                             "pin",
                                             "submit",
                                             "stack",
                                             "schedule",
                                             "runs_a",
                                             "runs_b",
                                             "invocations_a",
                                             "invocations_b",
                                             "median_a_ns",
                                             "median_a_lo_ns",
                                             "median_a_hi_ns",
                                             "median_b_ns",
                                             "median_b_lo_ns",
                                             "median_b_hi_ns",
                                             "ratio",
                                             "ratio_lo",
                                             "ratio_hi",
                                             "p",
                                             "verdict",
                                             "needed",
                                             "needed_unit",
                                             "speedup_a",
                                             "speedup_b",
                                             "speedup_ratio",
                                             "reason"};

struct export
{
    FILE *out;
    struct csv_buffer buffer;
    const struct comparison *comparison;
};

static int export_write(struct export *e, size_t most)
{
    if (e->buffer.length <= most)
        return 0;
    const bool whole = fwrite(e->buffer.text, 1, e->buffer.length, e->out) == e->buffer.length;
    csv_put_clear(&e->buffer);
    return whole ? 0 : -EIO;
}

static int export_end(struct export *e)
{
    const int code = csv_put_end(&e->buffer);
    return code < 0 ? code : export_write(e, EXPORT_FLUSH);
}

/* --- fields --- */

static void export_real(struct export *e, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.10g", value);
    csv_put_text(&e->buffer, isfinite(value) ? text : "unknown");
}

static void export_interval(struct export *e, const struct interval *interval)
{
    export_real(e, interval->exists ? interval->lo : (double)NAN);
    export_real(e, interval->exists ? interval->hi : (double)NAN);
}

static void export_off(struct export *e, size_t fields)
{
    for (size_t i = 0; i < fields; i++)
        csv_put_text(&e->buffer, "off");
}

static void export_runs(struct export *e, const char *name)
{
    csv_put_text(&e->buffer, e->comparison->a->label);
    csv_put_text(&e->buffer, e->comparison->b->label);
    csv_put_text(&e->buffer, name);
}

/* A number of each side; off for the one that has no such cell. */
static void export_number(struct export *e, const struct cell_figures *cell, uint64_t number)
{
    if (cell)
        csv_put_number(&e->buffer, number);
    else
        csv_put_text(&e->buffer, "off");
}

static void export_key(struct export *e, const struct cell_figures *a, const struct cell_figures *b)
{
    const struct timing *key = (a ? a : b)->key;
    csv_put_text(&e->buffer, key->workload);
    csv_put_number(&e->buffer, key->workload_version);
    csv_put_text(&e->buffer, key->params);
    csv_put_number(&e->buffer, key->tasks);
    export_number(e, cells_open_loop(key) ? a ? a : b : NULL, key->rate);
    csv_put_text(&e->buffer, key->arrivals);
    csv_put_text(&e->buffer, key->mode);
    csv_put_text(&e->buffer, key->wait);
    export_number(e, a, a ? a->key->workers : 0);
    export_number(e, b, b ? b->key->workers : 0);
    export_number(e, a, a ? a->key->width : 0);
    export_number(e, b, b ? b->key->width : 0);
    csv_put_text(&e->buffer, key->pin);
    csv_put_text(&e->buffer, key->submit);
    csv_put_text(&e->buffer, key->stack);
    csv_put_text(&e->buffer, key->schedule);
    export_number(e, a, a ? a->runs : 0);
    export_number(e, b, b ? b->runs : 0);
    export_number(e, a, a ? a->invocation_count : 0);
    export_number(e, b, b ? b->invocation_count : 0);
}

static void export_median(struct export *e, const struct cell_figures *cell)
{
    if (!cell) {
        export_off(e, 3);
        return;
    }
    export_real(e, cell->wall_ns);
    export_interval(e, &cell->wall_interval);
}

static void export_needed(struct export *e, const struct judge_pair *pair)
{
    if (pair->needed == 0) {
        export_off(e, 2);
        return;
    }
    csv_put_number(&e->buffer, pair->needed);
    csv_put_text(&e->buffer, pair->needed_invocations ? "invocations" : "runs");
}

static void export_speedup(struct export *e, const struct cell_figures *cell)
{
    if (cell)
        export_real(e, cell->speedup);
    else
        export_off(e, 1);
}

/* --- rows --- */

static int export_cell(struct export *e, const struct compared_cell *cell)
{
    const struct judge_pair *pair = &cell->pair;
    const bool compared = isfinite(pair->ratio);
    export_runs(e, cell->name);
    export_key(e, cell->a, cell->b);
    export_median(e, cell->a);
    export_median(e, cell->b);
    export_real(e, pair->ratio);
    export_interval(e, &pair->interval);
    export_real(e, pair->p);
    csv_put_text(&e->buffer, compared ? judged_names[pair->judged] : "unknown");
    export_needed(e, pair);
    export_speedup(e, cell->a);
    export_speedup(e, cell->b);
    export_real(e, cell->speedup_ratio);
    csv_put_text(&e->buffer, compared ? "off"
                             : isnan(cell->a->wall_ns)
                                 ? "no measured run came out ok in the base"
                                 : "no measured run came out ok in the other");
    return export_end(e);
}

static int export_refused(struct export *e, const struct compared_refusal *refused)
{
    export_runs(e, refused->name);
    export_off(e, 30);
    csv_put_text(&e->buffer, "refused");
    export_off(e, 5);
    csv_put_text(&e->buffer, refused->reason);
    return export_end(e);
}

static int export_missing(struct export *e, const struct cell_figures *a,
                          const struct cell_figures *b)
{
    char name[COMPARE_NAME];
    export_runs(e, words_cell(name, sizeof name, (a ? a : b)->key));
    export_key(e, a, b);
    export_median(e, a);
    export_median(e, b);
    export_off(e, 4);
    csv_put_text(&e->buffer, a ? "missing-b" : "missing-a");
    export_off(e, 2);
    export_speedup(e, a);
    export_speedup(e, b);
    export_off(e, 1);
    csv_put_text(&e->buffer, a ? "only the base has it" : "only the other has it");
    return export_end(e);
}

static int export_comparison(struct export *e, enum compare_sort sort)
{
    const struct comparison *comparison = e->comparison;
    const struct compared_cell **cells = compare_order(comparison, sort);
    int code = cells ? 0 : -ENOMEM;
    for (size_t i = 0; i < comparison->count && code == 0; i++)
        code = export_cell(e, cells[i]);
    for (size_t i = 0; i < comparison->refused_count && code == 0; i++)
        code = export_refused(e, &comparison->refused[i]);
    for (size_t i = 0; i < comparison->missing_a_count && code == 0; i++)
        code = export_missing(e, NULL, comparison->missing_a[i]);
    for (size_t i = 0; i < comparison->missing_b_count && code == 0; i++)
        code = export_missing(e, comparison->missing_b[i], NULL);
    free(cells);
    return code;
}

int compare_export_csv(FILE *out, const struct comparison *list, size_t count,
                       enum compare_sort sort)
{
    struct export e = {.out = out};
    for (size_t i = 0; i < sizeof export_columns / sizeof *export_columns; i++)
        csv_put_text(&e.buffer, export_columns[i]);
    int code = export_end(&e);
    for (size_t i = 0; i < count && code == 0; i++) {
        e.comparison = &list[i];
        code = export_comparison(&e, sort);
    }
    if (code == 0)
        code = export_write(&e, 0);
    if (code == 0 && (fflush(out) != 0 || ferror(out)))
        code = -EIO;
    csv_put_free(&e.buffer);
    return code;
}
