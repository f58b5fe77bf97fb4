/*
 * chart_memory.c - memory against the number of tasks. Cells that do the same work but for the
 * number of tasks lie on one line; memory is the highest sum of the processes' PSS (peak_bytes).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/bars_text.h"
#include "bench/report/chart_lines.h"
#include "bench/report/plain.h"
#include "bench/util/units.h"

enum { MEMORY_POINTS = 32 };

/* One way of doing one work with several numbers of tasks, ascending. */
struct memory_line {
    char name[VERDICT_NAME];
    struct memory_point {
        double tasks, bytes;
    } points[MEMORY_POINTS];
    size_t count;
};

static bool memory_same_work(const struct timing *a, const struct timing *b)
{
    struct timing other = *b;
    other.tasks = a->tasks;
    return cells_compare_work(a, &other) == 0;
}

static bool memory_first(const struct cell_table *table, size_t index)
{
    for (size_t g = 0; g < index; g++)
        if (memory_same_work(table->groups[g].first, table->groups[index].first))
            return false;
    return true;
}

static struct memory_line *memory_named(struct memory_line *lines, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(lines[i].name, name) == 0)
            return &lines[i];
    if (*count == CHART_LINES)
        return NULL;
    lines[*count].count = 0;
    snprintf(lines[*count].name, sizeof lines[0].name, "%s", name);
    return &lines[(*count)++];
}

static void memory_add(struct memory_line *line, double tasks, double bytes)
{
    size_t at = line->count;
    if (at == MEMORY_POINTS)
        return;
    for (; at > 0 && line->points[at - 1].tasks > tasks; at--)
        line->points[at] = line->points[at - 1];
    line->points[at] = (struct memory_point){tasks, bytes};
    line->count++;
}

/* The lines of all groups that do the work of group `index`, those of one point left out. */
static size_t memory_lines(struct memory_line lines[CHART_LINES], const struct cell_table *table,
                           size_t index)
{
    size_t count = 0, kept = 0;
    for (size_t g = index; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (!memory_same_work(group->first, table->groups[index].first))
            continue;
        for (size_t i = 0; i < group->count; i++) {
            char plain[VERDICT_NAME], name[VERDICT_NAME];
            const struct cell_figures *cell = &group->cells[i];
            plain_field(name, sizeof name, verdict_name(plain, sizeof plain, group, cell));
            struct memory_line *line =
                cell->peak_bytes > 0 ? memory_named(lines, &count, name) : NULL;
            if (line)
                memory_add(line, (double)cell->key->tasks, cell->peak_bytes);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (lines[i].points[lines[i].count - 1].tasks > lines[i].points[0].tasks) {
            if (kept != i)
                lines[kept] = lines[i];
            kept++;
        }
    return kept;
}

/* What one more task takes, between the fewest and the most. */
static double memory_per_task(const struct memory_line *line)
{
    const struct memory_point *low = &line->points[0], *high = &line->points[line->count - 1];
    return (high->bytes - low->bytes) / (high->tasks - low->tasks);
}

static const char *memory_missing(const struct chart_data *data)
{
    struct memory_line *lines = calloc(CHART_LINES, sizeof *lines);
    bool any = false;
    for (size_t g = 0; lines && g < data->table->count && !any; g++)
        any = memory_first(data->table, g) && memory_lines(lines, data->table, g) > 0;
    free(lines);
    return any ? NULL : "needs two numbers of tasks or more, and a warm-up: --tasks 10,100,1000";
}

/* --- what was found --- */

static void memory_finding(char *text, size_t size, const struct memory_line *lines, size_t count,
                           const char *workload)
{
    const struct memory_line *least = &lines[0], *most = &lines[0];
    char low[48], high[48], line[512];
    for (size_t i = 1; i < count; i++) {
        least = memory_per_task(&lines[i]) < memory_per_task(least) ? &lines[i] : least;
        most = memory_per_task(&lines[i]) > memory_per_task(most) ? &lines[i] : most;
    }
    units_human_size(low, sizeof low, fmax(0, memory_per_task(least)));
    units_human_size(high, sizeof high, fmax(0, memory_per_task(most)));
    if (least == most)
        snprintf(line, sizeof line, "%s: a task takes %s (%s)", workload, high, most->name);
    else
        snprintf(line, sizeof line, "%s: a task takes from %s (%s) to %s (%s)", workload, low,
                 least->name, high, most->name);
    plain_field(text, size, line);
}

/* Of the work with the most lines. */
static char *memory_title(char *text, size_t size, const struct chart_data *data)
{
    struct memory_line *lines = calloc(CHART_LINES, sizeof *lines);
    size_t most = 0;
    plain_field(text, size, "Memory by number of tasks");
    for (size_t g = 0; lines && g < data->table->count; g++) {
        char workload[TEXT_NAME];
        const size_t count = memory_first(data->table, g) ? memory_lines(lines, data->table, g) : 0;
        if (count <= most)
            continue;
        most = count;
        memory_finding(
            text, size, lines, count,
            plain_text(workload, sizeof workload, data->table->groups[g].first->workload));
    }
    free(lines);
    return text;
}

/* --- the derived CSV --- */

static void memory_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                       const char *note, double tasks, double bytes)
{
    fprintf(out, "%s,%zu,%zu,%s,%s", kind, group, line, name, note);
    chart_figure(out, 15, tasks);
    chart_figure(out, 15, bytes);
    fputc('\n', out);
}

static void memory_group(FILE *out, const struct chart_data *data, size_t index, size_t number,
                         struct memory_line *lines, struct chart_lines *legend)
{
    char name[CHART_TITLE], workload[TEXT_NAME], params[CHART_NOTE], size[48];
    const struct timing *work = data->table->groups[index].first;
    const size_t count = memory_lines(lines, data->table, index);
    memory_finding(name, sizeof name, lines, count,
                   plain_text(workload, sizeof workload, work->workload));
    memory_row(out, "group", number, 0, name, plain_field(params, sizeof params, work->params),
               (double)NAN, (double)NAN);
    for (size_t i = 0; i < count; i++) {
        const size_t line = chart_lines_named(legend, lines[i].name);
        if (line == 0)
            continue;
        units_human_size(size, sizeof size, fmax(0, memory_per_task(&lines[i])));
        for (size_t p = 0; p < lines[i].count; p++)
            memory_row(out, "point", number, line, lines[i].name, size, lines[i].points[p].tasks,
                       lines[i].points[p].bytes);
    }
}

static int memory_write(FILE *out, const struct chart_data *data)
{
    struct memory_line *lines = calloc(CHART_LINES, sizeof *lines);
    struct chart_lines legend = {.count = 0};
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t number = 0;
    if (!lines)
        return -ENOMEM;
    fputs("kind,group,line,name,note,tasks,peak_bytes\n", out);
    memory_row(out, "figure", 0, 0, memory_title(title, sizeof title, data),
               chart_origin(note, sizeof note, data), (double)NAN, (double)NAN);
    for (size_t g = 0; g < data->table->count; g++)
        if (memory_first(data->table, g) && memory_lines(lines, data->table, g) > 0)
            memory_group(out, data, g, ++number, lines, &legend);
    for (size_t i = 1; i <= legend.count; i++)
        memory_row(out, "line", 0, i, chart_lines_name(&legend, i), "-", (double)NAN, (double)NAN);
    free(lines);
    return ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

static void memory_print_line(FILE *out, const struct memory_line *line, size_t width)
{
    char names[MEMORY_POINTS][64], labels[MEMORY_POINTS][48], size[48];
    struct bar_text bars[MEMORY_POINTS];
    for (size_t p = 0; p < line->count; p++) {
        snprintf(names[p], sizeof names[p], "%.0f tasks", line->points[p].tasks);
        units_human_size(labels[p], sizeof labels[p], line->points[p].bytes);
        bars[p] = (struct bar_text){.name = names[p],
                                    .value = line->points[p].bytes,
                                    .low = (double)NAN,
                                    .high = (double)NAN,
                                    .label = labels[p]};
    }
    fprintf(out, "%s, %s a task\n", line->name,
            units_human_size(size, sizeof size, fmax(0, memory_per_task(line))));
    bars_text_print(out, bars, line->count, width);
}

static int memory_print(FILE *out, const struct chart_data *data, size_t width)
{
    struct memory_line *lines = calloc(CHART_LINES, sizeof *lines);
    char workload[TEXT_NAME];
    if (!lines)
        return -ENOMEM;
    for (size_t g = 0; g < data->table->count; g++) {
        const size_t count = memory_first(data->table, g) ? memory_lines(lines, data->table, g) : 0;
        if (count > 0)
            fprintf(out, "%s\n",
                    plain_text(workload, sizeof workload, data->table->groups[g].first->workload));
        for (size_t i = 0; i < count; i++)
            memory_print_line(out, &lines[i], width);
    }
    free(lines);
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_memory = {.name = "memory",
                                   .what = "memory against tasks",
                                   .write = memory_write,
                                   .missing = memory_missing,
                                   .title = memory_title,
                                   .print = memory_print};
