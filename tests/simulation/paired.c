/* Cells of one run, interleaved in blocks in a random order and compared block by block. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#include "bench/stats/stats.h"
#include "tests/simulation/noise.h"
#include "tests/simulation/simulation.h"

enum { LEAST_RUNS = 10 };

#define PRECISION 0.02

struct run {
    double wall[2 * CELLS][RUNS_MOST]; /* pair i is the cells 2i and 2i + 1 */
    size_t runs[2 * CELLS];            /* of these, the first so many were measured */
    double ratios[CELLS][RUNS_MOST];
    struct judge_pair pairs[CELLS];
};

/* `slowdown`: of the second cell of each pair. */
static void run_measure(struct run *run, const gsl_rng *rng, enum noise_kind kind, size_t blocks,
                        double slowdown)
{
    size_t order[2 * CELLS];
    struct drift drift = {0, 0};
    for (size_t cell = 0; cell < 2 * CELLS; cell++) {
        order[cell] = cell;
        run->runs[cell] = blocks;
    }
    for (size_t block = 0; block < blocks; block++) {
        gsl_ran_shuffle(rng, order, 2 * CELLS, sizeof *order);
        drift_block(rng, &drift);
        for (size_t i = 0; i < 2 * CELLS; i++) {
            const double common = drift_next(rng, &drift, 2 * CELLS);
            run->wall[order[i]][block] =
                100 * (order[i] % 2 ? slowdown : 1) * exp(common + noise_draw(rng, kind, 0.02));
        }
    }
}

/* Where bench ends a cell by default: the median is known to within the precision. */
static void run_stop(struct run *run)
{
    for (size_t cell = 0; cell < 2 * CELLS; cell++) {
        const double *wall = run->wall[cell];
        size_t n = LEAST_RUNS;
        for (; n < RUNS_MOST; n++) {
            const double median = stats_median(wall, n);
            const struct interval range = stats_median_interval(wall, n, JUDGE_LEVEL);
            if (range.lo >= median * (1 - PRECISION) && range.hi <= median * (1 + PRECISION))
                break;
        }
        run->runs[cell] = n;
    }
}

static double run_pair(struct run *run)
{
    size_t sum = 0;
    for (size_t i = 0; i < CELLS; i++) {
        const double *a = run->wall[2 * i], *b = run->wall[2 * i + 1];
        const size_t a_runs = run->runs[2 * i], b_runs = run->runs[2 * i + 1];
        const size_t n = a_runs < b_runs ? a_runs : b_runs;
        for (size_t block = 0; block < n; block++)
            run->ratios[i][block] = log(b[block] / a[block]);
        run->pairs[i] =
            (struct judge_pair){.paired = true, .ratios = run->ratios[i], .ratio_count = n};
        sum += n;
    }
    return (double)sum / CELLS;
}

static void false_claims(struct simulation *s, enum noise_kind kind, size_t blocks)
{
    static struct run run;
    char what[96];
    struct claims claims = {0};
    for (size_t i = 0; i < s->comparisons; i++) {
        run_measure(&run, s->rng, kind, blocks ? blocks : RUNS_MOST, 1);
        if (!blocks)
            run_stop(&run);
        run_pair(&run);
        count_claims(&claims, run.pairs, CELLS, &judge_default);
    }
    if (blocks)
        snprintf(what, sizeof what, "one run, %s, 40 pairs, %zu blocks", noise_names[kind], blocks);
    else
        snprintf(what, sizeof what, "one run, %s, 40 pairs, until precise", noise_names[kind]);
    report_false(s, what, claims);
}

/* As the summary judges them, each for itself, and as a family of 40. Outliers of 50% are no noise
 * of 2%, so that nothing is required of them. */
static void power(struct simulation *s, enum noise_kind kind)
{
    static struct run run;
    const size_t runs = (s->comparisons + 4) / 5;
    size_t alone = 0, family = 0;
    double blocks = 0;
    char what[96];
    for (size_t i = 0; i < runs; i++) {
        run_measure(&run, s->rng, kind, RUNS_MOST, SLOWDOWN);
        run_stop(&run);
        blocks += run_pair(&run) / (double)runs;
        for (size_t j = 0; j < CELLS; j++)
            alone += count_slower(&run.pairs[j], 1, &judge_default);
        family += count_slower(run.pairs, CELLS, &judge_default);
    }
    snprintf(what, sizeof what, "one run, %s, 5%% slower, %.1f blocks", noise_names[kind], blocks);
    report_found(s, what, alone, runs * CELLS, kind != NOISE_OUTLIERS);
    snprintf(what, sizeof what, "one run, %s, 5%% slower, as a family of 40", noise_names[kind]);
    report_found(s, what, family, runs * CELLS, false);
}

void simulate_paired(struct simulation *s)
{
    for (enum noise_kind kind = NOISE_NORMAL; kind <= NOISE_OUTLIERS; kind++) {
        if (kind != NOISE_NORMAL) {
            false_claims(s, kind, 10);
            false_claims(s, kind, 20);
            false_claims(s, kind, 50);
        }
        false_claims(s, kind, 0);
        power(s, kind);
    }
}
