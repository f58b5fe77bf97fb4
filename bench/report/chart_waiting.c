#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/chart_print.h"
#include "bench/report/dots.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/report/waiting.h"
#include "bench/util/units.h"

enum { WAITING_FIGURES = 4 };

static const double waiting_none[WAITING_FIGURES] = {NAN, NAN, NAN, NAN};

static void waiting_row(FILE *out, const char *kind, size_t group, double place, const char *name,
                        const char *note, const char *role, const double figures[WAITING_FIGURES],
                        const struct judge_pair *judged)
{
    fprintf(out, "%s,%zu,%g,%s,%s,%s", kind, group, place, name, note, role);
    for (size_t i = 0; i < WAITING_FIGURES; i++)
        chart_figure(out, 15, figures[i]);
    chart_ratio(out, judged);
    fputc('\n', out);
}

/* --- one cell: a line for its short tasks, and one for its long ones --- */

struct line {
    size_t group;
    double place;
    const struct judge_pair *judged; /* against first come, first served; NULL */
    const char *name, *role;
    cells_row_figure *figure;
};

static void waiting_line(FILE *out, const struct line *line, const struct cell_figures *cell,
                         const struct waiting_class *class)
{
    char note[CHART_NOTE], turnaround[48];
    const struct interval *range = &class->range;
    struct dots dots;
    const double figures[WAITING_FIGURES] = {
        class->waiting, range->exists ? range->lo : (double)NAN,
        range->exists ? range->hi : (double)NAN, class->turnaround};
    if (isnan(class->waiting))
        snprintf(note, sizeof note, "waiting unknown; turnaround %s",
                 units_human_time(turnaround, sizeof turnaround, class->turnaround));
    else
        units_human_time(note, sizeof note, class->waiting);
    waiting_row(out, "cell", line->group, line->place, line->name, note, line->role, figures,
                line->judged);
    dots_of(&dots, cell, line->figure);
    for (size_t i = 0, seen = 0; i < cell->row_count; i++) {
        const double one = dots_next(&dots, cell, i, &seen);
        if (!isnan(one))
            waiting_row(out, "run", line->group, line->place, line->name, "-", "-",
                        (const double[WAITING_FIGURES]){one, NAN, NAN, NAN}, NULL);
    }
}

static const struct waiting_pair *pair_of(const struct waiting_pair *pairs, size_t count,
                                          const struct cell_figures *cell)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].cell == cell)
            return &pairs[i];
    return NULL;
}

/* --- a group: the cells in which short tasks wait least come first --- */

struct drawn {
    const struct cell_figures *cell;
    struct waiting_figures figures;
    bool base; /* others are held against it */
};

static int by_waiting(const void *left, const void *right)
{
    const struct drawn *a = left, *b = right;
    const double x = a->figures.of_short.waiting, y = b->figures.of_short.waiting;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return x < y ? -1 : x > y;
}

static int bases_first(const void *left, const void *right)
{
    const struct drawn *a = left, *b = right;
    return a->base != b->base ? b->base - a->base : by_waiting(left, right);
}

/* Puts those to be drawn first, in their order. Where not all have room, ratios must not be over
 * something that is not there. Returns how many. */
static size_t waiting_choose(struct drawn *cells, size_t count, const struct waiting_pair *pairs,
                             size_t pair_count)
{
    const size_t shown = count < CHART_WAITING ? count : CHART_WAITING;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < pair_count; p++)
            cells[i].base = cells[i].base || pairs[p].base == cells[i].cell;
    qsort(cells, count, sizeof *cells, bases_first);
    qsort(cells, shown, sizeof *cells, by_waiting);
    return shown;
}

static void waiting_heading(char *text, size_t size, const struct cell_table *table,
                            const struct cell_group *group, const struct waiting_pair *pairs,
                            size_t count)
{
    char work[CHART_CALLED], name[TEXT_NAME], change[48], line[2 * CHART_TITLE];
    const struct waiting_pair *best = waiting_best(pairs, count);
    chart_called(work, sizeof work, table, group);
    if (!best)
        snprintf(line, sizeof line, "%s: who waits how long", work);
    else
        snprintf(line, sizeof line, "%s: short tasks wait %s under %s", work,
                 waiting_change(change, sizeof change, best->of_short.ratio),
                 waiting_schedule(name, sizeof name, best->cell->key));
    plain_field(text, size, line);
}

/* Half a line stays free between two cells. */
static void waiting_cells(FILE *out, const struct cell_group *group, size_t number,
                          const struct drawn *cells, size_t count, const struct waiting_pair *pairs,
                          size_t pair_count)
{
    const bool longs = waiting_any_long(group);
    double place = 0;
    for (size_t i = 0; i < count; i++) {
        const struct waiting_pair *pair = pair_of(pairs, pair_count, cells[i].cell);
        char plain[VERDICT_NAME], name[VERDICT_NAME];
        verdict_name(plain, sizeof plain, group, cells[i].cell);
        plain_field(name, sizeof name, plain);
        const struct line of_short = {number, place + 1, pair ? &pair->of_short : NULL,
                                      name,   "short",   waiting_short};
        const struct line of_long = {number,       place + 2, pair ? &pair->of_long : NULL,
                                     "long tasks", "long",    waiting_long};
        waiting_line(out, &of_short, cells[i].cell, &cells[i].figures.of_short);
        if (longs)
            waiting_line(out, &of_long, cells[i].cell, &cells[i].figures.of_long);
        place += longs ? 2.5 : 1;
    }
}

static int waiting_group(FILE *out, const struct cell_table *table, const struct cell_group *group,
                         size_t number)
{
    char name[CHART_TITLE], work[CHART_NOTE], note[CHART_NOTE + 128];
    struct drawn *cells = calloc(group->count, sizeof *cells);
    struct waiting_pair *pairs = NULL;
    size_t count = 0, pair_count;
    const int code = cells ? waiting_pairs(&pairs, &pair_count, group) : -ENOMEM;
    for (size_t i = 0; code == 0 && i < group->count; i++) {
        cells[count].cell = &group->cells[i];
        waiting_of(&cells[count].figures, cells[count].cell);
        count += cells[count].figures.runs > 0;
    }
    if (code == 0) {
        const size_t shown = waiting_choose(cells, count, pairs, pair_count);
        waiting_heading(name, sizeof name, table, group, pairs, pair_count);
        chart_work(work, sizeof work, table, group);
        snprintf(note, sizeof note, "%s%s", dots_note(group), work);
        if (shown < count)
            snprintf(note, sizeof note, "%zu of %zu cells shown; %s%s", shown, count,
                     dots_note(group), work);
        waiting_row(out, "group", number, 0, name, note, "-", waiting_none, NULL);
        waiting_cells(out, group, number, cells, shown, pairs, pair_count);
    }
    free(cells);
    free(pairs);
    return code;
}

/* The finding of the group in which a schedule changes most. */
static int waiting_title(char *text, size_t size, const struct cell_table *table)
{
    char line[2 * CHART_TITLE] = "how long short and long tasks wait";
    double least = INFINITY;
    for (size_t g = 0; g < table->count; g++) {
        struct waiting_pair *pairs;
        size_t count;
        if (waiting_pairs(&pairs, &count, &table->groups[g]) < 0)
            return -ENOMEM;
        const struct waiting_pair *best = waiting_best(pairs, count);
        if (best ? best->of_short.ratio < least : count > 0 && isinf(least))
            waiting_finding(line, sizeof line, pairs, count, true);
        least = best && best->of_short.ratio < least ? best->of_short.ratio : least;
        free(pairs);
    }
    if (line[strcspn(line, " :")] != ':') /* a mode's name that leads keeps its letters */
        line[0] = (char)toupper((unsigned char)line[0]);
    plain_field(text, size, line);
    return 0;
}

static char *waiting_said(char *text, size_t size, const struct chart_data *data)
{
    return waiting_title(text, size, data->table) == 0
               ? text
               : plain_field(text, size, "How long short and long tasks wait");
}

static int waiting_write(FILE *out, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    char title[CHART_TITLE], note[CHART_NOTE];
    int code = waiting_title(title, sizeof title, table);
    if (code < 0)
        return code;
    size_t count = 0, number = 0;
    for (size_t g = 0; g < table->count; g++)
        count += waiting_any(&table->groups[g]);
    fputs("kind,group,place,name,note,role,waiting_ns,low_ns,high_ns,turnaround_ns,ratio\n", out);
    waiting_row(out, "figure", count, 0, title, chart_origin(note, sizeof note, data), "-",
                waiting_none, NULL);
    for (size_t g = 0; g < table->count && number < CHART_PANELS && code == 0; g++)
        if (waiting_any(&table->groups[g]))
            code = waiting_group(out, table, &table->groups[g], ++number);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* One cell alone tells nobody who waits. */
static const char *waiting_missing(const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    for (size_t g = 0; g < table->count; g++) {
        size_t known = 0;
        for (size_t i = 0; i < table->groups[g].count; i++) {
            struct waiting_figures figures;
            waiting_of(&figures, &table->groups[g].cells[i]);
            known += figures.runs > 0 && !isnan(figures.of_short.waiting);
        }
        if (known > 1)
            return NULL;
    }
    return "needs two cells or more of tasks of known lengths: --workload jobs --schedule fcfs,sjf";
}

static int waiting_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_bars(out, waiting_write, data, width,
                            "bar: waiting for a turn, mean of the tasks, up to o; |=o-| its 95% "
                            "interval; x: over that under fcfs; n.s.: no difference seen");
}

const struct chart chart_waiting = {.name = "waiting",
                                    .what = "who waits how long",
                                    .write = waiting_write,
                                    .missing = waiting_missing,
                                    .title = waiting_said,
                                    .print = waiting_print};
