#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/fold.h"
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
    return timeline.count > 0
               ? NULL
               : "needs states.csv or tasks.csv with the tasks of a repetition that came out ok";
}

/* How many tasks were there at once, by mode, in as many characters. Returns of how many modes. */
static size_t timeline_peaks(char *line, size_t size, const struct timeline *timeline, size_t most)
{
    char name[VERDICT_NAME], more[VERDICT_NAME + 64];
    size_t told = 0;
    for (size_t i = 0; i < timeline->count && told < TIMELINE_TITLE_CELLS; i++) {
        const struct timeline_panel *panel = &timeline->panels[i];
        struct lanes lanes;
        if (panel->number != 1 || timeline_lanes(&lanes, panel) < 0)
            continue;
        verdict_name(name, sizeof name, panel->group, panel->cell);
        if (told > 0)
            snprintf(more, sizeof more, ", %llu in %s", (unsigned long long)lanes.peak, name);
        else
            snprintf(more, sizeof more, " at most %llu task%s at once in %s",
                     (unsigned long long)lanes.peak, lanes.peak == 1 ? "" : "s", name);
        lanes_free(&lanes);
        if (strlen(line) + strlen(more) > (told > 0 ? most : CHART_TITLE))
            continue;
        snprintf(line + strlen(line), size - strlen(line), "%s", more);
        told++;
    }
    return told;
}

/* Of the first group. */
static char *timeline_title(char *text, size_t size, const struct chart_data *data)
{
    static const char rest[] = ", and 99 more";
    struct timeline timeline;
    char line[CHART_TITLE + VERDICT_NAME + 64], name[VERDICT_NAME];
    size_t all = 0;
    timeline_choose(&timeline, data);
    if (timeline.count == 0)
        return plain_field(text, size, "No tasks over time");
    for (size_t i = 0; i < timeline.count; i++)
        all += timeline.panels[i].number == 1;
    snprintf(line, sizeof line,
             "%s:", chart_called(name, sizeof name, data->table, timeline.panels[0].group));
    const size_t start = strlen(line);
    size_t told = timeline_peaks(line, sizeof line, &timeline, TIMELINE_TITLE);
    if (told > 0 && told < all) {
        line[start] = '\0';
        told = timeline_peaks(line, sizeof line, &timeline, TIMELINE_TITLE - strlen(rest));
        snprintf(line + strlen(line), sizeof line - strlen(line), ", and %zu more", all - told);
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
                 {"waiting", isnan(states->ready) ? 1 - states->running : (double)NAN},
                 {"unknown", 1 - states->running - states->ready - states->blocked}};
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

/* How much longer than usual the repetition took in which states were recorded. */
static void timeline_slower(char *text, size_t size, const struct timeline_panel *panel)
{
    const double ratio = cells_figure(panel->row->wall_ns) / panel->cell->wall_ns;
    if (!panel->states)
        snprintf(text, size, "; when is not recorded");
    else if (ratio > 0 && ratio < 1e6)
        snprintf(text, size, "; took %.2fx", ratio);
    else
        snprintf(text, size, "; took ?");
}

static void timeline_note(char *text, size_t size, const struct timeline_panel *panel,
                          const struct lanes *lanes, uint64_t every,
                          const struct timeline_states *states)
{
    char line[CHART_NOTE + 96], shares[96], slower[64], thinned[64] = "";
    timeline_shares(shares, sizeof shares, states);
    timeline_slower(slower, sizeof slower, panel);
    if (every > 1)
        snprintf(thinned, sizeof thinned, "; every %llu%s lane drawn", (unsigned long long)every,
                 timeline_ordinal(every));
    snprintf(line, sizeof line, "%llu worker%s; %llu at once%s%s%s%s",
             (unsigned long long)lanes->workers, lanes->workers == 1 ? "" : "s",
             (unsigned long long)lanes->peak, panel->states ? slower : "", shares, thinned,
             panel->states ? "" : slower);
    plain_field(text, size, line);
}

/* The end of the longest of the group's panels: lengths are to be compared. */
static uint64_t timeline_end(const struct timeline *timeline, size_t number)
{
    uint64_t end = 1;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_panel *panel = &timeline->panels[i];
        const size_t count = panel->states ? panel->states->count : panel->tasks->count;
        for (size_t t = 0; panel->number == number && t < count; t++) {
            const uint64_t to =
                panel->states
                    ? state_row_valid(&panel->states->rows[t]) ? panel->states->rows[t].to_ns : 0
                    : panel->tasks->rows[t].end_ns;
            if (to < FIGURE_OFF && to > end)
                end = to;
        }
    }
    return end;
}

/* Of a bar; where its own are not known, those of the repetition. */
static struct timeline_states timeline_of(const struct lane_bar *bar,
                                          const struct timeline_states *all)
{
    const double length = (double)bar->filled_ns;
    return isnan(bar->running_ns) || !(length > 0)
               ? *all
               : (struct timeline_states){bar->running_ns / length, bar->ready_ns / length,
                                          bar->blocked_ns / length};
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
            bar->parts > 1 && length > 0 ? (double)bar->filled_ns / (double)length : 1;
        const char *const kind = bar->tasks == 0                ? "part"
                                 : bar->tasks == 1 && bar->ends ? "bar"
                                                                : "span";
        const struct timeline_states own = timeline_of(bar, states);
        const size_t numbers[3] = {place[0], place[1], (size_t)bar->lane + 1};
        if (ready_ns < bar->from_ns && bar->from_ns - ready_ns >= least_ns)
            timeline_row(
                out, "queued", numbers, "-", "-",
                (const double[6]){(double)ready_ns, (double)bar->from_ns, 1, NAN, NAN, NAN});
        timeline_row(out, kind, numbers, "-", "-",
                     (const double[6]){(double)bar->from_ns, (double)bar->to_ns, height,
                                       own.running, own.ready, own.blocked});
    }
}

static int timeline_panel(FILE *out, const struct timeline_panel *panel, size_t place,
                          uint64_t end_ns)
{
    char plain[VERDICT_NAME], name[VERDICT_NAME], note[CHART_NOTE];
    struct timeline_states states;
    struct lanes lanes;
    const int code = timeline_lanes(&lanes, panel);
    if (code < 0)
        return code;
    timeline_states(&states, panel->row, &lanes);
    const uint64_t every = lanes_thin(&lanes, TIMELINE_LANES);
    const uint64_t pixel = end_ns / TIMELINE_COLUMNS + 1;
    lanes_merge(&lanes, pixel, TIMELINE_BARS);
    timeline_note(note, sizeof note, panel, &lanes, every, &states);
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
    char title[CHART_TITLE], note[CHART_NOTE], called[CHART_CALLED], name[CHART_CALLED];
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
            timeline_row(
                out, "group", (const size_t[3]){panel->number, 0, 0},
                plain_field(name, sizeof name,
                            chart_called(called, sizeof called, data->table, panel->group)),
                chart_work(note, sizeof note, data->table, panel->group),
                (const double[6]){0, (double)end, NAN, NAN, NAN, NAN});
        }
        code = timeline_panel(out, panel, ++place, end);
    }
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { TIMELINE_TEXT_LANES = 8, TIMELINE_TEXT_MOST = 200 };

/* The state that took most of the time. */
static char timeline_mark(const struct timeline_states *states)
{
    if (isnan(states->running))
        return '=';
    if (isnan(states->ready))
        return states->running >= 0.5 ? '#' : '-';
    const double unknown = 1 - states->running - states->ready - states->blocked;
    const double most = fmax(fmax(states->running, states->ready), fmax(states->blocked, unknown));
    return states->running >= most   ? '#'
           : states->blocked >= most ? '-'
           : states->ready >= most   ? 'r'
                                     : '=';
}

static size_t timeline_column(uint64_t ns, uint64_t end_ns, size_t columns)
{
    const double at = (double)ns / (double)end_ns * (double)columns;
    return at >= (double)columns ? columns - 1 : (size_t)at;
}

/* What a column of a lane is made of. */
struct timeline_text {
    char line[TIMELINE_TEXT_MOST + 1];
    struct timeline_states sum[TIMELINE_TEXT_MOST];
    double time[TIMELINE_TEXT_MOST];
};

/* Its share of each column's time; a short one is in one column. */
static void timeline_text_bar(struct timeline_text *text, const struct lane_bar *bar,
                              const struct timeline_states *own, uint64_t end_ns, size_t columns)
{
    const double scale = (double)columns / (double)end_ns;
    const double from = (double)bar->from_ns * scale, to = (double)bar->to_ns * scale;
    const size_t first = timeline_column(bar->from_ns, end_ns, columns);
    const size_t last = timeline_column(bar->to_ns, end_ns, columns);
    for (size_t c = timeline_column(bar->queued_ns, end_ns, columns); c < first; c++)
        text->line[c] = text->line[c] == ' ' ? '.' : text->line[c];
    for (size_t c = first; c <= last; c++) {
        const double part = fmin(to, (double)c + 1) - fmax(from, (double)c);
        const double time = part > 0 ? part : 1e-9;
        text->sum[c].running += own->running * time;
        text->sum[c].ready += own->ready * time;
        text->sum[c].blocked += own->blocked * time;
        text->time[c] += time;
        const struct timeline_states share = {text->sum[c].running / text->time[c],
                                              text->sum[c].ready / text->time[c],
                                              text->sum[c].blocked / text->time[c]};
        text->line[c] = timeline_mark(&share);
    }
}

static void timeline_print_lanes(FILE *out, const struct lanes *lanes,
                                 const struct timeline_states *states, uint64_t end_ns,
                                 size_t columns)
{
    for (size_t i = 0; i < lanes->count;) {
        const uint64_t lane = lanes->bars[i].lane;
        struct timeline_text text = {.time = {0}};
        memset(text.line, ' ', columns);
        for (; i < lanes->count && lanes->bars[i].lane == lane; i++) {
            const struct timeline_states own = timeline_of(&lanes->bars[i], states);
            timeline_text_bar(&text, &lanes->bars[i], &own, end_ns, columns);
        }
        fprintf(out, "  |%s|\n", text.line);
    }
}

static int timeline_print_panel(FILE *out, const struct timeline_panel *panel, uint64_t end_ns,
                                size_t width)
{
    char name[VERDICT_NAME], note[CHART_NOTE];
    struct timeline_states states;
    struct lanes lanes;
    const int code = timeline_lanes(&lanes, panel);
    if (code < 0)
        return code;
    timeline_states(&states, panel->row, &lanes);
    const uint64_t every = lanes_thin(&lanes, TIMELINE_TEXT_LANES);
    timeline_note(note, sizeof note, panel, &lanes, every, &states);
    fold_text_within(out, verdict_name(name, sizeof name, panel->group, panel->cell), 0, 2,
                     (int)width);
    fputs("  ", out);
    fold_text_within(out, note, 2, 4, (int)width);
    timeline_print_lanes(out, &lanes, &states, end_ns, width - 4);
    lanes_free(&lanes);
    return 0;
}

static int timeline_print(FILE *out, const struct chart_data *data, size_t width)
{
    struct timeline timeline;
    char text[CHART_NOTE], name[CHART_CALLED];
    timeline_choose(&timeline, data);
    width = width < 40 ? 40 : width > TIMELINE_TEXT_MOST ? TIMELINE_TEXT_MOST : width;
    for (size_t i = 0; i < timeline.count; i++) {
        const struct timeline_panel *panel = &timeline.panels[i];
        const uint64_t end = timeline_end(&timeline, panel->number);
        if (i == 0 || panel[-1].number != panel->number) {
            fputs(i ? "\n" : "", out);
            fold_text_within(out, chart_called(name, sizeof name, data->table, panel->group), 0, 2,
                             (int)width);
            chart_work(text, sizeof text, data->table, panel->group);
            fold_text_within(out, text, 0, 2, (int)width);
            fprintf(out, "each line is a lane, from 0 to %s\n\n",
                    units_human_time(text, sizeof text, (double)end));
        }
        const int code = timeline_print_panel(out, panel, end, width);
        if (code < 0)
            return code;
    }
    fputs("\n  . queued; else what took most time:\n"
          "  # running  r ready\n"
          "  - blocked or waiting  = unknown\n"
          "  took: over the median time\n",
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
