/*
 * doctor_floor.h - the noise floor: from rows of work that nobody changed (A/A), how much figures
 * differ all the same, and so the smallest difference that could be seen.
 *
 * All spreads are standard deviations of the natural logarithm of wall times, so that 0.01 is
 * about 1%. Differences are shares: 0.041 for 4.1%. What too few rows cannot give is NaN.
 *
 *   within      of the repetitions of an invocation, by 1.0483 times the median difference of all
 *               its pairs (Shamos 1976; Rousseeuw and Croux, "Alternatives to the Median Absolute
 *               Deviation", JASA 88, 1993), which a few outliers do not move.
 *   successive  of the log of the ratio of two repetitions that follow each other in an
 *               invocation, by 1.4826 times the median of its magnitude, as its centre is 0: what
 *               the two cells of a block differ by where they are equal.
 *   between     of the medians of the invocations: the ordinary one, with K - 1 degrees of
 *               freedom. What is left in it of the noise within makes it larger, never smaller.
 *
 * The smallest difference is the half-width of the 95% interval that a comparison would give. One
 * of just this size is seen half of the time. The standard error of the median of n normal values
 * is sqrt(pi/2) = 1.2533 times that of their mean (David and Nagaraja, Order Statistics, 2003):
 *   two cells of one run, N repetitions each:   1.96 * 1.2533 * successive / sqrt(N)
 *   two runs of one invocation each:            t(min(K - 1, JUDGE_TAIL)) * sqrt(2) * between
 *   two runs of n invocations each:             t(2n - 2) * 1.2533 * sqrt(2 / n) * between
 * with t the 97.5% quantile of Student's t.
 * Pure, any thread.
 */
#ifndef BENCH_DOCTOR_FLOOR_H
#define BENCH_DOCTOR_FLOOR_H

#include "bench/report/judge.h"
#include "bench/results/timings.h"

enum { FLOOR_RUNS = 3, FLOOR_INVOCATIONS = 3 };
extern const unsigned floor_runs[FLOOR_RUNS];               /* 10, 20, 50 */
extern const unsigned floor_invocations[FLOOR_INVOCATIONS]; /* 1, 6, 10 */

struct floor_cell {
    const struct timing *key; /* its first row */
    size_t runs, invocations; /* measured */
    double within, successive, between;
    double seen_runs[FLOOR_RUNS], seen_invocations[FLOOR_INVOCATIONS];
    /* The invocations taken in turns by two sides that are then judged as two runs; its input is
     * gone. What is not inconclusive or equivalent here is no difference of the work. */
    struct judge_pair halves;
};

struct noise_floor {
    struct floor_cell *cells;
    size_t count;
    const struct floor_cell *worst; /* with the largest spread between; NULL: none has one */
    size_t failed;                  /* rows that came out other than ok, warm-up included */
    uint64_t span_ns;               /* from the first repetition's start to the last one's */
};

/* `rows` must outlive the floor. 0 or -ENOMEM; then there is nothing to free. */
int floor_make(struct noise_floor *floor, const struct timing *rows, size_t count);
void floor_free(struct noise_floor *floor);

#endif
