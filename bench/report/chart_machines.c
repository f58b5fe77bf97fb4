/*
 * chart_machines.c - runs set side by side with the first one: each cell's ratio of wall times with
 * its interval, and what each side gains over its own serial. Judged as `bench compare` does.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/plain.h"

enum { MACHINES_CELLS = 24, MACHINES_FIGURES = 5, MACHINES_AXIS = 33 };

static const double machines_none[MACHINES_FIGURES] = {NAN, NAN, NAN, NAN, NAN};

static int machines_compare(struct comparison *comparison, const struct chart_data *data,
                            size_t other)
{
    return compare_make(comparison, &data->runs[0], &data->runs[other], &judge_default, NULL);
}

static const char *machines_missing(const struct chart_data *data)
{
    size_t cells = 0;
    for (size_t r = 1; r < data->run_count; r++) {
        struct comparison comparison;
        if (machines_compare(&comparison, data, r) < 0)
            continue;
        cells += comparison.count;
        compare_free(&comparison);
    }
    return cells > 0 ? NULL : "the runs have no measured cell of the same work and way in common";
}

/* --- what was found --- */

static size_t machines_count(const struct comparison *comparison, enum judged judged)
{
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        count += comparison->cells[i].pair.judged == judged;
    return count;
}

static char *machines_finding(char *text, size_t size, const struct comparison *comparison)
{
    char line[512];
    const size_t faster = machines_count(comparison, JUDGED_FASTER);
    const size_t slower = machines_count(comparison, JUDGED_SLOWER);
    const size_t equal = machines_count(comparison, JUDGED_EQUIVALENT);
    if (comparison->count == 0)
        snprintf(line, sizeof line, "%.48s and %.48s have no cell in common", comparison->b->label,
                 comparison->a->label);
    else if (faster + slower == 0)
        snprintf(line, sizeof line,
                 "%.48s: no difference from %.48s shown in %zu cells (%zu equivalent)",
                 comparison->b->label, comparison->a->label, comparison->count, equal);
    else
        snprintf(
            line, sizeof line,
            "%.48s: faster than %.48s in %zu of %zu cells; slower in %zu (times %.2fx on average)",
            comparison->b->label, comparison->a->label, faster, comparison->count, slower,
            comparison->geomean);
    return plain_field(text, size, line);
}

/* Of the run that differs in most cells. */
static char *machines_title(char *text, size_t size, const struct chart_data *data)
{
    size_t most = 0;
    plain_field(text, size, "Runs compared");
    for (size_t r = 1; r < data->run_count; r++) {
        struct comparison comparison;
        if (machines_compare(&comparison, data, r) < 0)
            continue;
        const size_t differ = 1 + machines_count(&comparison, JUDGED_FASTER) +
                              machines_count(&comparison, JUDGED_SLOWER);
        if (differ > most) {
            most = differ;
            machines_finding(text, size, &comparison);
        }
        compare_free(&comparison);
    }
    return text;
}

/* --- the derived CSV --- */

static void machines_row(FILE *out, const char *kind, size_t group, size_t place, const char *name,
                         const char *note, const char *role, const double figures[MACHINES_FIGURES])
{
    fprintf(out, "%s,%zu,%zu,%s,%s,%s", kind, group, place, name, note, role);
    for (size_t i = 0; i < MACHINES_FIGURES; i++)
        chart_figure(out, 6, figures[i]);
    fputc('\n', out);
}

/* The largest change first, whichever way; what cannot be told last. */
static int machines_order(const void *a, const void *b)
{
    const struct compared_cell *const *x = a, *const *y = b;
    const double p = fabs(log((*x)->pair.ratio)), q = fabs(log((*y)->pair.ratio));
    return p > q || (!isnan(p) && isnan(q)) ? -1 : p < q || (isnan(p) && !isnan(q)) ? 1 : 0;
}

static const struct compared_cell **machines_sorted(const struct comparison *comparison)
{
    const struct compared_cell **order = calloc(comparison->count + 1, sizeof(void *));
    for (size_t i = 0; order && i < comparison->count; i++)
        order[i] = &comparison->cells[i];
    if (order)
        qsort(order, comparison->count, sizeof *order, machines_order);
    return order;
}

static void machines_cell(FILE *out, const struct compared_cell *cell, size_t number, size_t place)
{
    char name[COMPARE_NAME];
    const struct interval range = cell->pair.interval;
    const double figures[MACHINES_FIGURES] = {
        cell->pair.ratio, range.exists ? range.lo : (double)NAN,
        range.exists ? range.hi : (double)NAN, cell->a->speedup, cell->b->speedup};
    machines_row(out, "cell", number, place, plain_field(name, sizeof name, cell->name), "-",
                 judged_names[cell->pair.judged], figures);
}

static void machines_note(char *text, size_t size, const struct comparison *comparison)
{
    char line[CHART_NOTE];
    const size_t shown =
        comparison->count < MACHINES_CELLS ? comparison->count : (size_t)MACHINES_CELLS;
    const size_t alone = comparison->missing_a_count + comparison->missing_b_count;
    snprintf(line, sizeof line, "%.48s over %.48s; %zu of %zu cells", comparison->b->label,
             comparison->a->label, shown, comparison->count);
    if (comparison->refused_count > 0)
        snprintf(line + strlen(line), sizeof line - strlen(line), "; %zu are not the same work",
                 comparison->refused_count);
    if (alone > 0)
        snprintf(line + strlen(line), sizeof line - strlen(line), "; %zu on one side only", alone);
    plain_field(text, size, line);
}

static int machines_group(FILE *out, const struct comparison *comparison, size_t number)
{
    char name[CHART_TITLE], note[CHART_NOTE];
    const struct compared_cell **order = machines_sorted(comparison);
    if (!order)
        return -ENOMEM;
    machines_note(note, sizeof note, comparison);
    machines_row(out, "group", number, 0, machines_finding(name, sizeof name, comparison), note,
                 "-", machines_none);
    for (size_t i = 0; i < comparison->count && i < MACHINES_CELLS; i++)
        machines_cell(out, order[i], number, i + 1);
    free(order);
    return 0;
}

static int machines_write(FILE *out, const struct chart_data *data)
{
    char title[CHART_TITLE], note[CHART_NOTE];
    int code = 0;
    fputs("kind,group,place,name,note,role,ratio,low,high,base_speedup,speedup\n", out);
    machines_row(out, "figure", 0, 0, machines_title(title, sizeof title, data),
                 chart_origin(note, sizeof note, data), "-", machines_none);
    for (size_t r = 1; r < data->run_count && code == 0; r++) {
        struct comparison comparison;
        code = machines_compare(&comparison, data, r);
        if (code < 0)
            return code;
        code = machines_group(out, &comparison, r);
        compare_free(&comparison);
    }
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

/* Columns of an axis from `low` to `high`, logarithmic; the middle is 1. */
static size_t machines_column(double ratio, double high)
{
    const double at = (1 + log(ratio) / log(high)) / 2 * (MACHINES_AXIS - 1);
    return at <= 0 ? 0 : at >= MACHINES_AXIS - 1 ? MACHINES_AXIS - 1 : (size_t)lround(at);
}

static void machines_print_cell(FILE *out, const struct compared_cell *cell, double high,
                                size_t width)
{
    char axis[MACHINES_AXIS + 1];
    const struct judge_pair *pair = &cell->pair;
    const int names = width > MACHINES_AXIS + 52 ? 30 : 16;
    memset(axis, ' ', MACHINES_AXIS);
    axis[MACHINES_AXIS] = '\0';
    if (pair->interval.exists && pair->ratio > 0 && pair->interval.lo > 0) {
        const size_t from = machines_column(pair->interval.lo, high);
        const size_t to = machines_column(pair->interval.hi, high);
        memset(axis + from, '-', to - from + 1);
    }
    axis[MACHINES_AXIS / 2] = axis[MACHINES_AXIS / 2] == ' ' ? '.' : '+';
    if (pair->ratio > 0)
        axis[machines_column(pair->ratio, high)] =
            pair->judged == JUDGED_FASTER || pair->judged == JUDGED_SLOWER ? '#' : 'o';
    fprintf(out, "  %-*.*s %s %6.3fx  %s\n", names, names, cell->name, axis, pair->ratio,
            judged_names[pair->judged]);
}

static int machines_print(FILE *out, const struct chart_data *data, size_t width)
{
    char text[CHART_TITLE];
    fprintf(out, "wall time over the base's, log scale: # differs, o no difference shown\n");
    for (size_t r = 1; r < data->run_count; r++) {
        struct comparison comparison;
        const int code = machines_compare(&comparison, data, r);
        if (code < 0)
            return code;
        double high = 1.1;
        for (size_t i = 0; i < comparison.count; i++)
            if (comparison.cells[i].pair.ratio > 0)
                high = fmax(high, exp(fabs(log(comparison.cells[i].pair.ratio))) * 1.02);
        fprintf(out, "\n%s\n", machines_finding(text, sizeof text, &comparison));
        for (size_t i = 0; i < comparison.count; i++)
            machines_print_cell(out, &comparison.cells[i], high, width);
        compare_free(&comparison);
    }
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_machines = {.name = "machines",
                                     .what = "runs compared",
                                     .several = true,
                                     .write = machines_write,
                                     .missing = machines_missing,
                                     .title = machines_title,
                                     .print = machines_print};
