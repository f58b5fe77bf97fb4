#include "bench/report/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/util/units.h"

static size_t verdict_runs(const struct cell_group *group)
{
    return group->best->runs < group->next->runs ? group->best->runs : group->next->runs;
}

enum verdict verdict_of(const struct cell_group *group)
{
    if (!group->best)
        return VERDICT_NONE;
    if (!group->next)
        return VERDICT_ALONE;
    if (cells_open_loop(group->first))
        return VERDICT_OPEN;
    if (verdict_runs(group) < VERDICT_RUNS || !group->lead.interval.exists)
        return VERDICT_FEW;
    if (group->lead.judged == JUDGED_SLOWER)
        return VERDICT_WINNER;
    return group->lead.judged == JUDGED_EQUIVALENT ? VERDICT_EQUAL : VERDICT_CLOSE;
}

static void latency_rank(struct verdict_latency *latency, const struct verdict_place *place)
{
    if (isnan(place->ns))
        return;
    if (!latency->best.cell || place->ns < latency->best.ns) {
        latency->next = latency->best;
        latency->best = *place;
    } else if (!latency->next.cell || place->ns < latency->next.ns) {
        latency->next = *place;
    }
}

void verdict_latency(struct verdict_latency *latency, const struct cell_group *group)
{
    struct verdict_latency by_p99 = {.percentile = "p99"}, by_p50 = {.percentile = "p50"};
    bool all = true;
    for (size_t i = 0; i < group->count; i++) {
        struct request_figures figures;
        struct verdict_place place = {.cell = &group->cells[i]};
        requests_of(&figures, place.cell);
        if (figures.runs == 0)
            continue;
        all &= !isnan(figures.p99);
        place.kept = figures.kept;
        place.ns = figures.p99;
        latency_rank(&by_p99, &place);
        place.ns = figures.p50;
        latency_rank(&by_p50, &place);
    }
    *latency = all ? by_p99 : by_p50;
}

struct variation {
    bool wait, workers, width, submit, stack, schedule; /* differ between cells of the same mode */
    bool slices; /* so do schedules of one kind: by their parameters */
    bool pin;    /* differs anywhere in the group: it matters to every mode */
};

/* Of "rr;slice=1ms" what stands before its parameters. */
static int verdict_schedule_kind(const struct timing *key)
{
    return (int)strcspn(key->schedule, ";");
}

static bool verdict_same_kind(const struct timing *a, const struct timing *b)
{
    const int length = verdict_schedule_kind(a);
    return length == verdict_schedule_kind(b) &&
           strncmp(a->schedule, b->schedule, (size_t)length) == 0;
}

static struct variation verdict_variation(const struct cell_group *group, const struct timing *key)
{
    struct variation varies = {0};
    for (size_t i = 0; i < group->count; i++) {
        const struct timing *other = group->cells[i].key;
        varies.pin |= strcmp(other->pin, key->pin) != 0;
        if (strcmp(other->mode, key->mode) != 0)
            continue;
        varies.wait |= strcmp(other->wait, key->wait) != 0;
        varies.workers |= other->workers != key->workers;
        /* "As many as there are" follows from the number of workers, "one at a time" from a wait
         * that blocks. */
        varies.width |= other->width != key->width && strcmp(other->wait, key->wait) == 0 &&
                        (other->workers == key->workers || !cells_same_width(other, key));
        varies.submit |= strcmp(other->submit, key->submit) != 0;
        varies.stack |= strcmp(other->stack, key->stack) != 0;
        varies.schedule |= strcmp(other->schedule, key->schedule) != 0;
        varies.slices |=
            strcmp(other->schedule, key->schedule) != 0 && verdict_same_kind(other, key);
    }
    return varies;
}

static char *verdict_compose(char *text, size_t size, const struct timing *key,
                             struct variation shown)
{
    char name[512], workers[32] = "", width[32] = "";
    if (shown.workers)
        snprintf(workers, sizeof workers, " x%llu", (unsigned long long)key->workers);
    if (shown.width)
        snprintf(width, sizeof width, " width=%llu", (unsigned long long)key->width);
    snprintf(name, sizeof name, "%s%s%s%s%s%s%s%s%s%s%s%s%.*s", key->mode, shown.wait ? "/" : "",
             shown.wait ? key->wait : "", workers, width, shown.pin ? " pin=" : "",
             shown.pin ? key->pin : "", shown.submit ? " " : "", shown.submit ? key->submit : "",
             shown.stack ? " stack=" : "", shown.stack ? key->stack : "", shown.schedule ? " " : "",
             shown.slices ? (int)strlen(key->schedule) : verdict_schedule_kind(key),
             shown.schedule ? key->schedule : "");
    return plain_text(text, size, name);
}

char *verdict_name(char *text, size_t size, const struct cell_group *group,
                   const struct cell_figures *cell)
{
    return verdict_compose(text, size, cell->key, verdict_variation(group, cell->key));
}

char *verdict_line_name(char *text, size_t size, const struct cell_group *group,
                        const struct cell_figures *cell)
{
    struct variation shown = verdict_variation(group, cell->key);
    shown.workers = false;
    return verdict_compose(text, size, cell->key, shown);
}

/* ", 1.97x serial", or nothing for serial itself and where there is no serial. */
static void verdict_gain(char *text, size_t size, const struct cell_figures *cell)
{
    text[0] = '\0';
    if (!isnan(cell->speedup) && strcmp(cell->key->mode, CELLS_BASELINE) != 0)
        snprintf(text, size, ", %.2fx " CELLS_BASELINE, cell->speedup);
}

/* "is 3.1% behind (95% interval 2.2% to 4.0%)", from twice the time on as a factor. */
static void verdict_distance(char *text, size_t size, const struct judge_pair *lead)
{
    const struct interval *range = &lead->interval;
    if (lead->ratio < 2)
        snprintf(text, size, "is %.1f%% behind (95%% interval %.1f%% to %.1f%%)",
                 100 * (lead->ratio - 1), 100 * (range->lo - 1), 100 * (range->hi - 1));
    else
        snprintf(text, size, "takes %.2fx as long (95%% interval %.2fx to %.2fx)", lead->ratio,
                 range->lo, range->hi);
}

/* More runs than this are no advice. */
#define VERDICT_PRACTICAL 1000

/* ": 1.3% +- 2.1%; about 34 runs would settle it". */
static void verdict_open(char *text, size_t size, const struct judge_pair *lead)
{
    char needed[64] = "";
    const double half = fmax(lead->interval.hi - lead->ratio, lead->ratio - lead->interval.lo);
    if (lead->needed > VERDICT_PRACTICAL)
        snprintf(needed, sizeof needed, "; no practical number of runs would settle it");
    else if (lead->needed > 0)
        snprintf(needed, sizeof needed, "; about %llu runs would settle it",
                 (unsigned long long)lead->needed);
    snprintf(text, size, "(%.1f%% +- %.1f%%)%s", 100 * (lead->ratio - 1), 100 * half, needed);
}

static void verdict_pair(char *text, size_t size, const struct cell_group *group, const char *best,
                         const char *gain)
{
    char next[VERDICT_NAME], distance[128];
    const struct judge_pair *lead = &group->lead;
    const size_t runs = verdict_runs(group);
    verdict_name(next, sizeof next, group, group->next);
    switch (verdict_of(group)) {
    case VERDICT_WINNER:
        verdict_distance(distance, sizeof distance, lead);
        snprintf(text, size, "Winner: %s%s; %s %s", best, gain, next, distance);
        break;
    case VERDICT_EQUAL:
        snprintf(text, size,
                 "No winner: %s and %s are equivalent within %g%% (%.1f%% between them, 95%% "
                 "interval %.1f%% to %.1f%%)",
                 best, next, 100 * judge_default.effect, 100 * (lead->ratio - 1),
                 100 * (lead->interval.lo - 1), 100 * (lead->interval.hi - 1));
        break;
    case VERDICT_FEW:
        snprintf(text, size,
                 "Fastest: %s%s, but %zu run%s too few for an interval (%d are needed): "
                 "no winner is named",
                 best, gain, runs, runs == 1 ? " is" : "s are", VERDICT_RUNS);
        break;
    default:
        verdict_open(distance, sizeof distance, lead);
        if (lead->interval.exists && lead->interval.lo > 1)
            snprintf(text, size, "No winner: %s is behind %s, but perhaps by less than %g%% %s",
                     next, best, 100 * judge_default.effect, distance);
        else
            snprintf(text, size, "No winner: no difference seen between %s and %s %s", best, next,
                     distance);
    }
}

/* "coroutine 1.20 ms" */
static char *verdict_place(char *text, size_t size, const struct cell_group *group,
                           const struct verdict_place *place)
{
    char name[VERDICT_NAME], time[48];
    snprintf(text, size, "%s %s%s", verdict_name(name, sizeof name, group, place->cell),
             units_human_time(time, sizeof time, place->ns),
             place->kept ? "" : " (which did not keep the rate)");
    return text;
}

static void verdict_arrivals(char *text, size_t size, const struct cell_group *group)
{
    char best[VERDICT_NAME + 96], next[VERDICT_NAME + 96];
    struct verdict_latency latency;
    size_t used;
    snprintf(text, size, "No winner by wall time, which the rate of the arrivals sets");
    verdict_latency(&latency, group);
    if (!latency.best.cell)
        return;
    used = strlen(text);
    snprintf(text + used, size - used, "; lowest latency (median of %s): %s", latency.percentile,
             verdict_place(best, sizeof best, group, &latency.best));
    if (!latency.next.cell)
        return;
    used = strlen(text);
    snprintf(text + used, size - used, ", then %s",
             verdict_place(next, sizeof next, group, &latency.next));
}

char *verdict_sentence(char *text, size_t size, const struct cell_group *group)
{
    char best[VERDICT_NAME], gain[64];
    const enum verdict verdict = verdict_of(group);
    if (verdict == VERDICT_NONE) {
        snprintf(text, size, "No winner: no measured run came out ok");
        return text;
    }
    if (verdict == VERDICT_OPEN) {
        verdict_arrivals(text, size, group);
        return text;
    }
    verdict_name(best, sizeof best, group, group->best);
    verdict_gain(gain, sizeof gain, group->best);
    if (verdict == VERDICT_ALONE)
        snprintf(text, size, "Only %s was measured%s: nothing to compare it with", best, gain);
    else
        verdict_pair(text, size, group, best, gain);
    return text;
}
