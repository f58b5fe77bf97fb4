#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart_lines.h"
#include "bench/report/chart_print.h"
#include "bench/report/plain.h"
#include "bench/report/speedup_laws.h"
#include "bench/report/verdict.h"

/* Characters of a finding that a panel and the sheet show whole (scripts/panel.gp, paper.gp). */
enum { SPEEDUP_PANEL_MOST = 65, SPEEDUP_TITLE_MOST = 84 };

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
    const double figures[SPEEDUP_FIGURES] = {cell->speedup,
                                             both ? serial.lo / own.hi : (double)NAN,
                                             both ? serial.hi / own.lo : (double)NAN,
                                             NAN,
                                             NAN,
                                             NAN,
                                             NAN};
    speedup_row(out, "point", number, line, name, "-", (double)cell->key->workers, figures);
}

static const struct cell_figures *speedup_top(const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) /* sorted by wall time */
        if (speedup_on_line(group, &group->cells[i]))
            return &group->cells[i];
    return NULL;
}

/* What the runs show of the fastest cell against serial. */
enum gain { GAIN_SEEN, GAIN_NONE, GAIN_NEGATIVE, GAIN_UNSEEN, GAIN_FEW };

struct gained {
    enum gain gain;
    size_t runs, needed; /* blocks that serial and the cell share, and fewest that could show it */
};

/* Of `top`, among all cells on lines. */
static struct gained speedup_gain(const struct cell_group *group, const struct cell_figures *top)
{
    struct judge_pair pair;
    struct gained found = {.gain = GAIN_FEW};
    const size_t family = cells_judge_over_serial(group, top, speedup_on_line, &pair);
    if (family == 0)
        return found;
    found.needed = judge_least_blocks(family);
    found.runs = pair.ratio_count;
    if (!pair.interval.exists)
        return found;
    switch (pair.judged) {
    case JUDGED_FASTER:
        found.gain = GAIN_SEEN;
        break;
    case JUDGED_SLOWER:
        found.gain = GAIN_NEGATIVE;
        break;
    case JUDGED_EQUIVALENT:
        found.gain = GAIN_NONE;
        break;
    default: /* so many cells want more runs than one would */
        found.gain = pair.interval.hi < 1 / (1 + judge_default.effect) ? GAIN_FEW : GAIN_UNSEEN;
        break;
    }
    return found;
}

/* As much as has room: name and efficiency can be seen in the panel, too. */
static void speedup_seen(char *text, size_t size, const char *workload, const char *name,
                         const struct cell_figures *top, size_t most)
{
    const unsigned long long workers = top->key->workers;
    const double efficiency = 100 * top->speedup / (double)workers;
    size_t used = (size_t)snprintf(text, size, "%s: %.2fx with %llu worker%s", workload,
                                   top->speedup, workers, workers == 1 ? "" : "s");
    if (used + strlen(" ()") + strlen(name) <= most && used < size)
        used += (size_t)snprintf(text + used, size - used, " (%s)", name);
    if (used + strlen(" at 100% efficiency") <= most && used < size)
        snprintf(text + used, size - used, " at %.0f%% efficiency", efficiency);
}

static void speedup_finding(char *text, size_t size, const struct cell_table *table,
                            const struct cell_group *group, size_t most)
{
    static const char *const said[] = {
        [GAIN_NONE] = "no gain over " CELLS_BASELINE,
        [GAIN_NEGATIVE] = "slower than " CELLS_BASELINE,
        [GAIN_UNSEEN] = "no gain over " CELLS_BASELINE " seen",
        [GAIN_FEW] = "too few runs to judge",
    };
    char work[CHART_CALLED], name[VERDICT_NAME], line[640], runs[64] = "";
    const struct cell_figures *top = speedup_top(group);
    const struct gained found = speedup_gain(group, top);
    if (found.gain == GAIN_FEW && found.runs < found.needed)
        snprintf(runs, sizeof runs, ": %zu of %zu", found.runs, found.needed);
    chart_called(work, sizeof work, table, group);
    verdict_line_name(name, sizeof name, group, top);
    if (found.gain == GAIN_SEEN)
        speedup_seen(line, sizeof line, work, name, top, most);
    else
        snprintf(line, sizeof line, "%s: %s%s (%s x%llu: %.2fx)", work, said[found.gain], runs,
                 name, (unsigned long long)top->key->workers, top->speedup);
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

static int speedup_group(FILE *out, const struct cell_table *table, const struct cell_group *group,
                         size_t number, struct chart_lines *lines)
{
    char name[CHART_TITLE], note[CHART_NOTE];
    const double figures[SPEEDUP_FIGURES] = {NAN, NAN, NAN, speedup_cap(group), NAN, NAN, NAN};
    speedup_finding(name, sizeof name, table, group, SPEEDUP_PANEL_MOST);
    chart_work(note, sizeof note, table, group);
    speedup_row(out, "group", number, 0, name, note, (double)NAN, figures);
    speedup_points(out, group, number, lines);
    return speedup_laws(out, group, number, lines);
}

/* Groups that have lines, and those among them of which a gain over serial is seen. */
struct overall {
    const struct cell_group *last, *least, *most; /* least and most: of those that gain */
    size_t count, gain;
};

static void overall_add(struct overall *all, const struct cell_group *group)
{
    const struct cell_figures *top = speedup_top(group);
    all->last = group;
    all->count++;
    if (speedup_gain(group, top).gain != GAIN_SEEN)
        return;
    all->gain++;
    if (!all->least || top->speedup < speedup_top(all->least)->speedup)
        all->least = group;
    if (!all->most || top->speedup > speedup_top(all->most)->speedup)
        all->most = group;
}

/* The finding over several groups: from the least speed-up reached to the highest. */
static char *speedup_overall(char *text, size_t size, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    struct overall all = {0};
    char low[CHART_CALLED], high[CHART_CALLED], line[512], of[64] = "";
    for (size_t g = 0; g < table->count; g++)
        if (speedup_has_line(&table->groups[g]))
            overall_add(&all, &table->groups[g]);
    if (all.count == 1) {
        speedup_finding(text, size, table, all.last, SPEEDUP_TITLE_MOST);
        return text;
    }
    if (all.gain < all.count)
        snprintf(of, sizeof of, " in %zu of %zu cases", all.gain, all.count);
    if (all.gain == 0)
        snprintf(line, sizeof line, "No gain over serial seen in any of %zu cases", all.count);
    else if (all.gain == 1)
        snprintf(line, sizeof line, "Speed-up over serial%s: %.2fx (%s)", of,
                 speedup_top(all.most)->speedup, chart_called(high, sizeof high, table, all.most));
    else
        snprintf(line, sizeof line, "Speed-up over serial from %.2fx (%s) to %.2fx (%s)%s",
                 speedup_top(all.least)->speedup, chart_called(low, sizeof low, table, all.least),
                 speedup_top(all.most)->speedup, chart_called(high, sizeof high, table, all.most),
                 of);
    return plain_field(text, size, line);
}

static int speedup_write(FILE *out, const struct chart_data *data)
{
    const struct cell_table *table = data->table;
    struct chart_lines lines = {.count = 0};
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t count = 0, number = 0;
    int code = 0;
    for (size_t g = 0; g < table->count; g++)
        count += speedup_has_line(&table->groups[g]);
    fputs("kind,group,line,name,note,workers,speedup,low,high,cap,sigma,kappa,preferred\n", out);
    speedup_overall(title, sizeof title, data);
    speedup_row(out, "figure", count, 0, title, chart_origin(note, sizeof note, data), (double)NAN,
                speedup_none);
    for (size_t g = 0; g < table->count && number < CHART_PANELS && code == 0; g++)
        if (speedup_has_line(&table->groups[g]))
            code = speedup_group(out, table, &table->groups[g], ++number, &lines);
    for (size_t i = 0; i < lines.count; i++)
        speedup_row(out, "line", 0, i + 1, chart_lines_name(&lines, i + 1), "-", (double)NAN,
                    speedup_none);
    return code < 0 ? code : ferror(out) ? -EIO : 0;
}

static int speedup_print(FILE *out, const struct chart_data *data, size_t width)
{
    return chart_print_points(out, speedup_write, data, width,
                              "bar: speed-up over serial, up to o; |=o-| its 95% interval; %: "
                              "efficiency, speed-up / workers");
}

const struct chart chart_speedup = {.name = "speedup",
                                    .what = "speed-up against workers",
                                    .write = speedup_write,
                                    .missing = speedup_missing,
                                    .title = speedup_overall,
                                    .print = speedup_print};
