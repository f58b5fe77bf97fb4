/*
 * judge.h - is one cell faster than another, and how sure is that?
 *
 * "Faster" needs both: the 95% interval of the ratio of the wall times outside the
 * threshold, and a p below 5% after Holm's correction over all pairs that are judged
 * together. Pairs are either
 *
 * - paired, cells of one run: the log of the ratio within each block; Wilcoxon's signed-rank test
 *   and the pseudo-median that belongs to it. What slows the machine for a while slows both.
 * - independent, cells of two runs: the medians of the invocations; Mann-Whitney's U over these,
 *   the Hodges-Lehmann shift of their logs and its exact interval or, where a side has too few for
 *   that (at 95%, fewer than four), the bootstrap's. With one invocation a side the repetitions are
 *   compared and bootstrapped instead, and the machine's own noise between invocations is added,
 *   with the tail of Student's t of 3 degrees: what bench doctor measured or, where nobody did,
 *   JUDGE_DRIFT; at the least, by how much the reference cell shows that the machine moved.
 *
 * So the ratio is not quite the quotient of the two medians. How often a verdict is false, and how
 * often a difference is found, is simulated in tests/simulation. Pure, any thread.
 */
#ifndef BENCH_REPORT_JUDGE_H
#define BENCH_REPORT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/stats/bootstrap.h"
#include "bench/stats/stats.h"

#define JUDGE_LEVEL     0.95
#define JUDGE_EFFECT    0.02 /* default threshold: ratios within 1 / 1.02 .. 1.02 are alike */
#define JUDGE_RESAMPLES 10000

/* 95% of pairs of invocations whose noise nobody measured are taken to be nearer than this. */
#define JUDGE_DRIFT 0.20

/* A standard deviation says nothing of how far the tail goes, and invocations
 * have a long one: Student's t with the degrees of freedom of a normal sample's
 * calls 24% of 40-cell comparisons false where the moods have 3 degrees
 * (tests/simulation). */
#define JUDGE_TAIL 3

enum judged { JUDGED_FASTER, JUDGED_SLOWER, JUDGED_EQUIVALENT, JUDGED_INCONCLUSIVE };
extern const char *const judged_names[]; /* "faster", "slower", "equivalent", "inconclusive" */

/* Standard deviation of the log of a cell's median between invocations of one
 * machine. */
struct judge_noise {
    bool known;
    double sd;   /* of the log */
    double from; /* degrees of freedom that it was estimated with; more than 3
                    count as 3 */
};

struct judge_rules {
    double effect; /* threshold, 0.02 */
    size_t resamples;
    uint64_t seed;
};
extern const struct judge_rules judge_default;

struct judge_pair {
    /* asked */
    bool paired;
    struct clusters a, b; /* wall times, > 0; a is the base. Independent pairs */
    const double *ratios; /* log of b's over a's wall time per block. Paired ones */
    size_t ratio_count;
    struct judge_noise noise_a, noise_b; /* used where a side has one invocation, */
    double moved; /* and, at the least, this: the log of the ratio of the reference cells, where the
                   * machine is the same and so nothing but its mood explains it; 0: none */
    /* answered */
    double ratio;             /* b over a: above 1, b is slower; NaN: nothing to compare */
    struct interval interval; /* 95%, of the ratio, with the noise where it is used */
    double p;                 /* after Holm; NaN where there is no test */
    enum judged judged;
    uint64_t needed;         /* repetitions (or invocations) a side that would settle it in
                                four of five cases, roughly; 0: settled, or nobody can tell */
    bool needed_invocations; /* needed counts invocations */
};

/* Both steps for all pairs as one family. */
void judge(struct judge_pair *pairs, size_t count, const struct judge_rules *rules);

/* The steps one by one, for callers that need not settle every pair: ratio and
 * p of all, which is cheap; then interval, verdict and what is needed of one
 * (`family`: how many were tested). */
void judge_test(struct judge_pair *pairs, size_t count, const struct judge_rules *rules);
void judge_settle(struct judge_pair *pair, size_t family, const struct judge_rules *rules);

/* Fewest blocks in which one of `family` pairs can be seen to differ at all. */
size_t judge_least_blocks(size_t family);

#endif
