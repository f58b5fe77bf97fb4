/* chart_memory.c - memory against the number of tasks, as memory_lines.h finds it. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/bars_text.h"
#include "bench/report/chart_lines.h"
#include "bench/report/fold.h"
#include "bench/report/memory_lines.h"
#include "bench/report/plain.h"
#include "bench/util/units.h"

/* Characters of a finding that a panel (on two lines) and the sheet show whole (scripts/panel.gp,
 * paper.gp). */
enum { MEMORY_PANEL_MOST = 120, MEMORY_TITLE_MOST = 84 };

static const char *memory_missing(const struct chart_data *data)
{
    bool any = false;
    for (size_t g = 0; g < data->table->count && !any; g++) {
        struct memory_lines lines;
        if (memory_lines_of(&lines, data->table, g) < 0)
            break;
        any = lines.count > 0;
        memory_lines_free(&lines);
    }
    return any ? NULL : "needs two numbers of tasks or more, and a warm-up: --tasks 10,100,1000";
}

/* --- what was found --- */

/* Of the lines of which anything is told, and how many those are. */
struct memory_ends {
    const struct memory_line *least, *most; /* NULL where there is none */
    size_t told;
    const struct memory_line *gone; /* one of which nothing is told, or NULL */
};

static struct memory_ends memory_ends_of(const struct memory_lines *lines)
{
    struct memory_ends ends = {0};
    for (size_t i = 0; i < lines->count; i++) {
        const struct memory_line *line = &lines->lines[i];
        if (line->told == MEMORY_GONE) {
            ends.gone = line;
            continue;
        }
        ends.told++;
        ends.least = !ends.least || line->per_task < ends.least->per_task ? line : ends.least;
        ends.most = !ends.most || line->per_task > ends.most->per_task ? line : ends.most;
    }
    return ends;
}

/* "1.00 KiB", "nothing measurable" */
static char *memory_amount(char *text, size_t size, const struct memory_line *line)
{
    if (line->told == MEMORY_GROWS)
        return units_human_size(text, size, line->per_task);
    snprintf(text, size, "nothing measurable");
    return text;
}

/* "354 of 1000", the tasks that were there at once where they were most. */
static char *memory_at_once(char *text, size_t size, const struct memory_line *line)
{
    const struct memory_point *high = &line->points[line->count - 1];
    snprintf(text, size, "%.0f of %.0f", high->alive, high->places);
    return text;
}

/* What goes out of a finding first where there is no room for it. */
enum memory_detail { MEMORY_BARE, MEMORY_NAMES, MEMORY_WHOLE };

static void memory_say(char *text, size_t size, const struct memory_lines *lines,
                       enum memory_detail detail)
{
    const struct memory_ends ends = memory_ends_of(lines);
    char low[48], high[48], at_once[64];
    int used;
    if (ends.told == 0 && detail == MEMORY_BARE) {
        snprintf(text, size, "tasks ended before all were there");
        return;
    }
    if (ends.told == 0) {
        snprintf(text, size, "tasks ended before all were there (%s: %s)", lines->lines->name,
                 memory_at_once(at_once, sizeof at_once, lines->lines));
        return;
    }
    memory_amount(low, sizeof low, ends.least);
    memory_amount(high, sizeof high, ends.most);
    if (ends.told == 1)
        used = snprintf(text, size, "a task takes %s (%s)", high, ends.most->name);
    else if (!(ends.most->per_task > ends.least->per_task))
        used = snprintf(text, size, "a task takes %s in each of %zu modes", high, ends.told);
    else if (detail == MEMORY_BARE)
        used = snprintf(text, size, "a task takes %s to %s", low, high);
    else
        used = snprintf(text, size, "a task takes %s (%s) to %s (%s)", low, ends.least->name, high,
                        ends.most->name);
    const size_t gone = lines->count - ends.told;
    if (detail != MEMORY_WHOLE || gone == 0 || (size_t)used >= size)
        return;
    if (gone == 1)
        snprintf(text + used, size - (size_t)used, "; %s ended too soon", ends.gone->name);
    else
        snprintf(text + used, size - (size_t)used, "; %zu modes ended too soon", gone);
}

static void memory_finding(char *text, size_t size, const struct memory_lines *lines,
                           const struct timing *work, size_t most)
{
    char workload[TEXT_NAME], said[512], line[CHART_TITLE + 512];
    plain_text(workload, sizeof workload, work->workload);
    for (int detail = MEMORY_WHOLE; detail >= MEMORY_BARE; detail--) {
        memory_say(said, sizeof said, lines, (enum memory_detail)detail);
        if (snprintf(line, sizeof line, "%s: %s", workload, said) <= (int)most)
            break;
    }
    plain_field(text, size, line);
}

/* Of the work of which most lines are told. */
static char *memory_title(char *text, size_t size, const struct chart_data *data)
{
    size_t most = 0;
    plain_field(text, size, "Memory by number of tasks");
    for (size_t g = 0; g < data->table->count; g++) {
        struct memory_lines lines;
        if (memory_lines_of(&lines, data->table, g) < 0)
            break;
        const size_t told = lines.count > 0 ? 1 + memory_ends_of(&lines).told : 0;
        if (told > most)
            memory_finding(text, size, &lines, data->table->groups[g].first, MEMORY_TITLE_MOST);
        most = told > most ? told : most;
        memory_lines_free(&lines);
    }
    return text;
}

/* --- the derived CSV --- */

static const struct memory_point memory_none = {
    .tasks = NAN, .bytes = NAN, .alive = NAN, .places = NAN};

static void memory_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                       const char *note, const struct memory_point *point)
{
    fprintf(out, "%s,%zu,%zu,%s,%s", kind, group, line, name, note);
    chart_figure(out, 15, point->tasks);
    chart_figure(out, 15, point->bytes);
    chart_figure(out, 15, point->alive);
    chart_figure(out, 15, point->places);
    fputc('\n', out);
}

/* Lines that have no room, then those whose tasks were never all there, then the parameters. */
static void memory_note(char *note, size_t size, const struct memory_lines *lines, size_t shown,
                        const struct timing *work)
{
    char text[4 * CHART_NOTE] = "", at_once[64];
    size_t used = 0, gone = 0;
    if (shown < lines->count)
        used = (size_t)snprintf(text, sizeof text, "%zu of %zu lines; ", shown, lines->count);
    for (size_t i = 0; i < lines->count && used < CHART_NOTE; i++) {
        const struct memory_line *line = &lines->lines[i];
        if (line->told == MEMORY_GONE)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                     gone++ ? "; " : "at once: ", line->name,
                                     memory_at_once(at_once, sizeof at_once, line));
    }
    if (used < CHART_NOTE)
        snprintf(text + used, sizeof text - used, "%s%s", gone ? "; " : "", work->params);
    plain_field(note, size, text);
}

static void memory_group(FILE *out, const struct memory_lines *lines, const struct timing *work,
                         size_t number, struct chart_lines *legend)
{
    char name[CHART_TITLE], note[CHART_NOTE], amount[48];
    size_t shown = 0;
    for (size_t i = 0; i < lines->count; i++)
        shown += chart_lines_named(legend, lines->lines[i].name) > 0;
    memory_finding(name, sizeof name, lines, work, MEMORY_PANEL_MOST);
    memory_note(note, sizeof note, lines, shown, work);
    memory_row(out, "group", number, 0, name, note, &memory_none);
    for (size_t i = 0; i < lines->count; i++) {
        const struct memory_line *line = &lines->lines[i];
        const size_t place = chart_lines_named(legend, line->name);
        if (line->told == MEMORY_GONE)
            snprintf(amount, sizeof amount, "ended too soon");
        else
            memory_amount(amount, sizeof amount, line);
        for (size_t p = 0; p < line->count && place > 0; p++)
            memory_row(out, "point", number, place, line->name, amount, &line->points[p]);
    }
}

/* How many groups have lines, or -ENOMEM; the first CHART_PANELS of them go to `out`, if that is
 * not NULL. */
static int memory_groups(FILE *out, const struct chart_data *data, struct chart_lines *legend)
{
    size_t number = 0;
    for (size_t g = 0; g < data->table->count; g++) {
        struct memory_lines lines;
        const int code = memory_lines_of(&lines, data->table, g);
        if (code < 0)
            return code;
        if (lines.count > 0 && ++number <= CHART_PANELS && out)
            memory_group(out, &lines, data->table->groups[g].first, number, legend);
        memory_lines_free(&lines);
    }
    return (int)number;
}

static int memory_write(FILE *out, const struct chart_data *data)
{
    struct chart_lines legend = {.count = 0};
    char title[CHART_TITLE], note[CHART_NOTE];
    const int count = memory_groups(NULL, data, NULL);
    if (count < 0)
        return count;
    fputs("kind,group,line,name,note,tasks,peak_bytes,alive,places\n", out);
    memory_row(out, "figure", (size_t)count, 0, memory_title(title, sizeof title, data),
               chart_origin(note, sizeof note, data), &memory_none);
    const int code = memory_groups(out, data, &legend);
    for (size_t i = 1; i <= legend.count; i++)
        memory_row(out, "line", 0, i, chart_lines_name(&legend, i), "-", &memory_none);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

static void memory_print_told(FILE *out, const struct memory_line *line, size_t width)
{
    char amount[64], text[VERDICT_NAME + 96];
    if (line->told == MEMORY_GONE)
        snprintf(text, sizeof text, "%s: %s at once; ended too soon", line->name,
                 memory_at_once(amount, sizeof amount, line));
    else
        snprintf(text, sizeof text, "%s: a task takes %s", line->name,
                 memory_amount(amount, sizeof amount, line));
    fputs("  ", out);
    fold_text_within(out, text, 2, 4, (int)width);
}

/* All bars of a work on one scale. */
static int memory_print_bars(FILE *out, const struct memory_lines *lines, size_t width)
{
    enum { NAME = VERDICT_NAME + 32, LABEL = 48 };
    size_t room = 0, n = 0;
    for (size_t i = 0; i < lines->count; i++)
        room += lines->lines[i].count;
    char(*names)[NAME] = calloc(room, sizeof *names),
    (*labels)[LABEL] = calloc(room, sizeof *labels);
    struct bar_text *bars = calloc(room, sizeof *bars);
    for (size_t i = 0; names && labels && bars && i < lines->count; i++)
        for (size_t p = 0; p < lines->lines[i].count; p++, n++) {
            const struct memory_point *point = &lines->lines[i].points[p];
            snprintf(names[n], NAME, "%s %.0f", lines->lines[i].name, point->tasks);
            units_human_size(labels[n], LABEL, point->bytes);
            bars[n] = (struct bar_text){.name = names[n],
                                        .value = point->bytes,
                                        .low = (double)NAN,
                                        .high = (double)NAN,
                                        .label = labels[n]};
        }
    if (n > 0)
        bars_text_print(out, bars, n, width);
    free(bars);
    free(labels);
    free(names);
    return n > 0 ? 0 : -ENOMEM;
}

static int memory_print(FILE *out, const struct chart_data *data, size_t width)
{
    char workload[TEXT_NAME], head[TEXT_NAME + 64];
    size_t groups = 0;
    int code = 0;
    for (size_t g = 0; g < data->table->count && code == 0; g++) {
        struct memory_lines lines;
        code = memory_lines_of(&lines, data->table, g);
        if (code < 0)
            return code;
        if (lines.count > 0) {
            snprintf(head, sizeof head, "%s: mode and number of tasks",
                     plain_text(workload, sizeof workload, data->table->groups[g].first->workload));
            fputs(groups++ ? "\n" : "", out);
            fold_text_within(out, head, 0, 2, (int)width);
            code = memory_print_bars(out, &lines, width);
        }
        for (size_t i = 0; i < lines.count; i++)
            memory_print_told(out, &lines.lines[i], width);
        memory_lines_free(&lines);
    }
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

const struct chart chart_memory = {.name = "memory",
                                   .what = "memory against tasks",
                                   .write = memory_write,
                                   .missing = memory_missing,
                                   .title = memory_title,
                                   .print = memory_print};
