/* Cells of two runs that could not be interleaved: every invocation has a mood of its own. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#include "tests/simulation/noise.h"
#include "tests/simulation/simulation.h"

#define INSIDE 0.02 /* standard deviation of the repetitions of one invocation */

struct side {
    double wall[INVOCATIONS_MOST][REPETITIONS];
    struct samples invocations[INVOCATIONS_MOST];
};

struct runs {
    struct side a[CELLS], b[CELLS];
    struct judge_pair pairs[CELLS];
};

struct moods {
    enum noise_kind kind;
    double sd; /* between invocations */
    size_t invocations;
};

static struct clusters side_measure(struct side *side, const gsl_rng *rng,
                                    const struct moods *moods, double wall)
{
    for (size_t i = 0; i < moods->invocations; i++) {
        const double mood = noise_draw(rng, moods->kind, moods->sd);
        for (size_t j = 0; j < REPETITIONS; j++)
            side->wall[i][j] = wall * exp(mood + noise_draw(rng, NOISE_SKEWED, INSIDE));
        side->invocations[i] = (struct samples){side->wall[i], REPETITIONS};
    }
    return (struct clusters){side->invocations, moods->invocations};
}

static void runs_measure(struct runs *runs, const gsl_rng *rng, const struct moods *moods,
                         double slowdown, struct judge_noise noise)
{
    for (size_t i = 0; i < CELLS; i++)
        runs->pairs[i] = (struct judge_pair){
            .a = side_measure(&runs->a[i], rng, moods, 100),
            .b = side_measure(&runs->b[i], rng, moods, 100 * slowdown),
            .noise_a = noise,
            .noise_b = noise,
        };
}

static const struct judge_noise unknown = {.known = false};

/* --- several invocations a side --- */

static void false_claims(struct simulation *s, const struct moods *moods)
{
    static struct runs runs;
    char what[96];
    struct claims claims = {0};
    for (size_t i = 0; i < s->comparisons; i++) {
        runs_measure(&runs, s->rng, moods, 1, unknown);
        count_claims(&claims, runs.pairs, CELLS, &judge_default);
    }
    snprintf(what, sizeof what, "two runs, %s moods of %g%%, %zu invocations",
             noise_names[moods->kind], 100 * moods->sd, moods->invocations);
    report_false(s, what, claims);
}

static void power(struct simulation *s, const struct moods *moods, size_t cells, bool required)
{
    static struct runs runs;
    const size_t rounds = (s->comparisons + 9) / 10;
    char what[96];
    size_t found = 0;
    for (size_t i = 0; i < rounds; i++) {
        runs_measure(&runs, s->rng, moods, SLOWDOWN, unknown);
        found += count_slower(runs.pairs, cells, &judge_default);
    }
    snprintf(what, sizeof what, "two runs, %s moods of %g%%, %zu invocations, %zu cells",
             noise_names[moods->kind], 100 * moods->sd, moods->invocations, cells);
    report_found(s, what, found, rounds * cells, required);
}

void simulate_invocations(struct simulation *s)
{
    static const enum noise_kind kinds[] = {NOISE_NORMAL, NOISE_SKEWED, NOISE_HEAVY};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t invocations = 6; invocations <= 10; invocations += 2)
            false_claims(s, &(struct moods){kinds[k], 0.02, invocations});
    for (size_t percent = 1; percent <= 2; percent++)
        for (size_t cells = 10; cells <= CELLS; cells += 30)
            for (size_t invocations = 6; invocations <= INVOCATIONS_MOST; invocations++)
                power(s, &(struct moods){NOISE_NORMAL, (double)percent / 100, invocations}, cells,
                      invocations >= 7 * percent);
}

/* --- one invocation a side --- */

/* As bench doctor measures it: the standard deviation of eight invocations. */
static struct judge_noise doctor(const gsl_rng *rng, const struct moods *moods)
{
    enum { MEASURED = 8 };
    double sum = 0, squares = 0;
    for (size_t i = 0; i < MEASURED; i++) {
        const double mood = noise_draw(rng, moods->kind, moods->sd);
        sum += mood;
        squares += mood * mood;
    }
    const double variance = (squares - sum * sum / MEASURED) / (MEASURED - 1);
    return (struct judge_noise){true, sqrt(variance), MEASURED - 1};
}

static void single(struct simulation *s, const struct moods *moods, bool known)
{
    /* The interval of the repetitions is part of the test here, so it is needed of every pair. */
    static const struct judge_rules rules = {JUDGE_EFFECT, 100, 1};
    static struct runs runs;
    char what[96];
    struct claims claims = {0};
    for (size_t i = 0; i < s->comparisons; i++) {
        const struct judge_noise noise = known ? doctor(s->rng, moods) : unknown;
        runs_measure(&runs, s->rng, moods, 1, noise);
        count_claims(&claims, runs.pairs, CELLS, &rules);
    }
    snprintf(what, sizeof what, "two runs, %s moods of %g%%, one invocation, %s",
             noise_names[moods->kind], 100 * moods->sd, known ? "known" : "unknown");
    report_false(s, what, claims);
}

void simulate_single(struct simulation *s)
{
    single(s, &(struct moods){NOISE_NORMAL, 0.03, 1}, true);
    single(s, &(struct moods){NOISE_SKEWED, 0.03, 1}, true);
    single(s, &(struct moods){NOISE_HEAVY, 0.03, 1}, true);
    single(s, &(struct moods){NOISE_NORMAL, 0.05, 1}, false);
}
