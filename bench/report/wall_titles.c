#include "bench/report/wall_titles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { WALL_LINE = 640, WALL_TIMES = 32 };

static char *wall_times(char text[WALL_TIMES], double ratio)
{
    snprintf(text, WALL_TIMES, ratio < 9.995 ? "%.2fx" : ratio < 99.95 ? "%.1fx" : "%.0fx", ratio);
    return text;
}

static bool wall_is_serial(const struct cell_figures *cell)
{
    return strcmp(cell->key->mode, CELLS_BASELINE) == 0;
}

/* --- against serial --- */

static bool wall_rivals_serial(const struct cell_group *group, const struct cell_figures *cell)
{
    (void)group;
    return !wall_is_serial(cell) && !isnan(cell->wall_ns);
}

/* Whether best is seen to be faster than serial, among all cells but serial. */
static bool wall_judge_gain(const struct cell_group *group)
{
    struct judge_pair pair;
    return cells_judge_over_serial(group, group->best, wall_rivals_serial, &pair) > 0 &&
           pair.judged == JUDGED_FASTER;
}

/* The speed-up of the fastest over serial; 0 where the test sees none. */
static double wall_gain(const struct cell_group *group)
{
    const struct cell_figures *best = group->best;
    if (!group->serial || !best || wall_is_serial(best) || !(best->speedup > 1))
        return 0;
    switch (verdict_of(group)) {
    case VERDICT_WINNER: /* serial was among those that it had to beat */
        return best->speedup;
    case VERDICT_CLOSE:
    case VERDICT_EQUAL:
        return wall_judge_gain(group) ? best->speedup : 0;
    default:
        return 0;
    }
}

/* --- of one group --- */

/* Whether a row of the group failed or was refused, so that more than measured runs is missing. */
static bool wall_troubled(const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            return true;
    return false;
}

static void wall_latency(char *text, size_t size, const struct cell_group *group, const char *work)
{
    char name[VERDICT_NAME], time[48];
    struct verdict_latency latency;
    verdict_latency(&latency, group);
    if (latency.best.cell)
        snprintf(text, size, "%s: lowest %s latency %s (%s)", work, latency.percentile,
                 units_human_time(time, sizeof time, latency.best.ns),
                 verdict_name(name, sizeof name, group, latency.best.cell));
    else
        snprintf(text, size, "%s: arrivals set the wall time", work);
}

/* Against serial the column beside the bars says how much; another figure would puzzle. */
static double wall_lead(const struct cell_group *group)
{
    const double gain = group->next == group->serial ? wall_gain(group) : 0;
    return gain > 0 ? gain : group->lead.ratio;
}

/* "thread-pool 1.90x faster than thread and 1.97x faster than serial" */
static void wall_won(char *text, size_t size, const struct cell_group *group, const char *best,
                     const char *next)
{
    char lead[WALL_TIMES], over[WALL_TIMES], more[64] = "";
    const double gain = wall_gain(group);
    if (gain > 0 && group->next != group->serial)
        snprintf(more, sizeof more, " and %s faster than " CELLS_BASELINE, wall_times(over, gain));
    snprintf(text, size, "%s %s faster than %s%s", best, wall_times(lead, wall_lead(group)), next,
             more);
}

/* Where nobody wins, what is left is by how much the foremost beat serial. */
static void wall_undecided(char *text, size_t size, const struct cell_group *group,
                           const char *best, const char *next)
{
    char over[WALL_TIMES];
    const double gain = wall_gain(group);
    const bool equal = verdict_of(group) == VERDICT_EQUAL;
    if (gain > 0 && equal)
        snprintf(text, size, "%s %s faster than " CELLS_BASELINE "; %s equal within %g%%", best,
                 wall_times(over, gain), next, 100 * judge_default.effect);
    else if (gain > 0)
        snprintf(text, size, "%s %s faster than " CELLS_BASELINE "; %s too close to call", best,
                 wall_times(over, gain), next);
    else if (equal)
        snprintf(text, size, "%s and %s equal within %g%%", best, next, 100 * judge_default.effect);
    else
        snprintf(text, size, "%s or %s: too close to call", best, next);
}

char *wall_heading(char *text, size_t size, const struct cell_table *table,
                   const struct cell_group *group)
{
    char best[VERDICT_NAME] = "", next[VERDICT_NAME] = "", work[CHART_CALLED];
    char found[WALL_LINE], line[WALL_LINE + CHART_CALLED + 4];
    chart_called(work, sizeof work, table, group);
    if (group->best)
        verdict_name(best, sizeof best, group, group->best);
    if (group->next)
        verdict_name(next, sizeof next, group, group->next);
    switch (verdict_of(group)) {
    case VERDICT_WINNER:
        wall_won(found, sizeof found, group, best, next);
        break;
    case VERDICT_CLOSE:
    case VERDICT_EQUAL:
        wall_undecided(found, sizeof found, group, best, next);
        break;
    case VERDICT_FEW:
        snprintf(found, sizeof found, "%s fastest (too few runs to judge)", best);
        break;
    case VERDICT_OPEN:
        wall_latency(line, sizeof line, group, work);
        return plain_field(text, size, line);
    case VERDICT_ALONE:
        snprintf(found, sizeof found, "only %s was measured", best);
        break;
    case VERDICT_NONE:
        snprintf(found, sizeof found, "%s",
                 wall_troubled(group) ? "no run came out ok" : "no measured runs");
        break;
    }
    snprintf(line, sizeof line, "%s: %s", work, found);
    return plain_field(text, size, line);
}

/* --- of all groups --- */

/* What the groups differ in decides what they are called. */
static const char *wall_called(const struct cell_table *table)
{
    for (size_t a = 0; a < table->count; a++)
        for (size_t b = 0; b < a; b++)
            if (strcmp(table->groups[a].first->workload, table->groups[b].first->workload) == 0)
                return "cases";
    return "workloads";
}

/* Groups that can have a winner, those that have one, and the mode that has won most. */
struct tally {
    size_t count, won, wins;
    const struct cell_group *last; /* of those that can have one */
    const struct cell_group *top;  /* of the champion's, where it leads by most; NULL: nobody won */
};

/* How many groups the mode of this group's winner won, and whether none of them by more. */
static size_t wall_wins(const struct cell_table *table, const struct cell_group *of, bool *most)
{
    size_t wins = 0;
    *most = true;
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (verdict_of(group) != VERDICT_WINNER ||
            strcmp(group->best->key->mode, of->best->key->mode) != 0)
            continue;
        wins++;
        *most = *most && wall_lead(group) <= wall_lead(of);
    }
    return wins;
}

static void tally_of(struct tally *tally, const struct cell_table *table)
{
    *tally = (struct tally){0};
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        bool most;
        if (verdict_of(group) == VERDICT_OPEN)
            continue;
        tally->last = group;
        tally->count++;
        if (verdict_of(group) != VERDICT_WINNER)
            continue;
        tally->won++;
        const size_t wins = wall_wins(table, group, &most);
        if (most && (wins > tally->wins ||
                     (wins == tally->wins && wall_lead(group) > wall_lead(tally->top)))) {
            tally->wins = wins;
            tally->top = group;
        }
    }
}

/* "thread-pool wins 2 of 5 workloads: up to 1.90x faster than thread (cpu); others 1; 2 undecided"
 */
static void wall_champion(char *text, size_t size, const struct cell_table *table,
                          const struct tally *tally, const char *called)
{
    char mode[TEXT_NAME], next[VERDICT_NAME], work[CHART_CALLED], lead[WALL_TIMES];
    char share[64], others[48] = "", open[48] = "";
    plain_text(mode, sizeof mode, tally->top->best->key->mode);
    chart_called(work, sizeof work, table, tally->top);
    verdict_name(next, sizeof next, tally->top, tally->top->next);
    if (tally->wins == tally->count)
        snprintf(share, sizeof share, "all %zu", tally->count);
    else
        snprintf(share, sizeof share, "%zu of %zu", tally->wins, tally->count);
    if (tally->won > tally->wins)
        snprintf(others, sizeof others, "; others %zu", tally->won - tally->wins);
    if (tally->count > tally->won)
        snprintf(open, sizeof open, "; %zu undecided", tally->count - tally->won);
    snprintf(text, size, "%s wins %s %s: %s%s faster than %s (%s)%s%s", mode, share, called,
             tally->wins > 1 ? "up to " : "", wall_times(lead, wall_lead(tally->top)), next, work,
             others, open);
}

static void wall_nobody(char *text, size_t size, const struct cell_table *table,
                        const struct tally *tally, const char *called)
{
    const struct cell_group *top = NULL;
    char best[VERDICT_NAME], work[CHART_CALLED], over[WALL_TIMES];
    double most = 0;
    for (size_t g = 0; g < table->count; g++) {
        const double gain = wall_gain(&table->groups[g]);
        top = gain > most ? &table->groups[g] : top;
        most = fmax(gain, most);
    }
    if (!top) {
        snprintf(text, size, "No clear winner in any of %zu %s", tally->count, called);
        return;
    }
    chart_called(work, sizeof work, table, top);
    verdict_name(best, sizeof best, top, top->best);
    snprintf(text, size,
             "Up to %s faster than " CELLS_BASELINE " (%s: %s); no clear winner in any of %zu %s",
             wall_times(over, most), work, best, tally->count, called);
}

/* Where no group has a figure: nobody was close. NULL where one has. */
static const char *wall_nothing(const struct cell_table *table)
{
    bool troubled = false;
    for (size_t g = 0; g < table->count; g++) {
        if (verdict_of(&table->groups[g]) != VERDICT_NONE)
            return NULL;
        troubled |= wall_troubled(&table->groups[g]);
    }
    return troubled ? "No run came out ok" : "No measured runs";
}

char *wall_headline(char *text, size_t size, const struct cell_table *table)
{
    struct tally tally;
    char line[WALL_LINE], called[48];
    tally_of(&tally, table);
    if (table->count == 1 || tally.count == 1)
        return wall_heading(text, size, table, tally.last ? tally.last : &table->groups[0]);
    if (wall_nothing(table))
        return plain_field(text, size, wall_nothing(table));
    if (tally.count == 0)
        return plain_field(text, size, "No winner by wall time; the rate of the arrivals sets it");
    snprintf(called, sizeof called, "%s%s", tally.count < table->count ? "closed-loop " : "",
             wall_called(table));
    if (tally.top)
        wall_champion(line, sizeof line, table, &tally, called);
    else
        wall_nobody(line, sizeof line, table, &tally, called);
    return plain_field(text, size, line);
}
