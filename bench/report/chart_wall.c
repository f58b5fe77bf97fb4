#include "bench/report/chart.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/chart_print.h"
#include "bench/report/dots.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { WALL_TITLE = 96 };
enum { WALL_SPEEDUP = 4, WALL_FIGURES = 5 };

/* Characters of a heading that a panel shows whole (scripts/paper.gp). */
enum { WALL_PANEL_MOST = 52 };

static void wall_latency(char *text, size_t size, const struct cell_group *group,
                         const char *workload)
{
    char name[VERDICT_NAME], time[48];
    struct verdict_latency latency;
    verdict_latency(&latency, group);
    if (latency.best.cell)
        snprintf(text, size, "%s: lowest %s latency %s (%s)", workload, latency.percentile,
                 units_human_time(time, sizeof time, latency.best.ns),
                 verdict_name(name, sizeof name, group, latency.best.cell));
    else
        snprintf(text, size, "%s: arrivals set the wall time", workload);
}

/* A finding short enough for a panel's title. */
static void wall_finding(char *text, size_t size, const struct cell_group *group)
{
    char best[VERDICT_NAME] = "", next[VERDICT_NAME] = "", workload[TEXT_NAME], line[512];
    plain_text(workload, sizeof workload, group->first->workload);
    if (group->best)
        verdict_name(best, sizeof best, group, group->best);
    if (group->next)
        verdict_name(next, sizeof next, group, group->next);
    switch (verdict_of(group)) {
    case VERDICT_WINNER:
        if (isnan(group->best->speedup) || group->best == group->serial)
            snprintf(line, sizeof line, "%s wins %s", best, workload);
        else
            snprintf(line, sizeof line, "%s wins %s: %.2fx " CELLS_BASELINE, best, workload,
                     group->best->speedup);
        break;
    case VERDICT_CLOSE:
        snprintf(line, sizeof line, "%s: %s or %s - too close to call", workload, best, next);
        break;
    case VERDICT_EQUAL:
        /* Of two long names a panel has no room for more than that they are equal. */
        if (snprintf(line, sizeof line, "%s: %s and %s equal within %g%%", workload, best, next,
                     100 * judge_default.effect) > WALL_PANEL_MOST)
            snprintf(line, sizeof line, "%s: %s and %s equal", workload, best, next);
        break;
    case VERDICT_FEW:
        snprintf(line, sizeof line, "%s: %s fastest (too few runs to judge)", workload, best);
        break;
    case VERDICT_OPEN:
        wall_latency(line, sizeof line, group, workload);
        break;
    case VERDICT_ALONE:
        snprintf(line, sizeof line, "%s: only %s was measured", workload, best);
        break;
    case VERDICT_NONE:
        snprintf(line, sizeof line, "%s: no run came out ok", workload);
        break;
    }
    plain_field(text, size, line);
}

/* How many groups the mode won. */
static size_t wall_wins(const struct cell_table *table, const char *mode)
{
    size_t wins = 0;
    for (size_t g = 0; g < table->count; g++)
        wins += verdict_of(&table->groups[g]) == VERDICT_WINNER &&
                strcmp(table->groups[g].best->key->mode, mode) == 0;
    return wins;
}

/* What the groups differ in decides what they are called. */
static const char *wall_called(const struct cell_table *table)
{
    for (size_t a = 0; a < table->count; a++)
        for (size_t b = 0; b < a; b++)
            if (strcmp(table->groups[a].first->workload, table->groups[b].first->workload) == 0)
                return "cases";
    return "workloads";
}

static char *wall_overall(char *text, size_t size, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    const struct cell_group *last = NULL; /* that can have a winner */
    const char *champion = NULL;
    size_t most = 0, won = 0, count = 0;
    char line[256], mode[TEXT_NAME], called[48];
    for (size_t g = 0; g < table->count; g++) {
        if (verdict_of(&table->groups[g]) == VERDICT_OPEN)
            continue;
        last = &table->groups[g];
        count++;
    }
    if (table->count == 1 || count == 1) {
        wall_finding(text, size, last ? last : &table->groups[0]);
        return text;
    }
    if (count == 0) {
        return plain_field(text, size, "No winner by wall time; the rate of the arrivals sets it");
    }
    snprintf(called, sizeof called, "%s%s", count < table->count ? "closed-loop " : "",
             wall_called(table));
    for (size_t g = 0; g < table->count; g++) {
        if (verdict_of(&table->groups[g]) != VERDICT_WINNER)
            continue;
        const size_t wins = wall_wins(table, table->groups[g].best->key->mode);
        won++;
        if (wins > most) {
            most = wins;
            champion = table->groups[g].best->key->mode;
        }
    }
    const size_t open = count - won;
    if (!champion)
        snprintf(line, sizeof line, "No clear winner in any of %zu %s", count, called);
    else if (most == count)
        snprintf(line, sizeof line, "%s wins all %zu %s", plain_text(mode, sizeof mode, champion),
                 most, called);
    else if (open > 0)
        snprintf(line, sizeof line, "%s wins %zu of %zu %s; %zu undecided",
                 plain_text(mode, sizeof mode, champion), most, count, called, open);
    else
        snprintf(line, sizeof line, "%s wins %zu of %zu %s",
                 plain_text(mode, sizeof mode, champion), most, count, called);
    return plain_field(text, size, line);
}

static const char *wall_role(const struct cell_group *group, const struct cell_figures *cell)
{
    if (isnan(cell->wall_ns))
        return "trouble";
    if (cell == group->best && verdict_of(group) == VERDICT_WINNER)
        return "winner";
    return strcmp(cell->key->mode, CELLS_BASELINE) == 0 ? CELLS_BASELINE : "other";
}

/* The median, or what went wrong. */
static void wall_label(char *text, size_t size, const struct cell_figures *cell)
{
    char line[TEXT_REASON + 64];
    if (isnan(cell->wall_ns) && cell->trouble) {
        const struct timing *row = cell->trouble;
        const bool why = strcmp(row->reason, "off") != 0 && *row->reason;
        snprintf(line, sizeof line, "%s%s%s", status_names[row->status], why ? ": " : "",
                 why ? row->reason : "");
    } else if (isnan(cell->wall_ns)) {
        snprintf(line, sizeof line, "not measured");
    } else {
        units_human_time(line, sizeof line, cell->wall_ns);
    }
    plain_field(text, size, line);
}

static void wall_row(FILE *out, const char *kind, size_t group, size_t place, const char *name,
                     const char *note, const char *role, const double figures[WALL_FIGURES])
{
    fprintf(out, "%s,%zu,%zu,%s,%s,%s", kind, group, place, name, note, role);
    for (size_t i = 0; i < WALL_FIGURES; i++)
        chart_figure(out, i == WALL_SPEEDUP ? 6 : 15, figures[i]);
    fputc('\n', out);
}

static const double wall_none[WALL_FIGURES] = {NAN, NAN, NAN, NAN, NAN};

static double wall_figure(const struct timing *row)
{
    return cells_figure(row->wall_ns);
}

static void wall_cell(FILE *out, const struct cell_group *group, size_t number,
                      const struct cell_figures *cell, size_t place)
{
    char plain[VERDICT_NAME], name[VERDICT_NAME], note[CHART_NOTE];
    struct dots dots;
    const double low = cell->wall_interval.exists ? cell->wall_interval.lo : (double)NAN;
    const double high = cell->wall_interval.exists ? cell->wall_interval.hi : (double)NAN;
    const double figures[WALL_FIGURES] = {cell->wall_ns, low, high, cell->ideal_ns, cell->speedup};
    plain_field(name, sizeof name, verdict_name(plain, sizeof plain, group, cell));
    wall_label(note, sizeof note, cell);
    wall_row(out, "cell", number, place, name, note, wall_role(group, cell), figures);
    if (place == 0 || number > CHART_PANELS)
        return;
    dots_of(&dots, cell, wall_figure);
    for (size_t i = 0, seen = 0; i < cell->row_count; i++) {
        const double wall = dots_next(&dots, cell, i, &seen);
        if (!isnan(wall))
            wall_row(out, "run", number, place, name, "-", "-",
                     (const double[WALL_FIGURES]){wall, NAN, NAN, NAN, NAN});
    }
}

static void wall_group(FILE *out, const struct cell_table *table, const struct cell_group *group,
                       size_t number)
{
    char name[WALL_TITLE], work[CHART_NOTE], note[CHART_NOTE + 128];
    size_t place = 0, drawn = group->count < CHART_CELLS ? group->count : CHART_CELLS;
    /* Serial is what the others are compared with: it is drawn even where it is the slowest. */
    const size_t serial = group->serial ? (size_t)(group->serial - group->cells) : 0;
    const size_t front = serial < drawn ? drawn : drawn - 1;
    wall_finding(name, sizeof name, group);
    chart_work(work, sizeof work, table, group);
    snprintf(note, sizeof note, "%s%s", dots_note(group), work);
    if (group->count > drawn)
        snprintf(note, sizeof note, "%zu of %zu shown; %s%s", drawn, group->count, dots_note(group),
                 work);
    wall_row(out, "group", number, 0, name, note, "-", wall_none);
    for (size_t i = 0; i < group->count; i++) {
        const bool shown = i < front || i == serial;
        wall_cell(out, group, number, &group->cells[i], shown ? ++place : 0);
    }
}

static int wall_write(FILE *out, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    char title[WALL_TITLE], note[CHART_NOTE];
    fputs("kind,group,place,name,note,role,wall_ns,low_ns,high_ns,ideal_ns,speedup\n", out);
    wall_overall(title, sizeof title, data);
    wall_row(out, "figure", 0, 0, title, chart_origin(note, sizeof note, data), "-", wall_none);
    for (size_t g = 0; g < table->count; g++)
        wall_group(out, table, &table->groups[g], g + 1);
    return ferror(out) ? -EIO : 0;
}

static int wall_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_bars(out, wall_write, data, width);
}

const struct chart chart_wall = {.name = "wall",
                                 .what = "wall time by mode",
                                 .write = wall_write,
                                 .title = wall_overall,
                                 .print = wall_print};
