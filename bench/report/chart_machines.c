/*
 * chart_machines.c - runs set side by side with the first one: each cell's ratio of wall times with
 * its interval, and what each side gains over its own serial. Judged as `bench compare` does.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/fold.h"
#include "bench/report/machines_titles.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"

enum { MACHINES_CELLS = 24, MACHINES_NAME = 34, MACHINES_FIGURES = 5 };

static const double machines_none[MACHINES_FIGURES] = {NAN, NAN, NAN, NAN, NAN};

static const char *machines_missing(const struct chart_data *data)
{
    for (size_t i = 0; i < data->compared_count; i++)
        if (data->compared[i].count > 0)
            return NULL;
    return "the runs have no measured cell of the same work and way in common";
}

static char *machines_title(char *text, size_t size, const struct chart_data *data)
{
    return machines_headline(text, size, data->compared, data->compared_count);
}

/* --- the cells that are drawn --- */

/* The largest change first, whichever way; what cannot be told last. Changes within a percent are
 * alike, or chance would mix the works of a machine that is faster at all of them. */
static int machines_order(const void *a, const void *b)
{
    const struct compared_cell *x = *(const struct compared_cell *const *)a;
    const struct compared_cell *y = *(const struct compared_cell *const *)b;
    const double p = floor(100 * fabs(log(x->pair.ratio)) + 0.5);
    const double q = floor(100 * fabs(log(y->pair.ratio)) + 0.5);
    if (isnan(p) != isnan(q))
        return isnan(p) ? 1 : -1;
    return p > q ? -1 : p < q ? 1 : (x > y) - (x < y);
}

/* The caller frees it; NULL without memory. */
static const struct compared_cell **machines_sorted(const struct comparison *comparison)
{
    const struct compared_cell **order = calloc(comparison->count + 1, sizeof(void *));
    for (size_t i = 0; order && i < comparison->count; i++)
        order[i] = &comparison->cells[i];
    if (order)
        qsort(order, comparison->count, sizeof *order, machines_order);
    return order;
}

static size_t machines_shown(const struct comparison *comparison)
{
    return comparison->count < MACHINES_CELLS ? comparison->count : (size_t)MACHINES_CELLS;
}

/* "mixed share=25% thread-pool x4". Cells of one work differ in the mode, so that the parameters
 * are cut. */
static void machines_name(char text[MACHINES_NAME + 1], const struct comparison *comparison,
                          const struct compared_cell *cell)
{
    char mode[VERDICT_NAME + 64], telling[CHART_NOTE], work[TEXT_NAME + CHART_NOTE + 1];
    const struct timing *base = cell->a->key, *other = cell->b->key;
    verdict_name(mode, sizeof mode, cell->group_a, cell->a);
    if (base->workers != other->workers)
        snprintf(mode + strlen(mode), sizeof mode - strlen(mode), " (there x%llu)",
                 (unsigned long long)other->workers);
    chart_telling(telling, sizeof telling, &comparison->a->table, cell->group_a);
    snprintf(work, sizeof work, "%s%s%s", base->workload, *telling ? " " : "", telling);
    const size_t tail = strlen(mode) + 1, room = MACHINES_NAME > tail ? MACHINES_NAME - tail : 0;
    plain_field(text, room + 1, work);
    const size_t used = room > 0 ? strlen(text) : 0;
    snprintf(text + used, MACHINES_NAME + 1 - used, "%s", used ? " " : "");
    plain_field(text + strlen(text), MACHINES_NAME + 1 - strlen(text), mode);
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

static void machines_cell(FILE *out, const struct comparison *comparison,
                          const struct compared_cell *cell, size_t number, size_t place)
{
    char name[MACHINES_NAME + 1];
    const struct interval range = cell->pair.interval;
    const double figures[MACHINES_FIGURES] = {
        cell->pair.ratio, range.exists ? range.lo : (double)NAN,
        range.exists ? range.hi : (double)NAN, cell->a->speedup, cell->b->speedup};
    machines_name(name, comparison, cell);
    machines_row(out, "cell", number, place, name, "-", judged_names[cell->pair.judged], figures);
}

static int machines_group(FILE *out, const struct comparison *comparison, size_t number)
{
    char name[CHART_TITLE], note[CHART_NOTE];
    const struct compared_cell **order = machines_sorted(comparison);
    if (!order)
        return -ENOMEM;
    machines_note(note, sizeof note, comparison, machines_shown(comparison));
    machines_row(out, "group", number, 0, machines_finding(name, sizeof name, comparison), note,
                 "-", machines_none);
    for (size_t i = 0; i < machines_shown(comparison); i++)
        machines_cell(out, comparison, order[i], number, i + 1);
    free(order);
    return 0;
}

static int machines_write(FILE *out, const struct chart_data *data)
{
    char title[CHART_TITLE], note[CHART_NOTE];
    int code = 0;
    fputs("kind,group,place,name,note,role,ratio,low,high,base_speedup,speedup\n", out);
    machines_row(out, "figure", data->compared_count, 0, machines_title(title, sizeof title, data),
                 chart_origin(note, sizeof note, data), "-", machines_none);
    for (size_t i = 0; i < data->compared_count && i < CHART_PANELS && code == 0; i++)
        code = machines_group(out, &data->compared[i], i + 1);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { AXIS_MOST = 61, AXIS_LEAST = 13 };
enum { RATIO_WIDTH = 9, VERDICT_WIDTH = 14, GAINS_WIDTH = 19, MARGIN = 3 };

/* The columns of a text chart. */
struct machines_text {
    size_t name; /* 0: it has a line of its own */
    size_t axis;
    bool verdict, gains;
    double high; /* the axis goes from 1 / high to high */
};

/* How far from 1 a cell's mark and whiskers go, as a ratio above 1. */
static double machines_reach(const struct judge_pair *pair)
{
    double reach = pair->ratio > 0 ? fabs(log(pair->ratio)) : 0;
    if (pair->interval.exists && pair->interval.lo > 0)
        reach = fmax(reach, fmax(fabs(log(pair->interval.lo)), fabs(log(pair->interval.hi))));
    return exp(reach) * 1.02;
}

static void machines_layout(struct machines_text *layout, const struct comparison *comparison,
                            const struct compared_cell **order, size_t width)
{
    size_t taken = MARGIN + RATIO_WIDTH, longest = 0;
    *layout = (struct machines_text){.verdict = width >= 72, .gains = width >= 96, .high = 1.1};
    taken += layout->verdict ? VERDICT_WIDTH : 0;
    taken += layout->gains ? GAINS_WIDTH : 0;
    const size_t rest = width > taken + AXIS_LEAST ? width - taken : AXIS_LEAST;
    for (size_t i = 0; i < machines_shown(comparison); i++) {
        char name[MACHINES_NAME + 1];
        machines_name(name, comparison, order[i]);
        longest = strlen(name) > longest ? strlen(name) : longest;
        layout->high = fmax(layout->high, machines_reach(&order[i]->pair));
    }
    layout->name = longest + AXIS_LEAST <= rest ? longest : 0;
    layout->axis = rest - layout->name < AXIS_MOST ? rest - layout->name : AXIS_MOST;
    layout->axis -= layout->axis % 2 == 0; /* there is a column in the middle */
}

static size_t machines_column(const struct machines_text *layout, double ratio)
{
    const double last = (double)layout->axis - 1;
    const double at = (1 + log(ratio) / log(layout->high)) / 2 * last;
    return at <= 0 ? 0 : at >= last ? layout->axis - 1 : (size_t)lround(at);
}

static void machines_axis(char *axis, const struct machines_text *layout,
                          const struct judge_pair *pair)
{
    const bool differs = pair->judged == JUDGED_FASTER || pair->judged == JUDGED_SLOWER;
    memset(axis, ' ', layout->axis);
    axis[layout->axis] = '\0';
    if (pair->interval.exists && pair->interval.lo > 0) {
        const size_t from = machines_column(layout, pair->interval.lo);
        memset(axis + from, '-', machines_column(layout, pair->interval.hi) - from + 1);
    }
    char *middle = &axis[layout->axis / 2];
    *middle = *middle == ' ' ? '.' : '+';
    if (pair->ratio > 0)
        axis[machines_column(layout, pair->ratio)] = differs ? '#' : 'o';
}

static void machines_gains(FILE *out, const struct compared_cell *cell)
{
    if (isnan(cell->a->speedup) || isnan(cell->b->speedup))
        fprintf(out, "%*s", GAINS_WIDTH, "");
    else
        fprintf(out, "%8.2fx -> %5.2fx", cell->a->speedup, cell->b->speedup);
}

static void machines_print_cell(FILE *out, const struct comparison *comparison,
                                const struct compared_cell *cell,
                                const struct machines_text *layout)
{
    char axis[AXIS_MOST + 1], name[MACHINES_NAME + 1];
    machines_name(name, comparison, cell);
    machines_axis(axis, layout, &cell->pair);
    fprintf(out, "  %-*s%s%s", (int)layout->name, name, layout->name ? " " : "\n   ", axis);
    if (cell->pair.ratio > 0)
        fprintf(out, " %7.3fx", cell->pair.ratio);
    else
        fprintf(out, " %8s", "n/a");
    if (layout->gains)
        machines_gains(out, cell);
    if (layout->verdict)
        fprintf(out, "  %s", judged_names[cell->pair.judged]);
    fputc('\n', out);
}

static int machines_print_run(FILE *out, const struct comparison *comparison, size_t width)
{
    char text[CHART_NOTE];
    struct machines_text layout;
    const struct compared_cell **order = machines_sorted(comparison);
    if (!order)
        return -ENOMEM;
    machines_layout(&layout, comparison, order, width);
    fputc('\n', out);
    fold_text_within(out, machines_finding(text, CHART_TITLE, comparison), 0, 0, (int)width);
    machines_note(text, sizeof text, comparison, machines_shown(comparison));
    fold_text_within(out, text, 0, 0, (int)width);
    for (size_t i = 0; i < machines_shown(comparison); i++)
        machines_print_cell(out, comparison, order[i], &layout);
    free(order);
    return 0;
}

static int machines_print(FILE *out, const struct chart_data *data, size_t width)
{
    int code = 0;
    fprintf(out, "%s%s\n", "wall time over the base's, log scale",
            width >= 96 ? ", and speed-up over own serial: base -> other" : "");
    fprintf(out, "# differs   o no difference shown\n");
    const size_t runs = data->compared_count, shown = runs < CHART_PANELS ? runs : CHART_PANELS;
    for (size_t i = 0; i < shown && code == 0; i++)
        code = machines_print_run(out, &data->compared[i], width);
    if (shown < runs)
        fprintf(out, "\nThe first %zu of %zu.\n", shown, runs);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

const struct chart chart_machines = {.name = "machines",
                                     .what = "runs compared",
                                     .several = true,
                                     .write = machines_write,
                                     .missing = machines_missing,
                                     .title = machines_title,
                                     .print = machines_print};
