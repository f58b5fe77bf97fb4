/* warnings_machine.c - what the machine did meanwhile, cell by cell. */
#include <math.h>
#include <stdio.h>

#include "bench/report/warnings_internal.h"
#include "bench/util/units.h"

/* One tick of USER_HZ, in which /proc/stat counts; the files do not say, but it is 10 ms on every
 * architecture but Alpha. */
#define TICK_NS 1e7

#define OTHERS_SHARE 0.05
#define STEAL_SHARE  0.01

/* So few ticks may be the rounding of both ends. */
#define STEAL_TICKS 3

/* CPU time is counted until all is reaped. */
static double row_span(const struct timing *row)
{
    const double join = cells_figure(row->join_ns);
    return cells_figure(row->wall_ns) + (isnan(join) ? 0 : join);
}

/* A quota makes the usable cores fewer than the CPUs on which others are counted. */
static double row_cpus(const struct scene *scene, const struct timing *row)
{
    return fmax((double)row->cores, scene->pus);
}

double warnings_others(const struct scene *scene, const struct timing *row)
{
    const double there_was = row_span(row) * row_cpus(scene, row);
    return there_was > 0 && !scene->simulated ? cells_figure(row->others_ns) / there_was
                                              : (double)NAN;
}

/* Steal is counted on all CPUs of the machine. */
double warnings_steal(const struct scene *scene, const struct timing *row)
{
    const double there_was = row_span(row) * fmax((double)row->cores, scene->machine_pus);
    return there_was > 0 && !scene->simulated ? cells_figure(row->steal_ns) / there_was
                                              : (double)NAN;
}

/* The median, and that only where it is beyond what rounding can do: what of a delta is below a
 * tick per CPU may be the repetition's own time, counted a tick late. */
static bool judge_others(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    size_t n = 0;
    for (size_t i = 0; i < cell->count; i++) {
        const struct timing *row = cell->rows[i];
        const double share = warnings_others(scene, row);
        if (!isnan(share))
            scene->values[n++] =
                (double)row->others_ns > TICK_NS * row_cpus(scene, row) ? share : 0;
    }
    touch->weight = stats_median(scene->values, n);
    snprintf(touch->detail, sizeof touch->detail, "%.1f%% of the CPU time in the median run",
             100 * touch->weight);
    return touch->weight > OTHERS_SHARE;
}

static bool judge_running(const struct scene *scene, const struct watched *cell,
                          struct touch *touch)
{
    size_t known = 0, runs = 0;
    double most = 0;
    (void)scene;
    for (size_t i = 0; i < cell->count; i++) {
        const double running = cells_figure(cell->rows[i]->running_before);
        known += isnan(running) ? 0 : 1;
        runs += running > 0;
        most = fmax(most, running);
    }
    touch->weight = known ? (double)runs / (double)known : 0;
    snprintf(touch->detail, sizeof touch->detail, "in %zu of %zu runs, up to %.0f thread%s", runs,
             known, most, most > 1 ? "s" : "");
    return 2 * runs > known;
}

static bool judge_steal(const struct scene *scene, const struct watched *cell, struct touch *touch)
{
    double stolen = 0, share = 0;
    size_t known = 0;
    for (size_t i = 0; i < cell->count; i++) {
        const double here = warnings_steal(scene, cell->rows[i]);
        if (isnan(here))
            continue;
        stolen += cells_figure(cell->rows[i]->steal_ns);
        share += here;
        known++;
    }
    touch->weight = known ? share / (double)known : 0;
    snprintf(touch->detail, sizeof touch->detail, "%.1f%% of the CPU time", 100 * touch->weight);
    return touch->weight > STEAL_SHARE && stolen >= STEAL_TICKS * TICK_NS;
}

/* Runs in which a figure is above 0, and the most that it was. */
struct above {
    size_t runs, known;
    double sum, most;
};

static struct above above_zero(const struct watched *cell,
                               uint64_t (*figure)(const struct timing *row))
{
    struct above above = {0};
    for (size_t i = 0; i < cell->count; i++) {
        const double value = cells_figure(figure(cell->rows[i]));
        above.known += isnan(value) ? 0 : 1;
        above.runs += value > 0;
        above.sum += value > 0 ? value : 0;
        above.most = fmax(above.most, value);
    }
    return above;
}

static uint64_t row_throttled(const struct timing *row)
{
    return row->throttled_ns;
}

static uint64_t row_thermal(const struct timing *row)
{
    return row->thermal_events;
}

static uint64_t row_swapped(const struct timing *row)
{
    return row->swapped_pages;
}

static uint64_t row_battery(const struct timing *row)
{
    return row->on_battery;
}

static bool judge_throttled(const struct scene *scene, const struct watched *cell,
                            struct touch *touch)
{
    const struct above above = above_zero(cell, row_throttled);
    char most[32];
    (void)scene;
    touch->weight = above.sum;
    snprintf(touch->detail, sizeof touch->detail, "in %zu of %zu runs, up to %s of CPU time",
             above.runs, above.known, units_human_time(most, sizeof most, above.most));
    return above.runs > 0;
}

/* "12 pages in 3 of 10 runs". */
static bool judge_counted(const struct watched *cell, uint64_t (*figure)(const struct timing *row),
                          const char *one, struct touch *touch)
{
    const struct above above = above_zero(cell, figure);
    touch->weight = above.sum;
    snprintf(touch->detail, sizeof touch->detail, "%.0f %s%s in %zu of %zu runs", above.sum, one,
             above.sum > 1 ? "s" : "", above.runs, above.known);
    return above.runs > 0;
}

static bool judge_thermal(const struct scene *scene, const struct watched *cell,
                          struct touch *touch)
{
    (void)scene;
    return judge_counted(cell, row_thermal, "time", touch);
}

static bool judge_swapped(const struct scene *scene, const struct watched *cell,
                          struct touch *touch)
{
    (void)scene;
    return judge_counted(cell, row_swapped, "page", touch);
}

static bool judge_battery(const struct scene *scene, const struct watched *cell,
                          struct touch *touch)
{
    const struct above above = above_zero(cell, row_battery);
    (void)scene;
    touch->weight = (double)above.runs;
    snprintf(touch->detail, sizeof touch->detail, "%zu of %zu runs", above.runs, above.known);
    return above.runs > 0;
}

static uint64_t row_other_runs(const struct timing *row)
{
    return row->other_runs;
}

static bool judge_other_runs(const struct scene *scene, const struct watched *cell,
                             struct touch *touch)
{
    const struct above above = above_zero(cell, row_other_runs);
    (void)scene;
    touch->weight = (double)above.runs;
    snprintf(touch->detail, sizeof touch->detail, "in %zu of %zu runs, up to %.0f of them",
             above.runs, above.known, above.most);
    return above.runs > 0;
}

const struct cell_kind warnings_of_machine[] = {
    {"other runs",
     "other runs of bench were under way on this machine, so figures of both are spoilt", "",
     "run one after another: with --exclusive a run waits until the machine is its own", true,
     judge_other_runs},
    {"others", "other programs used the CPUs", "",
     "close other programs, or wait until they are done", true, judge_others},
    {"running before", "other threads wanted a CPU before the start", "",
     "close other programs, or wait until they are done", true, judge_running},
    {"steal", "the hypervisor took CPU time (steal)", "",
     "measure on the machine itself or on a dedicated host, or repeat at another time", true,
     judge_steal},
    {"throttling", "the CPU quota held the work back", "",
     "raise or lift the quota (cpu.max of the group, --cpus of a container), or use fewer "
     "--workers than it allows",
     true, judge_throttled},
    {"heat", "cores were slowed because of heat", "",
     "better cooling, or a lower fixed frequency (sudo cpupower frequency-set -u FREQUENCY)", true,
     judge_thermal},
    {"swapping", "the machine swapped", "",
     "close other programs; less memory per task (--set), or fewer --workers", true, judge_swapped},
    {"battery", "the machine ran on its battery", "", "plug the machine in", true, judge_battery},
    {0},
};
