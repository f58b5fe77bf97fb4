/* chart_latency.c - the distribution and the percentiles of latencies, as latency.h finds them. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/chart_lines.h"
#include "bench/report/fold.h"
#include "bench/report/latency.h"
#include "bench/report/plain.h"
#include "bench/util/units.h"

/* Characters of a finding that a panel (on two lines) and the sheet show whole (scripts/panel.gp,
 * paper.gp). */
enum { LATENCY_POINTS = 160, LATENCY_PANEL_MOST = 120, LATENCY_TITLE_MOST = 84 };

static const char *latency_missing(const struct chart_data *data)
{
    return latency_any(data) ? NULL
                             : "needs requests (--workload tcp, or --rate) or tasks.csv of a run "
                               "that came out ok";
}

/* --- what was found --- */

static void latency_cell_name(char *name, const struct latency_group *group,
                              const struct latency *cell)
{
    verdict_name(name, VERDICT_NAME, group->group, cell->cell);
}

/* "3.21 ms (event) to 2.24 s (serial)"; without the names where there is no room for them. */
static void latency_range(char *text, size_t size, const struct latency_group *group, bool names)
{
    char low[48], high[48], best[VERDICT_NAME], worst[VERDICT_NAME];
    latency_cell_name(best, group, group->low);
    latency_cell_name(worst, group, group->high);
    units_human_time(low, sizeof low, group->low->at[group->level]);
    units_human_time(high, sizeof high, group->high->at[group->level]);
    if (group->low == group->high) /* alone, or all at the same */
        snprintf(text, size, names && group->count == 1 ? "%s (%s)" : "%s", low, best);
    else if (names)
        snprintf(text, size, "%s (%s) to %s (%s)", low, best, high, worst);
    else
        snprintf(text, size, "%s to %s", low, high);
}

/* "lowest p99.9 latency 3.21 ms (event); next 1.40x (thread)" */
static void latency_lowest(char *text, size_t size, const struct latency_group *group, bool whole)
{
    char best[VERDICT_NAME], next[VERDICT_NAME], time[48];
    latency_cell_name(best, group, group->low);
    latency_cell_name(next, group, group->next);
    units_human_time(time, sizeof time, group->low->at[group->level]);
    const size_t used = (size_t)snprintf(text, size, "lowest %s latency %s (%s)",
                                         latency_levels[group->level].name, time, best);
    if (whole && used < size)
        snprintf(text + used, size - used, "; next %.*fx (%s)", group->ratio < 9.995 ? 2 : 0,
                 group->ratio, next);
}

/* A panel's note says already that it shows one repetition; the sheet's title has none. */
static void latency_done(char *text, size_t size, const struct latency_group *group,
                         const char *range, bool sheet)
{
    char share[16];
    snprintf(share, sizeof share, group->level == 0 ? "half" : "%g%%",
             100 * latency_levels[group->level].level);
    snprintf(text, size, "%s done after %s%s", share, range, sheet ? " in one repetition" : "");
}

static void latency_say(char *text, size_t size, const struct latency_group *group, bool whole,
                        bool sheet)
{
    const char *level = latency_levels[group->level].name;
    char range[2 * VERDICT_NAME + 128];
    latency_range(range, sizeof range, group, whole);
    switch (group->seen) {
    case LATENCY_UNTOLD:
        snprintf(text, size, "too few tasks for a percentile");
        break;
    case LATENCY_ALONE:
        if (latency_of_requests(group))
            snprintf(text, size, "%s latency %s", level, range);
        else
            latency_done(text, size, group, range, sheet);
        break;
    case LATENCY_ONCE:
        latency_done(text, size, group, range, sheet);
        break;
    case LATENCY_FEW:
        snprintf(text, size, "%s latency %s; not judged: %zu of %zu runs", level, range,
                 group->runs, group->needed);
        break;
    case LATENCY_OPEN:
        snprintf(text, size, "no difference in %s latency seen: %s", level, range);
        break;
    case LATENCY_ALIKE:
        snprintf(text, size, "%s latency alike: %s", level, range);
        break;
    case LATENCY_APART:
        snprintf(text, size, "%s latency %s; lowest undecided", level, range);
        break;
    case LATENCY_LOWEST:
        latency_lowest(text, size, group, whole);
        break;
    }
}

/* In as many characters as a panel or the sheet shows, as far as leaving names out goes. */
static void latency_finding(char *text, size_t size, const struct cell_table *table,
                            const struct latency_group *group, bool sheet)
{
    const int most = sheet ? LATENCY_TITLE_MOST : LATENCY_PANEL_MOST;
    char work[CHART_CALLED], said[512], line[CHART_TITLE + 512];
    chart_called(work, sizeof work, table, group->group);
    for (int whole = 1; whole >= 0; whole--) {
        latency_say(said, sizeof said, group, whole, sheet);
        if (snprintf(line, sizeof line, "%s: %s", work, said) <= most)
            break;
    }
    plain_field(text, size, line);
}

static double latency_apart(const struct latency_group *group)
{
    const double low = group->low->at[group->level], high = group->high->at[group->level];
    return low > 0 ? high / low : 1; /* NaN where nothing is told */
}

/* Of the group that shows most and, of several, of the one whose ends lie furthest apart. */
static void latency_overall(char *text, size_t size, const struct cell_table *table,
                            const struct latencies *all)
{
    const struct latency_group *top = NULL;
    for (size_t g = 0; g < all->count; g++) {
        const struct latency_group *group = &all->groups[g];
        if (!top || group->seen > top->seen ||
            (group->seen == top->seen && latency_apart(group) > latency_apart(top)))
            top = group;
    }
    if (top)
        latency_finding(text, size, table, top, true);
    else
        plain_field(text, size, "How long tasks and requests took");
}

static char *latency_title(char *text, size_t size, const struct chart_data *data)
{
    struct latencies all;
    if (latency_gather(&all, data) < 0)
        return plain_field(text, size, "How long tasks and requests took");
    latency_overall(text, size, data->table, &all);
    latency_free(&all);
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
 * longest; the longest always. With the i-th of n the share i / n was done; that all were, has no
 * place on such an axis, so that the last stands half a task lower. */
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
        const double done = next < latency->count ? (double)next : n - 0.5;
        latency_row(out, "point", group, line, name, "-",
                    (const double[4]){latency->sorted[i], NAN, NAN, done / n});
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

/* "requests; 4 of 6 cells; 200 tasks of ...": where not all could be measured, or have a line. */
static void latency_note(char *note, size_t size, const struct chart_data *data,
                         const struct latency_group *group, size_t shown)
{
    char work[CHART_NOTE], cells[64] = "", line[CHART_NOTE + 96];
    chart_work(work, sizeof work, data->table, group->group);
    if (shown < group->group->count)
        snprintf(cells, sizeof cells, "; %zu of %zu cells", shown, group->group->count);
    snprintf(line, sizeof line, "%s%s; %s",
             latency_of_requests(group) ? "requests" : "one repetition", cells, work);
    plain_field(note, size, line);
}

static void latency_group(FILE *out, const struct chart_data *data,
                          const struct latency_group *group, size_t number,
                          struct chart_lines *lines)
{
    char name[CHART_TITLE], note[CHART_NOTE];
    size_t shown = 0;
    for (size_t i = 0; i < group->count; i++)
        shown += chart_lines_number(lines, group->group, group->cells[i].cell) > 0;
    latency_finding(name, sizeof name, data->table, group, false);
    latency_note(note, sizeof note, data, group, shown);
    latency_row(out, "group", number, 0, name, note, latency_none);
    for (size_t i = 0; i < group->count; i++) {
        const struct latency *latency = &group->cells[i];
        const size_t line = chart_lines_number(lines, group->group, latency->cell);
        if (line > 0)
            latency_cell(out, number, line, chart_lines_name(lines, line), latency);
    }
}

static int latency_write(FILE *out, const struct chart_data *data)
{
    struct chart_lines lines = {.count = 0};
    struct latencies all;
    char title[CHART_TITLE], note[CHART_NOTE];
    const int code = latency_gather(&all, data);
    if (code < 0)
        return code;
    latency_overall(title, sizeof title, data->table, &all);
    fputs("kind,group,line,name,note,latency_ns,low_ns,high_ns,level\n", out);
    latency_row(out, "figure", all.count, 0, title, chart_origin(note, sizeof note, data),
                latency_none);
    for (size_t g = 0; g < all.count && g < CHART_PANELS; g++)
        latency_group(out, data, &all.groups[g], g + 1, &lines);
    for (size_t i = 1; i <= lines.count; i++)
        latency_row(out, "line", 0, i, chart_lines_name(&lines, i), "-", latency_none);
    latency_free(&all);
    return ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { TEXT_COLUMN = 10, TEXT_NAME_LEAST = 16, TEXT_NAME_MOST = 30, TEXT_P90 = 1 };

/* A narrow one gives each name a line of its own, and has no room for one of the percentiles: not
 * that of which the finding is. */
static bool latency_shown(const struct latency_group *group, size_t level, bool narrow)
{
    return !narrow || level != (group->level == TEXT_P90 ? LATENCY_LEVELS - 1 : TEXT_P90);
}

static void latency_print_time(FILE *out, double ns)
{
    char text[48];
    fprintf(out, "%*s", TEXT_COLUMN, isnan(ns) ? "-" : units_human_time(text, sizeof text, ns));
}

/* A name that is longer than its column has lines of its own. */
static void latency_print_name(FILE *out, const char *name, int column, size_t width)
{
    fputs("  ", out);
    if (column > 0 && strlen(name) <= (size_t)column) {
        fprintf(out, "%-*s", column, name);
        return;
    }
    fold_text_within(out, name, 2, 2, (int)width);
    if (column > 0)
        fprintf(out, "%*s", column + 2, "");
}

static void latency_print_group(FILE *out, const struct chart_data *data,
                                const struct latency_group *group, size_t width)
{
    char name[VERDICT_NAME], finding[CHART_TITLE], note[CHART_NOTE];
    const size_t taken = 2 + (LATENCY_LEVELS + 1) * TEXT_COLUMN;
    const bool narrow = width < taken + TEXT_NAME_LEAST;
    const size_t room = narrow ? 0 : width - taken;
    const int names = (int)(room < TEXT_NAME_MOST ? room : TEXT_NAME_MOST);
    latency_finding(finding, sizeof finding, data->table, group, false);
    fold_text_within(out, finding, 0, 2, (int)width);
    latency_note(note, sizeof note, data, group, group->count);
    fold_text_within(out, note, 0, 2, (int)width);
    fprintf(out, "%*s", narrow ? 0 : names + 2, "");
    for (size_t l = 0; l < LATENCY_LEVELS; l++)
        if (latency_shown(group, l, narrow))
            fprintf(out, "%*s", TEXT_COLUMN, latency_levels[l].name);
    fprintf(out, "%*s\n", TEXT_COLUMN, "longest");
    for (size_t i = 0; i < group->count; i++) {
        const struct latency *latency = &group->cells[i];
        latency_cell_name(name, group, latency);
        latency_print_name(out, name, narrow ? 0 : names, width);
        for (size_t l = 0; l < LATENCY_LEVELS; l++)
            if (latency_shown(group, l, narrow))
                latency_print_time(out, latency->at[l]);
        latency_print_time(out, latency->most);
        fputc('\n', out);
    }
}

static int latency_print(FILE *out, const struct chart_data *data, size_t width)
{
    struct latencies all;
    const int code = latency_gather(&all, data);
    if (code < 0)
        return code;
    for (size_t g = 0; g < all.count; g++) {
        fputs(g ? "\n" : "", out);
        latency_print_group(out, data, &all.groups[g], width);
    }
    latency_free(&all);
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_latency = {.name = "latency",
                                    .what = "distribution of latencies by mode",
                                    .tasks = true,
                                    .write = latency_write,
                                    .missing = latency_missing,
                                    .title = latency_title,
                                    .print = latency_print};
