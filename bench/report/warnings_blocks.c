/* warnings_blocks.c - conditions and frequency that differed between blocks or invocations. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/report/warnings_internal.h"

/* Of the CPU time: between the worst tenth and the median, or between invocations. */
#define CONDITIONS_DIFFER 0.05
#define FREQUENCY_DIFFERS 0.05

/* Steal and others are counted in ticks of 10 ms, which moves the share of r rows of together W ns
 * on c CPUs by about 0.4 c 10 ms sqrt(r) / (W c). From W = 200 ms sqrt(r) on that is 2%. */
#define LEAST_SPAN_NS 2e8

/* Fewest blocks of which one is the worst tenth. */
enum { LEAST_BLOCKS = 5 };

struct unit { /* a block or an invocation */
    uint64_t invocation, block;
    double share; /* of the CPU time taken by others and steal; NaN unknown */
};

static int by_block(const void *left, const void *right)
{
    const struct timing *a = *(const struct timing *const *)left;
    const struct timing *b = *(const struct timing *const *)right;
    if (a->invocation != b->invocation)
        return a->invocation < b->invocation ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

static bool same_unit(const struct timing *a, const struct timing *b, bool blocks)
{
    return a->invocation == b->invocation && (!blocks || a->block == b->block);
}

static double share_of(const struct scene *scene, const struct timing *const *rows, size_t n)
{
    double taken = 0, span = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        const double others = warnings_others(scene, rows[i]);
        const double steal = warnings_steal(scene, rows[i]);
        const double wall = cells_figure(rows[i]->wall_ns);
        if ((isnan(others) && isnan(steal)) || isnan(wall))
            continue;
        taken += wall * ((isnan(others) ? 0 : others) + (isnan(steal) ? 0 : steal));
        span += wall;
        known++;
    }
    return known > 0 && span >= LEAST_SPAN_NS * sqrt((double)known) ? taken / span : (double)NAN;
}

/* Rows are in the order of blocks. Returns how many units have a share. */
static size_t units_of(const struct scene *scene, const struct timing *const *rows, bool blocks,
                       struct unit *units)
{
    size_t count = 0;
    for (size_t from = 0, end; from < scene->row_count; from = end) {
        for (end = from; end < scene->row_count && same_unit(rows[from], rows[end], blocks); end++)
            ;
        const double share = share_of(scene, rows + from, end - from);
        if (!isnan(share))
            units[count++] = (struct unit){rows[from]->invocation, rows[from]->block, share};
    }
    return count;
}

static const struct unit *extreme(const struct unit *units, size_t count, double sign)
{
    const struct unit *most = units;
    for (size_t i = 1; i < count; i++)
        if (sign * units[i].share > sign * most->share)
            most = &units[i];
    return most;
}

static void judge_blocks(struct scene *scene, const struct unit *units, size_t count)
{
    if (count < LEAST_BLOCKS)
        return;
    for (size_t i = 0; i < count; i++)
        scene->values[i] = units[i].share;
    const double median = stats_median(scene->values, count);
    const double worst = stats_quantile(scene->values, count, 0.9);
    const struct unit *most = extreme(units, count, 1);
    if (!(worst - median > CONDITIONS_DIFFER))
        return;
    char invocation[48] = "";
    if (units[count - 1].invocation != units[0].invocation)
        snprintf(invocation, sizeof invocation, " of invocation %llu",
                 (unsigned long long)most->invocation);
    struct warning *warning = warnings_add(
        scene, "blocks", "close other programs; what is compared inside one block stays fair");
    snprintf(
        warning->text, sizeof warning->text,
        "conditions differed between blocks: others and steal took from %.1f%% of the CPU time "
        "on in the worst tenth of %zu blocks (most in block %llu%s), %.1f%% in the median one",
        100 * worst, count, (unsigned long long)most->block, invocation, 100 * median);
}

static void judge_invocations(struct scene *scene, const struct unit *units, size_t count)
{
    if (count < 2)
        return;
    const struct unit *most = extreme(units, count, 1), *least = extreme(units, count, -1);
    if (!(most->share - least->share > CONDITIONS_DIFFER))
        return;
    struct warning *warning =
        warnings_add(scene, "invocations",
                     "close other programs; more --invocations, spread over a longer time");
    snprintf(
        warning->text, sizeof warning->text,
        "conditions differed between invocations: others and steal took %.1f%% of the CPU time "
        "in invocation %llu, %.1f%% in invocation %llu",
        100 * most->share, (unsigned long long)most->invocation, 100 * least->share,
        (unsigned long long)least->invocation);
}

struct frequency {
    const struct timing *row;
    double share; /* of the cell's median frequency: blocks need not hold the same cells */
};

static int by_block_of(const void *left, const void *right)
{
    const struct frequency *a = left, *b = right;
    return by_block(&a->row, &b->row);
}

static size_t frequencies_of(const struct scene *scene, struct frequency *list)
{
    size_t count = 0;
    for (size_t c = 0; c < scene->count; c++) {
        const struct watched *cell = &scene->cells[c];
        size_t n = 0, first = count;
        for (size_t i = 0; i < cell->count; i++) {
            const double khz = cells_figure(cell->rows[i]->frequency_khz);
            if (khz > 0) {
                scene->values[n++] = khz;
                list[count++] = (struct frequency){cell->rows[i], khz};
            }
        }
        const double median = stats_median(scene->values, n);
        for (size_t i = first; i < count; i++)
            list[i].share /= median;
    }
    return count;
}

static void judge_frequency(struct scene *scene, struct frequency *list)
{
    const size_t count = frequencies_of(scene, list);
    double *blocks = scene->values;
    size_t n = 0;
    qsort(list, count, sizeof *list, by_block_of);
    for (size_t from = 0, end; from < count; from = end) {
        double sum = 0;
        for (end = from; end < count && same_unit(list[from].row, list[end].row, true); end++)
            sum += list[end].share;
        blocks[n++] = sum / (double)(end - from);
    }
    if (n < LEAST_BLOCKS)
        return;
    const double low = stats_quantile(blocks, n, 0.1), high = stats_quantile(blocks, n, 0.9);
    if (!(high > (1 + FREQUENCY_DIFFERS) * low))
        return;
    struct warning *warning =
        warnings_add(scene, "frequency",
                     "a fixed frequency: sudo cpupower frequency-set -g performance, boost off; "
                     "what is compared inside one block stays fair");
    snprintf(warning->text, sizeof warning->text,
             "the CPU frequency differed between blocks: %.1f%% higher in the fastest tenth of %zu "
             "blocks than in the slowest",
             100 * (high / low - 1), n);
}

int warnings_of_blocks(struct scene *scene)
{
    const size_t room = scene->row_count ? scene->row_count : 1;
    const struct timing **rows = calloc(room, sizeof *rows);
    struct unit *units = calloc(room, sizeof *units);
    struct frequency *frequencies = calloc(room, sizeof *frequencies);
    int rc = -ENOMEM;
    if (rows && units && frequencies) {
        for (size_t i = 0; i < scene->row_count; i++)
            rows[i] = scene->rows[i];
        qsort(rows, scene->row_count, sizeof *rows, by_block);
        judge_blocks(scene, units, units_of(scene, rows, true, units));
        judge_invocations(scene, units, units_of(scene, rows, false, units));
        judge_frequency(scene, frequencies);
        rc = 0;
    }
    free(frequencies);
    free(units);
    free(rows);
    return rc;
}
