#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/callbacks.h"
#include "bench/report/chart.h"
#include "bench/report/chart_print.h"
#include "bench/report/dots.h"
#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { CALLBACKS_FIGURES = 4 };

static const double callbacks_none[CALLBACKS_FIGURES] = {NAN, NAN, NAN, NAN};

static void callbacks_row(FILE *out, const char *kind, size_t group, size_t place, const char *name,
                          const char *note, const char *role,
                          const double figures[CALLBACKS_FIGURES], const struct judge_pair *judged)
{
    fprintf(out, "%s,%zu,%zu,%s,%s,%s", kind, group, place, name, note, role);
    for (size_t i = 0; i < CALLBACKS_FIGURES; i++)
        chart_figure(out, 15, figures[i]);
    chart_ratio(out, judged);
    fputc('\n', out);
}

static void callbacks_cell(FILE *out, const struct cell_group *group, size_t number,
                           const struct cell_figures *cell, size_t place,
                           const struct judge_pair *judged)
{
    char plain[VERDICT_NAME + TEXT_NAME], name[VERDICT_NAME], note[CHART_NOTE];
    struct interval range;
    struct dots dots;
    const double cpu = requests_median(cell, requests_cpu, &range);
    const double figures[CALLBACKS_FIGURES] = {cpu, range.exists ? range.lo : (double)NAN,
                                               range.exists ? range.hi : (double)NAN, (double)NAN};
    verdict_name(plain, sizeof plain, group, cell);
    if (!strchr(plain, '/')) /* the wait stays in the name where there is but one */
        snprintf(plain, sizeof plain, "%s/%s", cell->key->mode, cell->key->wait);
    plain_field(name, sizeof name, plain);
    if (isnan(cpu))
        snprintf(note, sizeof note, "unknown");
    else
        units_human_time(note, sizeof note, cpu);
    callbacks_row(out, "cell", number, place, name, note, cell->key->mode, figures, judged);
    dots_of(&dots, cell, requests_cpu);
    for (size_t i = 0, seen = 0; i < cell->row_count; i++) {
        const double one = dots_next(&dots, cell, i, &seen);
        if (!isnan(one))
            callbacks_row(out, "run", number, place, name, "-", "-",
                          (const double[CALLBACKS_FIGURES]){one, NAN, NAN, NAN}, NULL);
    }
}

/* Where the ratios of those that are seen to differ so end. */
static double callbacks_extreme(const struct callback_pair *pairs, size_t count, enum judged judged)
{
    double extreme = 1;
    for (size_t i = 0; i < count; i++)
        if (pairs[i].judged.judged == judged)
            extreme = judged == JUDGED_FASTER ? fmin(extreme, pairs[i].judged.ratio)
                                              : fmax(extreme, pairs[i].judged.ratio);
    return extreme;
}

/* How many pairs each way of writing it wins. */
static void callbacks_wins(const struct callback_pair *pairs, size_t count, size_t *less,
                           size_t *more)
{
    *less = *more = 0;
    for (size_t i = 0; i < count; i++) {
        *less += pairs[i].judged.judged == JUDGED_FASTER;
        *more += pairs[i].judged.judged == JUDGED_SLOWER;
    }
}

/* Of what the CPU time is stands on the axis. */
static void callbacks_count(char *text, size_t size, const struct callback_pair *pairs,
                            size_t count)
{
    size_t less, more;
    callbacks_wins(pairs, count, &less, &more);
    if (less == 0 && more == 0)
        snprintf(text, size, "no clear difference in CPU time in any of %zu pairs", count);
    else if (more == 0)
        snprintf(text, size,
                 "call-backs need less CPU than coroutines in %zu of %zu pairs (down to %.2fx)",
                 less, count, callbacks_extreme(pairs, count, JUDGED_FASTER));
    else if (less == 0)
        snprintf(text, size,
                 "coroutines need less CPU than call-backs in %zu of %zu pairs (call-backs up to "
                 "%.2fx)",
                 more, count, callbacks_extreme(pairs, count, JUDGED_SLOWER));
    else
        snprintf(text, size, "call-backs need less CPU in %zu, coroutines in %zu of %zu pairs",
                 less, more, count);
}

static void callbacks_title(char *text, size_t size, const struct cell_group *group,
                            const struct callback_pair *pairs, size_t count)
{
    char line[2 * CHART_TITLE];
    if (count == 1)
        callbacks_finding(line, sizeof line, group, pairs);
    else
        callbacks_count(line, sizeof line, pairs, count);
    line[0] = (char)toupper((unsigned char)line[0]);
    plain_field(text, size, line);
}

/* The same, short enough for a panel's heading. */
static void callbacks_heading(char *text, size_t size, const struct cell_table *table,
                              const struct cell_group *group, const struct callback_pair *pairs,
                              size_t count)
{
    char work[CHART_CALLED], line[2 * CHART_TITLE];
    const double ratio = pairs[0].judged.ratio;
    size_t less, more;
    callbacks_wins(pairs, count, &less, &more);
    chart_called(work, sizeof work, table, group);
    if (less == 0 && more == 0)
        snprintf(line, sizeof line, "%s: no clear difference", work);
    else if (count == 1)
        snprintf(line, sizeof line, "%s: call-backs need %.2fx the CPU", work, ratio);
    else if (more == 0)
        snprintf(line, sizeof line, "%s: call-backs need less in %zu of %zu", work, less, count);
    else if (less == 0)
        snprintf(line, sizeof line, "%s: coroutines need less in %zu of %zu", work, more, count);
    else
        snprintf(line, sizeof line, "%s: call-backs win %zu, coroutines %zu of %zu pairs", work,
                 less, more, count);
    plain_field(text, size, line);
}

/* The pairs one below the other, a free line between them. Coroutine cells may have several rivals
 * and be drawn with each. */
static void callbacks_group(FILE *out, const struct cell_table *table,
                            const struct cell_group *group, size_t number,
                            const struct callback_pair *pairs, size_t count)
{
    char name[CHART_TITLE], work[CHART_NOTE], note[CHART_NOTE + 128];
    const size_t most = (CHART_CELLS + 1) / 3, drawn = count < most ? count : most;
    callbacks_heading(name, sizeof name, table, group, pairs, count);
    chart_work(work, sizeof work, table, group);
    snprintf(note, sizeof note, "%s%s", dots_note(group), work);
    if (drawn < count)
        snprintf(note, sizeof note, "%zu of %zu pairs shown; %s%s", drawn, count, dots_note(group),
                 work);
    callbacks_row(out, "group", number, 0, name, note, "-", callbacks_none, NULL);
    for (size_t i = 0; i < drawn; i++) {
        callbacks_cell(out, group, number, pairs[i].event, 3 * i + 1, &pairs[i].judged);
        callbacks_cell(out, group, number, pairs[i].coroutine, 3 * i + 2, NULL);
    }
}

/* What all groups' pairs say together. */
struct overall {
    const struct cell_group *group; /* the last that has pairs */
    struct callback_pair *pairs;
    size_t count, groups;
};

static int overall_add(struct overall *all, const struct cell_group *group)
{
    struct callback_pair *pairs;
    size_t count;
    const int code = callbacks_of(&pairs, &count, group);
    if (code < 0 || count == 0)
        return code;
    struct callback_pair *more = reallocarray(all->pairs, all->count + count, sizeof *more);
    if (more) {
        memcpy(more + all->count, pairs, count * sizeof *pairs);
        all->pairs = more;
        all->count += count;
        all->group = group;
        all->groups++;
    }
    free(pairs);
    return more ? 0 : -ENOMEM;
}

static void overall_title(char *text, size_t size, const struct overall *all)
{
    char line[CHART_TITLE];
    if (all->count == 1 || all->groups == 1) {
        callbacks_title(text, size, all->group, all->pairs, all->count);
        return;
    }
    callbacks_count(line, sizeof line, all->pairs, all->count);
    line[0] = (char)toupper((unsigned char)line[0]);
    plain_field(text, size, line);
}

/* All pairs of the table; the caller frees all->pairs. */
static int overall_gather(struct overall *all, const struct cell_table *table)
{
    int code = 0;
    for (size_t g = 0; g < table->count && code == 0; g++)
        code = overall_add(all, &table->groups[g]);
    return code;
}

static char *callbacks_said(char *text, size_t size, const struct chart_data *data)
{
    struct overall all = {0};
    plain_field(text, size, "CPU time of call-backs and coroutines");
    if (overall_gather(&all, data->table) == 0 && all.count > 0)
        overall_title(text, size, &all);
    free(all.pairs);
    return text;
}

static int callbacks_write(FILE *out, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    char title[CHART_TITLE], note[CHART_NOTE];
    struct overall all = {0};
    int code = overall_gather(&all, table);
    if (code == 0 && all.count > 0) {
        overall_title(title, sizeof title, &all);
        fputs("kind,group,place,name,note,role,cpu_ns,low_ns,high_ns,ideal_ns,ratio\n", out);
        callbacks_row(out, "figure", all.groups, 0, title, chart_origin(note, sizeof note, data),
                      "-", callbacks_none, NULL);
    }
    size_t number = 0;
    for (size_t g = 0; g < table->count && number < CHART_PANELS && code == 0; g++) {
        struct callback_pair *pairs;
        size_t count;
        code = callbacks_of(&pairs, &count, &table->groups[g]);
        if (code == 0 && count > 0)
            callbacks_group(out, table, &table->groups[g], ++number, pairs, count);
        free(pairs);
    }
    free(all.pairs);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

static const char *callbacks_missing(const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    bool event = false, coroutine = false;
    for (size_t g = 0; g < table->count; g++) {
        struct callback_pair *pairs;
        size_t count;
        if (callbacks_of(&pairs, &count, &table->groups[g]) == 0 && count > 0) {
            free(pairs);
            return NULL;
        }
        for (size_t c = 0; c < table->groups[g].count; c++) {
            const char *mode = table->groups[g].cells[c].key->mode;
            event |= strcmp(mode, "event") == 0;
            coroutine |= strcmp(mode, "coroutine") == 0;
        }
    }
    return event && coroutine
               ? "needs runs of event and coroutine that came out ok, under the same --wait"
               : "needs the modes event and coroutine under one wait: --mode coroutine,event "
                 "--wait epoll";
}

static int callbacks_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_bars(out, callbacks_write, data, width,
                            "bar: CPU time per request or task, up to the median, o; |=o-| its "
                            "95% interval; x: call-backs over coroutines; n.s.: no difference "
                            "seen");
}

const struct chart chart_callbacks = {.name = "callbacks",
                                      .what = "call-backs against coroutines",
                                      .write = callbacks_write,
                                      .missing = callbacks_missing,
                                      .title = callbacks_said,
                                      .print = callbacks_print};
