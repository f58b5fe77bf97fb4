#include "bench/report/chart.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/chart_print.h"
#include "bench/report/dots.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/report/wall_titles.h"
#include "bench/util/units.h"

enum { WALL_SPEEDUP = 4, WALL_FIGURES = 5 };

static char *wall_title(char *text, size_t size, const struct chart_data *data)
{
    return wall_headline(text, size, data->table);
}

/* Whether nobody asks a cell without a figure for one. */
static bool wall_is_absent(const struct cell_figures *cell)
{
    return !cell->trouble || cell->trouble->status == STATUS_UNSUPPORTED ||
           cell->trouble->status == STATUS_SKIPPED;
}

static const char *wall_role(const struct cell_group *group, const struct cell_figures *cell)
{
    if (isnan(cell->wall_ns))
        return wall_is_absent(cell) ? "absent" : "trouble";
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
    if (place == 0)
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
    char name[CHART_TITLE], work[CHART_NOTE], note[CHART_NOTE + 128];
    size_t place = 0, drawn = group->count < CHART_CELLS ? group->count : CHART_CELLS;
    /* Serial is what the others are compared with: it is drawn even where it is the slowest. */
    const size_t serial = group->serial ? (size_t)(group->serial - group->cells) : 0;
    const size_t front = serial < drawn ? drawn : drawn - 1;
    wall_heading(name, sizeof name, table, group);
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
    char title[CHART_TITLE], note[CHART_NOTE];
    fputs("kind,group,place,name,note,role,wall_ns,low_ns,high_ns,ideal_ns,speedup\n", out);
    wall_title(title, sizeof title, data);
    wall_row(out, "figure", table->count, 0, title, chart_origin(note, sizeof note, data), "-",
             wall_none);
    for (size_t g = 0; g < table->count && g < CHART_PANELS; g++)
        wall_group(out, table, &table->groups[g], g + 1);
    return ferror(out) ? -EIO : 0;
}

static int wall_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_bars(out, wall_write, data, width,
                            "* winner: every rival is seen to be slower; bar: up to the median, "
                            "o; |=o-| its 95% interval; x: speed-up over serial");
}

const struct chart chart_wall = {.name = "wall",
                                 .what = "wall time by mode",
                                 .write = wall_write,
                                 .title = wall_title,
                                 .print = wall_print};
