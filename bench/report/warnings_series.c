/* warnings_series.c - what is odd about the wall times of one cell. */
#include <math.h>
#include <stdio.h>

#include "bench/report/warnings_internal.h"
#include "bench/stats/robust.h"
#include "bench/util/units.h"

/* Tukey's "far out". */
#define FENCES 3.0

/* What is closer to the median than the default --min-effect cannot change a verdict, however
 * steady the other runs are. */
#define EFFECT 0.02

/* One of ten runs is told, one of fifty is not. */
#define OUTLIERS_LEAST 2
#define OUTLIERS_SHARE 0.05

/* Of all the series of the table together (Bonferroni): so a false warning of drift comes in one
 * of a hundred runs at the most, whatever the number of cells. */
#define DRIFT_P 0.01

/* A step of the clock moves a stamp by up to itself; two readings (of some 40 ns, docs/method.md)
 * are inside every task's time. */
#define STEP_SHARE     0.01
#define READINGS_NS    80.0
#define READINGS_SHARE 0.05

/* Making a worker or serving an interrupt takes some 10 us: 1% of it. */
#define SHORT_NS 1e6

size_t warnings_invocation_end(const struct watched *cell, size_t from)
{
    size_t end = from;
    while (end < cell->count && cell->rows[end]->invocation == cell->rows[from]->invocation)
        end++;
    return end;
}

static size_t series_values(const struct scene *scene, const struct watched *cell, size_t from,
                            size_t end)
{
    size_t n = 0;
    for (size_t i = from; i < end; i++) {
        const double wall = cells_figure(cell->rows[i]->wall_ns);
        if (!isnan(wall))
            scene->values[n++] = wall;
    }
    return n;
}

/* How far the first is above the median of the others, as a factor, where it lies outside of their
 * fences; else 0. */
static double series_first_slow(const double *values, size_t n)
{
    if (n < WARNINGS_SERIES)
        return 0;
    const double median = stats_median(values + 1, n - 1);
    const struct fences fences = stats_fences(values + 1, n - 1, FENCES);
    const bool slow = values[0] > fences.hi && values[0] > (1 + EFFECT) * median;
    return slow && median > 0 ? values[0] / median : 0;
}

static bool judge_first(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    size_t slow = 0, invocations = 0;
    for (size_t from = 0, end; from < cell->count; from = end) {
        end = warnings_invocation_end(cell, from);
        const double factor =
            series_first_slow(scene->values, series_values(scene, cell, from, end));
        touch->weight = fmax(touch->weight, factor);
        slow += factor > 0;
        invocations++;
    }
    if (invocations > 1)
        snprintf(touch->detail, sizeof touch->detail,
                 "in %zu of %zu invocations, up to %.2fx the median of the others", slow,
                 invocations, touch->weight);
    else
        snprintf(touch->detail, sizeof touch->detail, "%.2fx the median of the others",
                 touch->weight);
    return slow > 0;
}

static bool judge_outliers(const struct scene *scene, const struct watched *cell,
                           struct touch *touch)
{
    size_t far = 0, runs = 0;
    double farthest = 1; /* from the median, as a factor */
    for (size_t from = 0, end; from < cell->count; from = end) {
        end = warnings_invocation_end(cell, from);
        const size_t n = series_values(scene, cell, from, end);
        /* A slow first run has a warning of its own. */
        const size_t skip = series_first_slow(scene->values, n) > 0;
        const double *values = scene->values + skip;
        const double median = stats_median(values, n - skip);
        const struct fences fences = stats_fences(values, n - skip, FENCES);
        for (size_t i = 0; i < n - skip; i++) {
            if ((values[i] >= fences.lo && values[i] <= fences.hi) || median <= 0 ||
                fabs(values[i] / median - 1) <= EFFECT)
                continue;
            far++;
            if (fabs(log(values[i] / median)) > fabs(log(farthest)))
                farthest = values[i] / median;
        }
        runs += n;
    }
    touch->weight = runs ? (double)far / (double)runs : 0;
    snprintf(touch->detail, sizeof touch->detail, "%zu of %zu runs, %s to %.2fx the median", far,
             runs, farthest > 1 ? "up" : "down", farthest);
    return far >= OUTLIERS_LEAST || (far > 0 && touch->weight >= OUTLIERS_SHARE);
}

static bool judge_drift(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    for (size_t from = 0, end; from < cell->count; from = end) {
        end = warnings_invocation_end(cell, from);
        const size_t n = series_values(scene, cell, from, end);
        if (n < WARNINGS_SERIES)
            continue;
        double p;
        const double change = stats_trend(scene->values, n, &p) * (double)(n - 1);
        if (!(p < DRIFT_P / (double)scene->series) || !(fabs(change) > EFFECT) ||
            fabs(change) <= touch->weight)
            continue;
        touch->weight = fabs(change);
        snprintf(touch->detail, sizeof touch->detail,
                 "%s by %.1f%% of the median from the first to the last of %zu runs",
                 change > 0 ? "slower" : "faster", 100 * fabs(change), n);
    }
    return touch->weight > 0;
}

static bool judge_clock(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    const double task = cell->cell->longest_ns;
    char step[32], longest[32];
    if (!(task > 0))
        return false;
    units_human_time(longest, sizeof longest, task);
    units_human_time(step, sizeof step, scene->clock_step_ns);
    if (scene->clock_step_ns > STEP_SHARE * task) {
        touch->weight = scene->clock_step_ns / task;
        snprintf(touch->detail, sizeof touch->detail,
                 "the clock goes in steps of %s, the longest task takes %s", step, longest);
        return true;
    }
    touch->weight = READINGS_NS / task;
    snprintf(touch->detail, sizeof touch->detail,
             "the longest task takes %s, two readings of the clock some %.0f ns of it", longest,
             READINGS_NS);
    return READINGS_NS > READINGS_SHARE * task;
}

static bool judge_short(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    const double wall = cell->cell->wall_ns;
    char time[32];
    (void)scene;
    if (!(wall > 0) || wall >= SHORT_NS)
        return false;
    touch->weight = 1 / wall;
    snprintf(touch->detail, sizeof touch->detail, "median %s",
             units_human_time(time, sizeof time, wall));
    return true;
}

static bool judge_faults(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    size_t runs = 0;
    (void)scene;
    for (size_t i = 0; i < cell->count; i++) {
        const double faults = cells_figure(cell->rows[i]->major_faults);
        if (faults > 0) {
            touch->weight += faults;
            runs++;
        }
    }
    snprintf(touch->detail, sizeof touch->detail, "%.0f in %zu of %zu runs", touch->weight, runs,
             cell->count);
    return runs > 0;
}

const struct cell_kind warnings_of_series[] = {
    {"outliers", "outliers", ": none was dropped",
     "close other programs; more runs (--max-runs) bear them better", false, judge_outliers},
    {"first run", "slow first runs", "", "more blocks of warm-up (--warmup)", false, judge_first},
    {"drift", "drift over the run", "",
     "a longer warm-up (--warmup), a fixed frequency, and comparing inside one run only, which the "
     "blocks keep fair",
     false, judge_drift},
    {"clock", "tasks too short for the clock", "",
     "more work per task (--set); do not trust the times of single tasks", false, judge_clock},
    {"wall time", "very short wall times", ": the making of workers and single interrupts show",
     "more tasks (--tasks) or more work per task (--set)", false, judge_short},
    {"major faults", "page faults that waited for a disk", "",
     "close other programs; more blocks of warm-up (--warmup); less memory per task (--set)", false,
     judge_faults},
    {0},
};
