/*
 * chart_latency.c - how long tasks or requests took: the distribution and its percentiles.
 *
 * Where a cell has requests (bench/report/requests.h), the percentiles are the medians over its
 * repetitions; else they, and the distribution, are those of the tasks of the one repetition that
 * tasks.csv holds. A percentile is told only where the tasks bound it from above (docs/results.md).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart_lines.h"
#include "bench/report/chart_tasks.h"
#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { LATENCY_LEVELS = 4, LATENCY_POINTS = 160 };

/* The least n that bounds each (bench/repetition/figures.c, which does the same with requests). */
static const struct {
    const char *name;
    double level;
    size_t least;
} latency_levels[LATENCY_LEVELS] = {
    {"p50", 0.5, 6}, {"p90", 0.9, 36}, {"p99", 0.99, 368}, {"p99.9", 0.999, 3688}};

struct latency {
    double at[LATENCY_LEVELS]; /* ns; NaN where it is not told */
    struct interval range[LATENCY_LEVELS];
    double most;    /* the longest; NaN unknown */
    double *sorted; /* of the tasks; NULL where the requests have no rows of their own */
    size_t count;
};

static double latency_row_p50(const struct timing *row)
{
    return cells_figure(row->latency_p50_ns);
}

static double latency_row_p90(const struct timing *row)
{
    return cells_figure(row->latency_p90_ns);
}

static double latency_row_p99(const struct timing *row)
{
    return cells_figure(row->latency_p99_ns);
}

static double latency_row_p999(const struct timing *row)
{
    return cells_figure(row->latency_p999_ns);
}

static double latency_row_max(const struct timing *row)
{
    return cells_figure(row->latency_max_ns);
}

static bool latency_has_requests(const struct cell_figures *cell)
{
    for (size_t i = 0; i < cell->row_count; i++)
        if (cells_measured(cell->rows[i]) && cell->rows[i]->requests < FIGURE_OFF)
            return true;
    return false;
}

static void latency_of_requests(struct latency *latency, const struct cell_figures *cell)
{
    static cells_row_figure *const figures[LATENCY_LEVELS] = {latency_row_p50, latency_row_p90,
                                                              latency_row_p99, latency_row_p999};
    for (size_t i = 0; i < LATENCY_LEVELS; i++)
        latency->at[i] = requests_median(cell, figures[i], &latency->range[i]);
    latency->most = requests_median(cell, latency_row_max, NULL);
}

/* By nearest rank (Hyndman and Fan 1996, definition 1), as the percentiles of requests are. */
static double latency_quantile(const struct latency *latency, double level)
{
    const double rank = ceil(level * (double)latency->count - 1e-9);
    return latency->sorted[rank < 1 ? 0 : (size_t)rank - 1];
}

static int latency_of_tasks(struct latency *latency, const struct task_cell *tasks)
{
    latency->sorted = calloc(tasks->count, sizeof *latency->sorted);
    if (!latency->sorted)
        return -ENOMEM;
    latency->count = chart_tasks_latencies(tasks, latency->sorted);
    for (size_t i = 0; i < LATENCY_LEVELS; i++)
        if (latency->count >= latency_levels[i].least)
            latency->at[i] = latency_quantile(latency, latency_levels[i].level);
    if (latency->count > 0)
        latency->most = latency->sorted[latency->count - 1];
    return 0;
}

/* 1 where there is anything to draw, 0, or -ENOMEM. The caller frees latency->sorted. */
static int latency_of(struct latency *latency, const struct chart_data *data,
                      const struct cell_figures *cell)
{
    *latency = (struct latency){.at = {NAN, NAN, NAN, NAN}, .most = (double)NAN};
    if (latency_has_requests(cell)) {
        latency_of_requests(latency, cell);
        return !isnan(latency->at[0]);
    }
    const struct task_cell *tasks = chart_tasks_of(data, cell, NULL);
    if (!tasks)
        return 0;
    const int code = latency_of_tasks(latency, tasks);
    return code < 0 ? code : latency->count > 1;
}

static int latency_group_any(const struct chart_data *data, const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct latency latency;
        const int any = latency_of(&latency, data, &group->cells[i]);
        free(latency.sorted);
        if (any != 0)
            return any;
    }
    return 0;
}

static const char *latency_missing(const struct chart_data *data)
{
    for (size_t g = 0; g < data->table->count; g++)
        if (latency_group_any(data, &data->table->groups[g]) > 0)
            return NULL;
    return "needs requests (--workload tcp, or --rate) or tasks.csv of a run that came out ok";
}

/* --- what was found --- */

/* The cells of a group with the least and the most of a percentile that all of them have. */
struct latency_extremes {
    const struct cell_group *group;
    const struct cell_figures *least, *most;
    double low, high;
    size_t level;
};

static int latency_extremes_at(struct latency_extremes *found, const struct chart_data *data,
                               const struct cell_group *group, size_t level)
{
    *found = (struct latency_extremes){.group = group, .low = INFINITY, .level = level};
    for (size_t i = 0; i < group->count; i++) {
        struct latency latency;
        const int any = latency_of(&latency, data, &group->cells[i]);
        free(latency.sorted);
        if (any < 0)
            return any;
        if (any == 0)
            continue;
        if (isnan(latency.at[level]))
            return 0;
        if (latency.at[level] < found->low) {
            found->low = latency.at[level];
            found->least = &group->cells[i];
        }
        if (latency.at[level] > found->high) {
            found->high = latency.at[level];
            found->most = &group->cells[i];
        }
    }
    return found->least != NULL;
}

/* At the 99th percentile where all have it, else at the median. */
static int latency_extremes_of(struct latency_extremes *found, const struct chart_data *data,
                               const struct cell_group *group)
{
    const int far = latency_extremes_at(found, data, group, 2);
    return far != 0 ? far : latency_extremes_at(found, data, group, 0);
}

static void latency_finding(char *text, size_t size, const struct latency_extremes *found)
{
    char workload[TEXT_NAME], low[48], high[48], best[VERDICT_NAME], worst[VERDICT_NAME];
    char what[48], line[512];
    plain_text(workload, sizeof workload, found->group->first->workload);
    verdict_name(best, sizeof best, found->group, found->least);
    verdict_name(worst, sizeof worst, found->group, found->most);
    units_human_time(low, sizeof low, found->low);
    units_human_time(high, sizeof high, found->high);
    if (latency_has_requests(found->least))
        snprintf(what, sizeof what, "%s latency", latency_levels[found->level].name);
    else
        snprintf(what, sizeof what, "%s done after", found->level == 0 ? "half" : "99%");
    if (found->least == found->most)
        snprintf(line, sizeof line, "%s: %s %s (%s)", workload, what, low, best);
    else
        snprintf(line, sizeof line, "%s: %s %s (%s) to %s (%s)", workload, what, low, best, high,
                 worst);
    plain_field(text, size, line);
}

/* Of the group whose cells differ most. */
static char *latency_title(char *text, size_t size, const struct chart_data *data)
{
    double apart = 0;
    plain_field(text, size, "How long tasks and requests took");
    for (size_t g = 0; g < data->table->count; g++) {
        struct latency_extremes found;
        if (latency_extremes_of(&found, data, &data->table->groups[g]) <= 0)
            continue;
        const double ratio = found.low > 0 ? found.high / found.low : 1;
        if (ratio <= apart)
            continue;
        apart = ratio;
        latency_finding(text, size, &found);
    }
    return text;
}

/* --- the derived CSV --- */

static void latency_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                        const char *note, const double figures[4])
{
    fprintf(out, "%s,%zu,%zu,%s,%s", kind, group, line, name, note);
    for (size_t i = 0; i < 4; i++)
        chart_figure(out, i < 3 ? 15 : 9, figures[i]);
    fputc('\n', out);
}

static const double latency_none[4] = {NAN, NAN, NAN, NAN};

/* As many ranks as the eye can tell on an axis of which each step is ten times nearer to the
 * longest; the longest always. The i-th of n, from 1, stands at the share (i - 0.5) / n. */
static void latency_distribution(FILE *out, size_t group, size_t line, const char *name,
                                 const struct latency *latency)
{
    const double n = (double)latency->count;
    size_t next = 0;
    for (size_t p = 0; p <= LATENCY_POINTS; p++) {
        const double beyond = pow(2 * n, -(double)p / LATENCY_POINTS);
        const double rank = fmax(0, ceil(n * (1 - beyond) - 0.5));
        const size_t i = p == LATENCY_POINTS ? latency->count - 1 : (size_t)fmin(rank, n - 1);
        if (i < next)
            continue;
        next = i + 1;
        latency_row(out, "point", group, line, name, "-",
                    (const double[4]){latency->sorted[i], NAN, NAN, ((double)i + 0.5) / n});
    }
}

static void latency_cell(FILE *out, size_t group, size_t line, const char *name,
                         const struct latency *latency)
{
    if (latency->sorted)
        latency_distribution(out, group, line, name, latency);
    for (size_t i = 0; i < LATENCY_LEVELS; i++) {
        const struct interval range = latency->range[i];
        if (isnan(latency->at[i]))
            continue;
        latency_row(out, "mark", group, line, name, latency_levels[i].name,
                    (const double[4]){latency->at[i], range.exists ? range.lo : (double)NAN,
                                      range.exists ? range.hi : (double)NAN,
                                      latency_levels[i].level});
    }
}

static int latency_group(FILE *out, const struct chart_data *data, const struct cell_group *group,
                         size_t number, struct chart_lines *lines)
{
    char name[CHART_TITLE], note[CHART_NOTE], work[CHART_NOTE];
    struct latency_extremes found;
    size_t left_out = 0;
    const int any = latency_extremes_of(&found, data, group);
    if (any < 0)
        return any;
    if (any > 0)
        latency_finding(name, sizeof name, &found);
    else
        plain_field(name, sizeof name, group->first->workload);
    for (size_t i = 0; i < group->count; i++)
        left_out += chart_lines_number(lines, group, &group->cells[i]) == 0;
    chart_work(work, sizeof work, data->table, group);
    snprintf(note, sizeof note, "%s; %.200s",
             latency_has_requests(found.least ? found.least : group->cells) ? "requests"
                                                                            : "one repetition",
             work);
    if (left_out > 0)
        snprintf(note, sizeof note, "%zu of %zu shown; %.200s", group->count - left_out,
                 group->count, work);
    latency_row(out, "group", number, 0, name, note, latency_none);
    for (size_t i = 0; i < group->count; i++) {
        struct latency latency;
        const size_t line = chart_lines_number(lines, group, &group->cells[i]);
        const int code = line > 0 ? latency_of(&latency, data, &group->cells[i]) : 0;
        if (code < 0)
            return code;
        if (code > 0)
            latency_cell(out, number, line, chart_lines_name(lines, line), &latency);
        if (line > 0)
            free(latency.sorted);
    }
    return 0;
}

static int latency_write(FILE *out, const struct chart_data *data)
{
    struct chart_lines lines = {.count = 0};
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t number = 0;
    int code = 0;
    fputs("kind,group,line,name,note,latency_ns,low_ns,high_ns,level\n", out);
    latency_row(out, "figure", 0, 0, latency_title(title, sizeof title, data),
                chart_origin(note, sizeof note, data), latency_none);
    for (size_t g = 0; g < data->table->count && code >= 0; g++) {
        code = latency_group_any(data, &data->table->groups[g]);
        if (code > 0)
            code = latency_group(out, data, &data->table->groups[g], ++number, &lines);
    }
    for (size_t i = 1; i <= lines.count; i++)
        latency_row(out, "line", 0, i, chart_lines_name(&lines, i), "-", latency_none);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

static void latency_print_time(FILE *out, double ns)
{
    char text[48];
    fprintf(out, " %9s", isnan(ns) ? "-" : units_human_time(text, sizeof text, ns));
}

static int latency_print_group(FILE *out, const struct chart_data *data,
                               const struct cell_group *group, size_t width)
{
    char name[VERDICT_NAME], work[CHART_NOTE];
    const int names = width > 40 + 5 * 10 ? (int)width - 52 : 28;
    fprintf(out, "%s\n%.*s\n  %-*s", plain_text(name, sizeof name, group->first->workload),
            (int)width, chart_work(work, sizeof work, data->table, group), names < 30 ? names : 30,
            "");
    for (size_t i = 0; i < LATENCY_LEVELS; i++)
        fprintf(out, " %9s", latency_levels[i].name);
    fprintf(out, " %9s\n", "longest");
    for (size_t i = 0; i < group->count; i++) {
        struct latency latency;
        const int any = latency_of(&latency, data, &group->cells[i]);
        free(latency.sorted);
        if (any < 0)
            return any;
        if (any == 0)
            continue;
        fprintf(out, "  %-*.*s", names < 30 ? names : 30, names < 30 ? names : 30,
                verdict_name(name, sizeof name, group, &group->cells[i]));
        for (size_t l = 0; l < LATENCY_LEVELS; l++)
            latency_print_time(out, latency.at[l]);
        latency_print_time(out, latency.most);
        fputc('\n', out);
    }
    return 0;
}

static int latency_print(FILE *out, const struct chart_data *data, size_t width)
{
    size_t groups = 0;
    for (size_t g = 0; g < data->table->count; g++) {
        int code = latency_group_any(data, &data->table->groups[g]);
        if (code > 0) {
            fputs(groups++ ? "\n" : "", out);
            code = latency_print_group(out, data, &data->table->groups[g], width);
        }
        if (code < 0)
            return code;
    }
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_latency = {.name = "latency",
                                    .what = "distribution of latencies by mode",
                                    .tasks = true,
                                    .write = latency_write,
                                    .missing = latency_missing,
                                    .title = latency_title,
                                    .print = latency_print};
