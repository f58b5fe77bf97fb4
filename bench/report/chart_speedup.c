#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/chart_lines.h"
#include "bench/report/chart_print.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"

static bool speedup_is_baseline(const struct cell_figures *cell)
{
    return strcmp(cell->key->mode, CELLS_BASELINE) == 0;
}

/* Whether the cell lies on a line: another one differs from it in the number of workers alone. */
static bool speedup_on_line(const struct cell_group *group, const struct cell_figures *cell)
{
    if (isnan(cell->speedup) || speedup_is_baseline(cell))
        return false;
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *other = &group->cells[i];
        if (!isnan(other->speedup) && other->key->workers != cell->key->workers &&
            cells_same_way(other->key, cell->key))
            return true;
    }
    return false;
}

static bool speedup_has_line(const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (speedup_on_line(group, &group->cells[i]))
            return true;
    return false;
}

static const char *speedup_missing(const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    bool serial = false;
    for (size_t g = 0; g < table->count; g++) {
        if (speedup_has_line(&table->groups[g]))
            return NULL;
        serial = serial || table->groups[g].serial;
    }
    return serial ? "needs at least two worker counts: --workers 1..4"
                  : "needs a run of the " CELLS_BASELINE
                    " mode that came out ok: --mode " CELLS_BASELINE ",...";
}

static size_t speedup_line(struct chart_lines *lines, const struct cell_group *group,
                           const struct cell_figures *cell)
{
    char name[VERDICT_NAME];
    return chart_lines_named(lines, verdict_line_name(name, sizeof name, group, cell));
}

/* What any number of workers could gain at the most. */
static double speedup_cap(const struct cell_group *group)
{
    const double least_ns = cells_ideal(group->serial, (double)UINT64_MAX, 1);
    return least_ns > 0 ? group->serial->wall_ns / least_ns
                        : cells_figure(group->serial->key->cores);
}

static void speedup_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                        const char *note, double workers, const double figures[4])
{
    fprintf(out, "%s,%zu,%zu,%s,%s", kind, group, line, name, note);
    chart_figure(out, 15, workers);
    for (size_t i = 0; i < 4; i++)
        chart_figure(out, 6, figures[i]);
    fputc('\n', out);
}

static const double speedup_none[4] = {NAN, NAN, NAN, NAN};

/* The ends of a ratio's interval from the ends of both intervals: wider than a joint one, never
 * narrower than the truth. */
static void speedup_point(FILE *out, size_t number, struct chart_lines *lines,
                          const struct cell_group *group, const struct cell_figures *cell)
{
    const size_t line = speedup_line(lines, group, cell);
    char plain[VERDICT_NAME], name[VERDICT_NAME];
    plain_field(name, sizeof name, verdict_line_name(plain, sizeof plain, group, cell));
    const struct interval serial = group->serial->wall_interval, own = cell->wall_interval;
    const bool both = serial.exists && own.exists && own.lo > 0;
    const double figures[4] = {cell->speedup, both ? serial.lo / own.hi : (double)NAN,
                               both ? serial.hi / own.lo : (double)NAN, NAN};
    speedup_row(out, "point", number, line, name, "-", (double)cell->key->workers, figures);
}

static const struct cell_figures *speedup_top(const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) /* sorted by wall time */
        if (speedup_on_line(group, &group->cells[i]))
            return &group->cells[i];
    return NULL;
}

static void speedup_finding(char *text, size_t size, const struct cell_group *group)
{
    char workload[TEXT_NAME], name[VERDICT_NAME], line[256];
    const struct cell_figures *top = speedup_top(group);
    plain_text(workload, sizeof workload, group->first->workload);
    verdict_line_name(name, sizeof name, group, top);
    snprintf(line, sizeof line, "%s: up to %.2fx with %llu workers (%s)", workload, top->speedup,
             (unsigned long long)top->key->workers, name);
    plain_field(text, size, line);
}

/* Points go out in the order of their workers, as a line is drawn. */
static void speedup_points(FILE *out, const struct cell_group *group, size_t number,
                           struct chart_lines *lines)
{
    uint64_t workers = 0;
    for (bool more = true; more;) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < group->count; i++) {
            const struct cell_figures *cell = &group->cells[i];
            if (!speedup_on_line(group, cell))
                continue;
            if (cell->key->workers == workers)
                speedup_point(out, number, lines, group, cell);
            else if (cell->key->workers > workers && cell->key->workers < next)
                next = cell->key->workers;
        }
        more = next != UINT64_MAX;
        workers = next;
    }
}

static void speedup_group(FILE *out, const struct cell_table *table, const struct cell_group *group,
                          size_t number, struct chart_lines *lines)
{
    char name[96], note[240];
    double figures[4] = {NAN, NAN, NAN, speedup_cap(group)};
    speedup_finding(name, sizeof name, group);
    chart_work(note, sizeof note, table, group);
    speedup_row(out, "group", number, 0, name, note, (double)NAN, figures);
    speedup_points(out, group, number, lines);
}

/* The finding over several groups: from the least speed-up reached to the highest. */
static char *speedup_overall(char *text, size_t size, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    const struct cell_group *least = NULL, *most = NULL;
    char low[TEXT_NAME], high[TEXT_NAME], line[256];
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (!speedup_has_line(group))
            continue;
        if (!least || speedup_top(group)->speedup < speedup_top(least)->speedup)
            least = group;
        if (!most || speedup_top(group)->speedup > speedup_top(most)->speedup)
            most = group;
    }
    if (least == most) {
        speedup_finding(text, size, most);
        return text;
    }
    snprintf(line, sizeof line, "More workers gain from %.2fx (%s) to %.2fx (%s) over serial",
             speedup_top(least)->speedup, plain_text(low, sizeof low, least->first->workload),
             speedup_top(most)->speedup, plain_text(high, sizeof high, most->first->workload));
    return plain_field(text, size, line);
}

static int speedup_write(FILE *out, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    struct chart_lines lines = {.count = 0};
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t number = 0;
    fputs("kind,group,line,name,note,workers,speedup,low,high,cap\n", out);
    speedup_overall(title, sizeof title, data);
    speedup_row(out, "figure", 0, 0, title, chart_origin(note, sizeof note, data), (double)NAN,
                speedup_none);
    for (size_t g = 0; g < table->count; g++)
        if (speedup_has_line(&table->groups[g]))
            speedup_group(out, table, &table->groups[g], ++number, &lines);
    for (size_t i = 0; i < lines.count; i++)
        speedup_row(out, "line", 0, i + 1, chart_lines_name(&lines, i + 1), "-", (double)NAN,
                    speedup_none);
    return ferror(out) ? -EIO : 0;
}

static int speedup_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_points(out, speedup_write, data, width);
}

const struct chart chart_speedup = {.name = "speedup",
                                    .what = "speed-up against workers",
                                    .write = speedup_write,
                                    .missing = speedup_missing,
                                    .title = speedup_overall,
                                    .print = speedup_print};
