#include "bench/report/waiting.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"

double waiting_short(const struct timing *row)
{
    return cells_figure(row->short_waiting_ns);
}

double waiting_long(const struct timing *row)
{
    return cells_figure(row->long_waiting_ns);
}

static double turnaround_short(const struct timing *row)
{
    return cells_figure(row->short_turnaround_ns);
}

static double turnaround_long(const struct timing *row)
{
    return cells_figure(row->long_turnaround_ns);
}

static double tasks_short(const struct timing *row)
{
    return cells_figure(row->short_tasks);
}

static double tasks_long(const struct timing *row)
{
    return cells_figure(row->long_tasks);
}

/* A workload that knows no lengths leaves both without tasks. */
static bool row_has(const struct timing *row)
{
    return cells_measured(row) && cells_figure(row->short_tasks) > 0;
}

void waiting_of(struct waiting_figures *figures, const struct cell_figures *cell)
{
    *figures = (struct waiting_figures){.runs = 0};
    for (size_t i = 0; i < cell->row_count; i++)
        figures->runs += row_has(cell->rows[i]);
    figures->of_short.tasks = requests_median(cell, tasks_short, NULL);
    figures->of_long.tasks = requests_median(cell, tasks_long, NULL);
    figures->of_short.waiting = requests_median(cell, waiting_short, &figures->of_short.range);
    figures->of_short.turnaround = requests_median(cell, turnaround_short, NULL);
    figures->of_long.waiting = requests_median(cell, waiting_long, &figures->of_long.range);
    figures->of_long.turnaround = requests_median(cell, turnaround_long, NULL);
}

static bool any_row(const struct cell_group *group, cells_row_figure *figure)
{
    for (size_t i = 0; i < group->count; i++)
        for (size_t r = 0; r < group->cells[i].row_count; r++)
            if (row_has(group->cells[i].rows[r]) && !isnan(figure(group->cells[i].rows[r])))
                return true;
    return false;
}

bool waiting_any(const struct cell_group *group)
{
    return any_row(group, turnaround_short);
}

bool waiting_any_long(const struct cell_group *group)
{
    return any_row(group, turnaround_long);
}

/* --- schedules against each other --- */

static bool is_schedule(const struct cell_figures *cell, const char *name)
{
    return strcmp(cell->key->schedule, name) == 0;
}

/* The same but for the schedule. */
static bool alike(const struct timing *a, const struct timing *b)
{
    return strcmp(a->mode, b->mode) == 0 && strcmp(a->wait, b->wait) == 0 &&
           a->workers == b->workers && a->width == b->width && strcmp(a->pin, b->pin) == 0 &&
           strcmp(a->submit, b->submit) == 0 && strcmp(a->stack, b->stack) == 0;
}

static bool known(const struct cell_figures *cell)
{
    return cell->runs > 0 && !isnan(requests_median(cell, waiting_short, NULL));
}

/* What the cell is compared with: first come, first served, or else the mode's own order. */
static const struct cell_figures *base_of(const struct cell_group *group,
                                          const struct cell_figures *cell)
{
    static const char *const bases[] = {"fcfs", "off"};
    for (size_t b = 0; b < 2 && !is_schedule(cell, bases[b]); b++)
        for (size_t i = 0; i < group->count; i++) {
            const struct cell_figures *other = &group->cells[i];
            if (is_schedule(other, bases[b]) && alike(other->key, cell->key) && known(other))
                return other;
        }
    return NULL;
}

static size_t find_pairs(struct waiting_pair *pairs, const struct cell_group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        const struct cell_figures *base = known(cell) ? base_of(group, cell) : NULL;
        if (base)
            pairs[count++] = (struct waiting_pair){.base = base, .cell = cell};
    }
    return count;
}

static int judge_pairs(struct waiting_pair *pairs, size_t count)
{
    size_t room = 1, used = 0;
    for (size_t i = 0; i < count; i++)
        room += 2 * (pairs[i].base->row_count + pairs[i].cell->row_count);
    double *logs = calloc(room, sizeof *logs);
    struct judge_pair *family = calloc(2 * count, sizeof *family);
    const int code = logs && family ? 0 : -ENOMEM;
    for (size_t i = 0; code == 0 && i < 2 * count; i++) {
        const struct waiting_pair *pair = &pairs[i / 2];
        family[i] = (struct judge_pair){.paired = true, .ratios = logs + used};
        family[i].ratio_count = cells_pair_by(pair->base, pair->cell,
                                              i % 2 ? waiting_long : waiting_short, logs + used);
        used += family[i].ratio_count;
    }
    if (code == 0)
        judge(family, 2 * count, &judge_default);
    for (size_t i = 0; code == 0 && i < 2 * count; i++) {
        struct judge_pair *judged = i % 2 ? &pairs[i / 2].of_long : &pairs[i / 2].of_short;
        *judged = family[i];
        judged->ratios = NULL;
        judged->ratio_count = 0;
    }
    free(logs);
    free(family);
    return code;
}

int waiting_pairs(struct waiting_pair **pairs, size_t *count, const struct cell_group *group)
{
    struct waiting_pair *found = calloc(group->count, sizeof *found);
    *pairs = NULL;
    *count = 0;
    if (!found)
        return -ENOMEM;
    const size_t n = find_pairs(found, group);
    const int code = n > 0 ? judge_pairs(found, n) : 0;
    if (code < 0 || n == 0) {
        free(found);
        return code;
    }
    *pairs = found;
    *count = n;
    return 0;
}

/* Short tasks wait less, by an interval wholly on that side; `seen`: and that beyond chance. */
static bool falls(const struct judge_pair *judged, bool seen)
{
    return seen ? judged->judged == JUDGED_FASTER
                : judged->interval.exists && judged->interval.hi < 1;
}

static const struct waiting_pair *lowest(const struct waiting_pair *pairs, size_t count, bool seen)
{
    const struct waiting_pair *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (falls(&pairs[i].of_short, seen) &&
            (!best || pairs[i].of_short.ratio < best->of_short.ratio))
            best = &pairs[i];
    return best;
}

const struct waiting_pair *waiting_best(const struct waiting_pair *pairs, size_t count)
{
    return lowest(pairs, count, true);
}

/* --- in words --- */

char *waiting_schedule(char *text, size_t size, const struct timing *key)
{
    if (strcmp(key->schedule, "off") == 0) {
        snprintf(text, size, "its own order");
        return text;
    }
    plain_text(text, size, key->schedule);
    text[strcspn(text, ";")] = '\0';
    return text;
}

char *waiting_change(char *text, size_t size, double ratio)
{
    const double factor = ratio < 1 ? 1 / ratio : ratio;
    const char *word = ratio < 1 ? "less" : "more";
    if (factor >= 1.995)
        snprintf(text, size, factor < 9.95 ? "%.1fx %s" : "%.0fx %s", factor, word);
    else
        snprintf(text, size, "%.0f%% %s", 100 * fabs(ratio - 1), word);
    return text;
}

static void long_text(char *text, size_t size, const struct judge_pair *judged)
{
    char change[48];
    waiting_change(change, sizeof change, judged->ratio);
    if (isnan(judged->ratio))
        text[0] = '\0';
    else if (judged->judged == JUDGED_EQUIVALENT)
        snprintf(text, size, "; long ones as long as before");
    else if (judged->judged == JUDGED_INCONCLUSIVE)
        snprintf(text, size, "; of long ones no difference was seen");
    else
        snprintf(text, size, "; long ones %s", change);
}

static bool several_modes(const struct waiting_pair *pairs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(pairs[i].cell->key->mode, pairs[0].cell->key->mode) != 0)
            return true;
    return false;
}

static bool any_interval(const struct waiting_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].of_short.interval.exists)
            return true;
    return false;
}

/* Nothing was seen to fall: was there a sign of it? */
static void open_text(char *text, size_t size, const struct waiting_pair *pairs, size_t count)
{
    const struct waiting_pair *sign = lowest(pairs, count, false);
    char name[TEXT_NAME], base[TEXT_NAME], change[48], needed[64] = "";
    if (!sign) {
        snprintf(text, size, "no schedule was seen to let short tasks wait less than %s does",
                 waiting_schedule(base, sizeof base, pairs[0].base->key));
        return;
    }
    if (sign->of_short.needed > 0)
        snprintf(needed, sizeof needed, "; about %llu runs would tell",
                 (unsigned long long)sign->of_short.needed);
    waiting_change(change, sizeof change, sign->of_short.ratio);
    snprintf(text, size, "no difference seen in how long short tasks wait (%s: %s than %s)%s",
             waiting_schedule(name, sizeof name, sign->cell->key), change,
             waiting_schedule(base, sizeof base, sign->base->key), needed);
}

char *waiting_finding(char *text, size_t size, const struct waiting_pair *pairs, size_t count,
                      bool modes)
{
    const struct waiting_pair *best = waiting_best(pairs, count);
    char name[TEXT_NAME], base[TEXT_NAME], change[48], others[64], mode[TEXT_NAME] = "";
    if (!any_interval(pairs, count)) {
        snprintf(text, size,
                 "too few runs to compare how long tasks wait under the schedules (%d are needed)",
                 VERDICT_RUNS);
        return text;
    }
    if (!best) {
        open_text(text, size, pairs, count);
        return text;
    }
    waiting_change(change, sizeof change, best->of_short.ratio);
    long_text(others, sizeof others, &best->of_long);
    if (modes && several_modes(pairs, count))
        plain_text(mode, sizeof mode, best->cell->key->mode);
    snprintf(text, size, "%s%sshort tasks wait %s under %s than under %s%s", mode,
             *mode ? ": " : "", change, waiting_schedule(name, sizeof name, best->cell->key),
             waiting_schedule(base, sizeof base, best->base->key), others);
    return text;
}
