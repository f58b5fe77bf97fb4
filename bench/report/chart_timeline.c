#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/timeline.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum {
    TIMELINE_LANES = 32,    /* of a panel, at the most */
    TIMELINE_COLUMNS = 700, /* about as many pixels is a panel wide */
    TIMELINE_BARS = 900,    /* of a panel */
    TIMELINE_TITLE = 88,    /* characters for which a sheet has room */
    TIMELINE_TITLE_CELLS = 4
};

static const char *timeline_missing(const struct chart_data *data)
{
    struct timeline timeline;
    timeline_choose(&timeline, data);
    return timeline.count > 0 ? NULL
                              : "needs tasks.csv with the tasks of a repetition that came out ok";
}

/* Of the first group. */
static char *timeline_title(char *text, size_t size, const struct chart_data *data)
{
    struct timeline timeline;
    char line[CHART_TITLE + VERDICT_NAME + 64], name[VERDICT_NAME], more[VERDICT_NAME + 64];
    timeline_choose(&timeline, data);
    if (timeline.count == 0)
        return plain_field(text, size, "No tasks over time");
    snprintf(line, sizeof line,
             "%s:", plain_text(name, sizeof name, timeline.panels[0].group->first->workload));
    for (size_t i = 0, told = 0; i < timeline.count && told < TIMELINE_TITLE_CELLS; i++) {
        const struct timeline_panel *panel = &timeline.panels[i];
        struct lanes lanes;
        if (panel->number != 1 || lanes_of(&lanes, panel->tasks) < 0)
            continue;
        verdict_name(name, sizeof name, panel->group, panel->cell);
        if (told > 0)
            snprintf(more, sizeof more, ", %llu in %s", (unsigned long long)lanes.peak, name);
        else
            snprintf(more, sizeof more, " at most %llu task%s at once in %s",
                     (unsigned long long)lanes.peak, lanes.peak == 1 ? "" : "s", name);
        lanes_free(&lanes);
        if (strlen(line) + strlen(more) > (told > 0 ? (size_t)TIMELINE_TITLE : CHART_TITLE))
            continue;
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s", more);
        told++;
    }
    return plain_field(text, size, line);
}

static void timeline_row(FILE *out, const char *kind, const size_t numbers[3], const char *name,
                         const char *note, const double figures[6])
{
    fprintf(out, "%s,%zu,%zu,%zu,%s,%s", kind, numbers[0], numbers[1], numbers[2], name, note);
    for (size_t i = 0; i < 6; i++)
        chart_figure(out, i < 2 ? 15 : 4, figures[i]);
    fputc('\n', out);
}

static const double timeline_none[6] = {NAN, NAN, NAN, NAN, NAN, NAN};

/* "running 51%; ready 49%"; what rounds to nothing is left out. */
static void timeline_shares(char *text, size_t size, const struct timeline_states *states)
{
    const struct {
        const char *name;
        double share;
    } parts[] = {{"running", states->running},
                 {"ready", states->ready},
                 {"blocked", states->blocked},
                 {"waiting", isnan(states->ready) ? 1 - states->running : (double)NAN}};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].share >= 0.005)
            snprintf(text + strlen(text), size - strlen(text), "; %s %.0f%%", parts[i].name,
                     100 * parts[i].share);
    if (isnan(states->running))
        snprintf(text, size, "; states unknown");
}

/* 2nd, 3rd, 4th, 11th, 12th, 21st. */
static const char *timeline_ordinal(uint64_t number)
{
    const uint64_t ten = number / 10 % 10, one = number % 10;
    return ten == 1 || one > 3 || one == 0 ? "th" : one == 1 ? "st" : one == 2 ? "nd" : "rd";
}

static void timeline_note(char *text, size_t size, const struct lanes *lanes, uint64_t every,
                          const struct timeline_states *states)
{
    char line[CHART_NOTE], shares[96], thinned[64] = "";
    timeline_shares(shares, sizeof shares, states);
    if (every > 1)
        snprintf(thinned, sizeof thinned, "; every %llu%s lane drawn", (unsigned long long)every,
                 timeline_ordinal(every));
    snprintf(line, sizeof line, "%llu worker%s; at most %llu at once%s%s",
             (unsigned long long)lanes->workers, lanes->workers == 1 ? "" : "s",
             (unsigned long long)lanes->peak, shares, thinned);
    plain_field(text, size, line);
}

/* The end of the longest of the group's panels: lengths are to be compared. */
static uint64_t timeline_end(const struct timeline *timeline, size_t number)
{
    uint64_t end = 1;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct task_cell *tasks = timeline->panels[i].tasks;
        for (size_t t = 0; timeline->panels[i].number == number && t < tasks->count; t++)
            if (tasks->rows[t].end_ns < FIGURE_OFF && tasks->rows[t].end_ns > end)
                end = tasks->rows[t].end_ns;
    }
    return end;
}

static void timeline_bars(FILE *out, const struct lanes *lanes, const size_t place[2],
                          const struct timeline_states *states, uint64_t least_ns)
{
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane_bar *bar = &lanes->bars[i];
        const bool follows = i > 0 && bar[-1].lane == bar->lane;
        const uint64_t free_ns = follows ? bar[-1].to_ns : 0;
        const uint64_t ready_ns = bar->queued_ns > free_ns ? bar->queued_ns : free_ns;
        const uint64_t length = bar->to_ns - bar->from_ns;
        const double height =
            bar->tasks > 1 && length > 0 ? (double)bar->filled_ns / (double)length : 1;
        const size_t numbers[3] = {place[0], place[1], (size_t)bar->lane + 1};
        if (ready_ns < bar->from_ns && bar->from_ns - ready_ns >= least_ns)
            timeline_row(
                out, "queued", numbers, "-", "-",
                (const double[6]){(double)ready_ns, (double)bar->from_ns, 1, NAN, NAN, NAN});
        timeline_row(out, bar->tasks > 1 ? "span" : "bar", numbers, "-", "-",
                     (const double[6]){(double)bar->from_ns, (double)bar->to_ns, height,
                                       states->running, states->ready, states->blocked});
    }
}

static int timeline_panel(FILE *out, const struct timeline_panel *panel, size_t place,
                          uint64_t end_ns)
{
    char plain[VERDICT_NAME], name[VERDICT_NAME], note[CHART_NOTE];
    struct timeline_states states;
    struct lanes lanes;
    const int code = lanes_of(&lanes, panel->tasks);
    if (code < 0)
        return code;
    timeline_states(&states, panel->row, &lanes);
    const uint64_t every = lanes_thin(&lanes, TIMELINE_LANES);
    const uint64_t pixel = end_ns / TIMELINE_COLUMNS + 1;
    lanes_merge(&lanes, pixel, TIMELINE_BARS);
    timeline_note(note, sizeof note, &lanes, every, &states);
    plain_field(name, sizeof name, verdict_name(plain, sizeof plain, panel->group, panel->cell));
    timeline_row(out, "panel", (const size_t[3]){panel->number, place, (size_t)lanes.lanes}, name,
                 note, timeline_none);
    timeline_bars(out, &lanes, (const size_t[2]){panel->number, place}, &states, pixel);
    lanes_free(&lanes);
    return 0;
}

static int timeline_write(FILE *out, const struct chart_data *data)
{
    struct timeline timeline;
    char title[CHART_TITLE], note[CHART_NOTE], name[TEXT_NAME];
    size_t place = 0;
    int code = 0;
    timeline_choose(&timeline, data);
    fputs("kind,group,panel,lane,name,note,from_ns,to_ns,height,running,ready,blocked\n", out);
    timeline_row(out, "figure", (const size_t[3]){0, timeline.hidden, 0},
                 timeline_title(title, sizeof title, data), chart_origin(note, sizeof note, data),
                 timeline_none);
    for (size_t i = 0; i < timeline.count && code == 0; i++) {
        const struct timeline_panel *panel = &timeline.panels[i];
        const uint64_t end = timeline_end(&timeline, panel->number);
        if (i == 0 || panel[-1].number != panel->number) {
            place = 0;
            timeline_row(out, "group", (const size_t[3]){panel->number, 0, 0},
                         plain_field(name, sizeof name, panel->group->first->workload),
                         chart_work(note, sizeof note, data->table, panel->group),
                         (const double[6]){0, (double)end, NAN, NAN, NAN, NAN});
        }
        code = timeline_panel(out, panel, ++place, end);
    }
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { TIMELINE_TEXT_LANES = 8, TIMELINE_TEXT_MOST = 200 };

/* The state that took most of the tasks' time. */
static char timeline_mark(const struct timeline_states *states)
{
    if (isnan(states->running))
        return '=';
    if (isnan(states->ready))
        return states->running >= 0.5 ? '#' : '-';
    if (states->running >= states->ready && states->running >= states->blocked)
        return '#';
    return states->ready >= states->blocked ? 'r' : '-';
}

static size_t timeline_column(uint64_t ns, uint64_t end_ns, size_t columns)
{
    const double at = (double)ns / (double)end_ns * (double)columns;
    return at >= (double)columns ? columns - 1 : (size_t)at;
}

static void timeline_print_lanes(FILE *out, const struct lanes *lanes, char mark, uint64_t end_ns,
                                 size_t columns)
{
    char line[TIMELINE_TEXT_MOST + 1];
    for (size_t i = 0; i < lanes->count;) {
        const uint64_t lane = lanes->bars[i].lane;
        memset(line, ' ', columns);
        line[columns] = '\0';
        for (; i < lanes->count && lanes->bars[i].lane == lane; i++) {
            const struct lane_bar *bar = &lanes->bars[i];
            const size_t queued = timeline_column(bar->queued_ns, end_ns, columns);
            const size_t from = timeline_column(bar->from_ns, end_ns, columns);
            const size_t to = timeline_column(bar->to_ns, end_ns, columns);
            for (size_t c = queued; c < from; c++)
                line[c] = line[c] == ' ' ? '.' : line[c];
            memset(line + from, mark, to - from + 1);
        }
        fprintf(out, "  |%s|\n", line);
    }
}

static int timeline_print_panel(FILE *out, const struct timeline_panel *panel, uint64_t end_ns,
                                size_t width)
{
    char name[VERDICT_NAME], note[CHART_NOTE];
    struct timeline_states states;
    struct lanes lanes;
    const int code = lanes_of(&lanes, panel->tasks);
    if (code < 0)
        return code;
    timeline_states(&states, panel->row, &lanes);
    const uint64_t every = lanes_thin(&lanes, TIMELINE_TEXT_LANES);
    timeline_note(note, sizeof note, &lanes, every, &states);
    fprintf(out, "%.*s\n  %.*s\n", (int)width,
            verdict_name(name, sizeof name, panel->group, panel->cell), (int)width - 2, note);
    timeline_print_lanes(out, &lanes, timeline_mark(&states), end_ns, width - 4);
    lanes_free(&lanes);
    return 0;
}

static int timeline_print(FILE *out, const struct chart_data *data, size_t width)
{
    struct timeline timeline;
    char text[CHART_NOTE], name[TEXT_NAME];
    timeline_choose(&timeline, data);
    width = width < 40 ? 40 : width > TIMELINE_TEXT_MOST ? TIMELINE_TEXT_MOST : width;
    for (size_t i = 0; i < timeline.count; i++) {
        const struct timeline_panel *panel = &timeline.panels[i];
        const uint64_t end = timeline_end(&timeline, panel->number);
        if (i == 0 || panel[-1].number != panel->number) {
            fprintf(out, "%s%.*s\n", i ? "\n" : "", (int)width,
                    plain_text(name, sizeof name, panel->group->first->workload));
            chart_work(text, sizeof text, data->table, panel->group);
            fprintf(out, "%.*s\n", (int)width, text);
            fprintf(out, "each line is a lane, from 0 to %s\n\n",
                    units_human_time(text, sizeof text, (double)end));
        }
        const int code = timeline_print_panel(out, panel, end, width);
        if (code < 0)
            return code;
    }
    fputs("\n  . queued; else what took most time:\n"
          "  # running  r ready\n"
          "  - blocked or waiting  = unknown\n",
          out);
    if (timeline.hidden > 0)
        fprintf(out, "  (and %zu more cells)\n", timeline.hidden);
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_timeline = {.name = "timeline",
                                     .what = "tasks over time by worker",
                                     .tasks = true,
                                     .write = timeline_write,
                                     .missing = timeline_missing,
                                     .title = timeline_title,
                                     .print = timeline_print};
