/*
 * simulation.h - what the parts of the simulation share: how often a claim was made, and whether
 * that is often or seldom enough. One thread.
 */
#ifndef TESTS_SIMULATION_H
#define TESTS_SIMULATION_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/report/judge.h"

enum { CELLS = 40, RUNS_MOST = 50, INVOCATIONS_MOST = 14, REPETITIONS = 10 };

/* What the issue asks for: found in 90%, false in 5% of the comparisons. */
#define POWER_LEAST 0.90
#define FALSE_MOST  0.05

#define SLOWDOWN 1.05 /* the true difference where there is one */

struct simulation {
    size_t comparisons; /* per line of the table */
    gsl_rng *rng;
    unsigned failures;
};

/* In how many comparisons something was called faster or slower; and in how many it would have been
 * if the threshold were 0%, where only the tests and Holm's correction stand against it. */
struct claims {
    size_t made, bare;
    bool bare_unknown;
};

/* One line of the table; fails where either share is above 5% by more than two standard errors. */
void report_false(struct simulation *s, const char *what, struct claims claims);

/* Fails where the share is below 90% by more than two standard errors, if it is required. */
void report_found(struct simulation *s, const char *what, size_t found, size_t cells,
                  bool required);

/* Judges a comparison of equals. Only pairs whose p allows a claim are settled. */
void count_claims(struct claims *claims, struct judge_pair *pairs, size_t count,
                  const struct judge_rules *rules);

/* How many are called slower. */
size_t count_slower(struct judge_pair *pairs, size_t count, const struct judge_rules *rules);

void simulate_paired(struct simulation *s);      /* cells of one run */
void simulate_winners(struct simulation *s);     /* the summary's winner */
void simulate_invocations(struct simulation *s); /* two runs of several invocations */
void simulate_single(struct simulation *s);      /* two runs of one invocation */

#endif
