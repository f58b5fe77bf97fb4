#include "bench/report/bound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/util/units.h"

/* Share of the time in which the CPUs that the cell may use were busy. Between the two, neither
 * computing nor waiting explains four fifths of the time, so neither is named alone. */
#define BOUND_BUSY    0.80
#define BOUND_WAITING 0.20

/* Last-level cache misses per microsecond of CPU time. A miss costs some 80-100 ns of memory
 * latency, so at one per 200 ns a CPU that cannot overlap them stands still for about half of its
 * busy time. */
#define BOUND_MISSES_PER_US 5.0

/* Below this, a clock reading and the counters' own resolution are part of what is seen. */
#define BOUND_LEAST_NS 1e6

/* Share of a serial task's time in which it was kept off its CPU, from which on it is told. */
#define BOUND_SHARED 0.10

#define BOUND_UNJUDGED "not known what bounded the work: "

struct bound {
    const char *who;      /* the mode that was judged */
    bool serial;          /* it is the baseline */
    double lanes;         /* CPUs that it could use at once */
    double share;         /* of their time that they were busy, 0 to 1 */
    double misses_per_us; /* NaN unknown */
    double peak_bytes;    /* NaN unknown */
    double cache_bytes;   /* 0 unknown */
};

/* Counters are read in warm-up rows alone, so the CPU time to set them against is theirs too. */
static double bound_misses_per_us(const struct cell_figures *cell)
{
    double misses = 0, cpu_ns = 0;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        const double row_misses = cells_figure(row->cache_misses);
        const double row_cpu = cells_figure(row->user_ns) + cells_figure(row->sys_ns);
        if (row->status != STATUS_OK || isnan(row_misses) || isnan(row_cpu))
            continue;
        misses += row_misses;
        cpu_ns += row_cpu;
    }
    return cpu_ns > 0 ? misses / (cpu_ns / 1000) : (double)NAN;
}

static void bound_busy(char *text, size_t size, const struct bound *b)
{
    const double percent = 100 * b->share;
    if (b->lanes > 1)
        snprintf(text, size, "%s kept its %.0f CPUs busy %.0f%% of the time", b->who, b->lanes,
                 percent);
    else
        snprintf(text, size, "%s kept a CPU busy %.0f%% of the time", b->who, percent);
}

static void bound_computing(char *text, size_t size, const struct bound *b)
{
    char busy[160], peak[32], cache[32];
    bound_busy(busy, sizeof busy, b);
    if (!isnan(b->misses_per_us)) {
        snprintf(text, size, "%s: %s, with %.2g last-level cache misses per us of CPU time",
                 b->misses_per_us >= BOUND_MISSES_PER_US ? "memory-bound" : "CPU-bound", busy,
                 b->misses_per_us);
    } else if (b->serial && b->cache_bytes > 0 && b->peak_bytes > b->cache_bytes) {
        snprintf(text, size,
                 "memory-bound: %s and its working set of %s exceeds the %s last-level cache; no "
                 "hardware counters here to confirm",
                 busy, units_human_size(peak, sizeof peak, b->peak_bytes),
                 units_human_size(cache, sizeof cache, b->cache_bytes));
    } else if (b->serial && b->cache_bytes > 0 && isnan(b->peak_bytes)) {
        snprintf(text, size,
                 "CPU-bound or memory-bound: %s; memory is measured in warm-up repetitions, and "
                 "there was none",
                 busy);
    } else {
        snprintf(text, size, "CPU-bound: %s", busy);
    }
}

/* The part of its own time, without that in which it only waited for a CPU, that the cell
 * computed: others on the machine must not make its work look like waiting. */
static double bound_share(const struct cell_figures *cell, double lanes)
{
    const double own_ns = cell->running_ns + cell->blocked_ns;
    return own_ns > 0 ? cell->running_ns / own_ns : fmin(1, cell->cpu_use / lanes);
}

/* A serial task that waits for a CPU waits for somebody else's work. */
static void bound_shared(char *text, size_t size, const struct cell_figures *cell)
{
    const double share = cell->ready_ns / (cell->running_ns + cell->ready_ns + cell->blocked_ns);
    const size_t used = strlen(text);
    if (share >= BOUND_SHARED)
        snprintf(text + used, size - used,
                 "; its tasks waited for a CPU %.0f%% of their time: others used the machine, so "
                 "compare with care",
                 100 * share);
}

void bound_describe(char *text, size_t size, const struct cell_group *group, uint64_t cache_bytes)
{
    const struct cell_figures *cell = group->serial ? group->serial : group->best;
    char who[TEXT_NAME];
    if (!cell) {
        snprintf(text, size, BOUND_UNJUDGED "no measured run came out ok");
        return;
    }
    plain_text(who, sizeof who, cell->key->mode);
    if (isnan(cell->cpu_use)) {
        snprintf(text, size, BOUND_UNJUDGED "the CPU time of %s is unknown", who);
        return;
    }
    if (cell->wall_ns < BOUND_LEAST_NS) {
        snprintf(text, size, BOUND_UNJUDGED "%s took less than 1 ms", who);
        return;
    }
    const uint64_t workers = cell->key->workers, cores = cell->key->cores;
    struct bound b = {
        .who = who,
        .serial = group->serial != NULL,
        .lanes = fmax(1, (double)(workers < cores ? workers : cores)),
        .misses_per_us = bound_misses_per_us(cell),
        .peak_bytes = cell->peak_bytes,
        .cache_bytes = (double)cache_bytes,
    };
    b.share = bound_share(cell, b.lanes);
    if (b.share >= BOUND_BUSY)
        bound_computing(text, size, &b);
    else if (b.share <= BOUND_WAITING)
        snprintf(text, size, "IO-bound: %s waited %.0f%% of its time (CPU busy %.0f%%)", who,
                 100 - 100 * b.share, 100 * b.share);
    else
        snprintf(
            text, size,
            "neither CPU- nor IO-bound: %s kept the CPU busy %.0f%% and waited %.0f%% of its time",
            who, 100 * b.share, 100 - 100 * b.share);
    if (b.serial)
        bound_shared(text, size, cell);
}
