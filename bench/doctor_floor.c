#include "bench/doctor_floor.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "bench/report/cells.h"

#define FLOOR_UPPER  (0.5 + JUDGE_LEVEL / 2)
#define FLOOR_MAD    1.4826
#define FLOOR_MEDIAN 1.2533
#define FLOOR_NORMAL 1.96

const unsigned floor_runs[FLOOR_RUNS] = {10, 20, 50};
const unsigned floor_invocations[FLOOR_INVOCATIONS] = {1, 6, 10};

/* --- spreads; `scratch` has room for all wall times of the cell --- */

static size_t floor_pairs(const struct cell_figures *figures)
{
    size_t pairs = 0;
    for (size_t i = 0; i < figures->invocation_count; i++)
        pairs += figures->invocations[i].n * (figures->invocations[i].n - 1) / 2;
    return pairs;
}

/* Of all pairs, because ten values lie closer to their own median than to the true one. */
static double floor_within(const struct cell_figures *figures)
{
    double *gaps = calloc(floor_pairs(figures) + 1, sizeof *gaps);
    size_t n = 0;
    for (size_t i = 0; gaps && i < figures->invocation_count; i++) {
        const struct samples *one = &figures->invocations[i];
        for (size_t j = 1; j < one->n; j++)
            for (size_t k = 0; k < j; k++)
                gaps[n++] = fabs(log(one->values[j] / one->values[k]));
    }
    const double spread = FLOOR_MAD / sqrt(2) * stats_median(gaps, n);
    free(gaps);
    return spread;
}

static double floor_successive(const struct cell_figures *figures, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < figures->invocation_count; i++) {
        const struct samples *one = &figures->invocations[i];
        for (size_t j = 1; j < one->n; j++)
            scratch[n++] = fabs(log(one->values[j] / one->values[j - 1]));
    }
    return FLOOR_MAD * stats_median(scratch, n);
}

static double floor_between(const struct cell_figures *figures, double *scratch)
{
    const size_t count = figures->invocation_count;
    double mean = 0, squares = 0;
    if (count < 2)
        return (double)NAN;
    for (size_t i = 0; i < count; i++) {
        const struct samples *one = &figures->invocations[i];
        scratch[i] = log(stats_median(one->values, one->n));
        mean += scratch[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++)
        squares += (scratch[i] - mean) * (scratch[i] - mean);
    return sqrt(squares / (double)(count - 1));
}

/* --- the smallest difference --- */

static double floor_seen_invocations(const struct floor_cell *cell, unsigned n)
{
    if (isnan(cell->between))
        return (double)NAN;
    const double from = n > 1 ? 2.0 * n - 2 : fmin((double)cell->invocations - 1, JUDGE_TAIL);
    const double median = n > 1 ? FLOOR_MEDIAN : 1;
    return expm1(gsl_cdf_tdist_Pinv(FLOOR_UPPER, from) * median * sqrt(2.0 / n) * cell->between);
}

static void floor_measure(struct floor_cell *cell, const struct cell_figures *figures,
                          double *scratch)
{
    *cell = (struct floor_cell){.key = figures->key,
                                .runs = figures->runs,
                                .invocations = figures->invocation_count,
                                .within = floor_within(figures),
                                .successive = floor_successive(figures, scratch),
                                .between = floor_between(figures, scratch)};
    for (size_t i = 0; i < FLOOR_RUNS; i++)
        cell->seen_runs[i] =
            expm1(FLOOR_NORMAL * FLOOR_MEDIAN * cell->successive / sqrt(floor_runs[i]));
    for (size_t i = 0; i < FLOOR_INVOCATIONS; i++)
        cell->seen_invocations[i] = floor_seen_invocations(cell, floor_invocations[i]);
}

/* --- A/A --- */

/* Odd ones first, then even ones; `sides` has room for all. */
static struct judge_pair floor_split(const struct cell_figures *figures, struct samples *sides)
{
    const size_t count = figures->invocation_count, odd = (count + 1) / 2;
    for (size_t i = 0; i < count; i++)
        sides[i % 2 == 0 ? i / 2 : odd + i / 2] = figures->invocations[i];
    return (struct judge_pair){.a = {sides, odd}, .b = {sides + odd, count - odd}};
}

static int floor_judge(struct noise_floor *floor, const struct cell_figures *const *figures)
{
    size_t room = 1;
    for (size_t i = 0; i < floor->count; i++)
        room += figures[i]->invocation_count;
    struct samples *sides = calloc(room, sizeof *sides), *at = sides;
    struct judge_pair *pairs = calloc(floor->count + 1, sizeof *pairs);
    if (sides && pairs) {
        for (size_t i = 0; i < floor->count; at += figures[i]->invocation_count, i++)
            pairs[i] = floor_split(figures[i], at);
        judge(pairs, floor->count, &judge_default);
        for (size_t i = 0; i < floor->count; i++) {
            floor->cells[i].halves = pairs[i];
            floor->cells[i].halves.a = floor->cells[i].halves.b = (struct clusters){NULL, 0};
        }
    }
    const int rc = sides && pairs ? 0 : -ENOMEM;
    free(sides);
    free(pairs);
    return rc;
}

/* --- the whole --- */

static void floor_look(struct noise_floor *floor, const struct timing *rows, size_t count)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (size_t i = 0; i < count; i++) {
        floor->failed += rows[i].status != STATUS_OK;
        first = rows[i].start_unix_ns < first ? rows[i].start_unix_ns : first;
        last = rows[i].start_unix_ns > last ? rows[i].start_unix_ns : last;
    }
    floor->span_ns = last > first ? last - first : 0;
}

static int floor_fill(struct noise_floor *floor, const struct cell_table *table, size_t rows)
{
    const struct cell_figures **figures = calloc(rows + 1, sizeof *figures);
    double *scratch = calloc(rows + 1, sizeof *scratch);
    floor->cells = calloc(rows + 1, sizeof *floor->cells);
    int rc = figures && scratch && floor->cells ? 0 : -ENOMEM;
    for (size_t g = 0; g < table->count && rc == 0; g++)
        for (size_t c = 0; c < table->groups[g].count; c++) {
            figures[floor->count] = &table->groups[g].cells[c];
            floor_measure(&floor->cells[floor->count], figures[floor->count], scratch);
            floor->count++;
        }
    if (rc == 0)
        rc = floor_judge(floor, figures);
    for (size_t i = 0; i < floor->count; i++) {
        const struct floor_cell *cell = &floor->cells[i];
        if (!isnan(cell->between) && (!floor->worst || cell->between > floor->worst->between))
            floor->worst = cell;
    }
    free(figures);
    free(scratch);
    return rc;
}

int floor_make(struct noise_floor *floor, const struct timing *rows, size_t count)
{
    struct cell_table table;
    *floor = (struct noise_floor){0};
    floor_look(floor, rows, count);
    int rc = cells_gather(&table, rows, count, 0);
    if (rc != 0)
        return rc;
    rc = floor_fill(floor, &table, count);
    cells_free(&table);
    if (rc != 0)
        floor_free(floor);
    return rc;
}

void floor_free(struct noise_floor *floor)
{
    free(floor->cells);
    *floor = (struct noise_floor){0};
}
