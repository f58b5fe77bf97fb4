/* The winner that the summary names among modes that do equally well. */
#include <math.h>
#include <stdio.h>

#include "bench/report/verdict.h"
#include "tests/simulation/noise.h"
#include "tests/simulation/simulation.h"
#include "tests/unit/report_rows.h"

static const char *const modes[] = {"serial", "thread",    "process",        "thread-pool",
                                    "fork",   "coroutine", "coroutine-pool", "process-pool"};

enum { MODES = sizeof modes / sizeof *modes };

/* `first`: how much faster the first mode is than the others. */
static enum verdict summarize(const gsl_rng *rng, enum noise_kind kind, size_t count, size_t blocks,
                              double first)
{
    static struct rows rows;
    struct cell_table table;
    struct drift drift = {0, 0};
    enum verdict verdict = VERDICT_NONE;
    rows.count = 0;
    for (size_t block = 0; block < blocks; block++) {
        drift_block(rng, &drift);
        for (size_t mode = 0; mode < count; mode++) {
            const double common = drift_next(rng, &drift, count);
            struct timing *row = rows_add(&rows, "cpu", modes[mode], 2, 0);
            row->wall_ns = (uint64_t)(1e8 / (mode == 0 ? first : 1) *
                                      exp(common + noise_draw(rng, kind, 0.02)));
            row->block = block + 1;
        }
    }
    if (cells_gather(&table, rows.row, rows.count, 0) == 0) {
        verdict = verdict_of(&table.groups[0]);
        cells_free(&table);
    }
    return verdict;
}

static void winners(struct simulation *s, enum noise_kind kind, size_t count, size_t blocks)
{
    char what[96];
    struct claims named = {.bare_unknown = true};
    size_t found = 0;
    const size_t rounds = (s->comparisons + 3) / 4;
    for (size_t i = 0; i < s->comparisons; i++)
        named.made += summarize(s->rng, kind, count, blocks, 1) == VERDICT_WINNER;
    for (size_t i = 0; i < rounds; i++)
        found += summarize(s->rng, kind, count, blocks, SLOWDOWN) == VERDICT_WINNER;
    snprintf(what, sizeof what, "winner, %s, %zu modes, %zu blocks", noise_names[kind], count,
             blocks);
    report_false(s, what, named);
    report_found(s, what, found, rounds, count == 2 && blocks >= 20 && kind != NOISE_OUTLIERS);
}

void simulate_winners(struct simulation *s)
{
    static const size_t counts[] = {2, 3, MODES};
    for (enum noise_kind kind = NOISE_NORMAL; kind <= NOISE_OUTLIERS; kind++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            for (size_t blocks = 10; blocks <= 20; blocks += 10)
                winners(s, kind, counts[i], blocks);
}
