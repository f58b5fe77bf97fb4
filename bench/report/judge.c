#include "bench/report/judge.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/hodges_lehmann.h"
#include "bench/stats/rank_tests.h"

/* Invocations a side from which on a Mann-Whitney test of many cells can see
 * anything: six against six can give p = 0.002. */
#define JUDGE_INVOCATIONS 6

/* More than this is no advice that anybody could follow. */
#define JUDGE_NEEDED_MAX 100000

/* How often the runs that are called needed should be enough. */
#define JUDGE_POWER 0.8

const char *const judged_names[] = {[JUDGED_FASTER] = "faster",
                                    [JUDGED_SLOWER] = "slower",
                                    [JUDGED_EQUIVALENT] = "equivalent",
                                    [JUDGED_INCONCLUSIVE] = "inconclusive"};

const struct judge_rules judge_default = {JUDGE_EFFECT, JUDGE_RESAMPLES, 1};

/* --- what a side is made of --- */

static bool judge_single(const struct clusters *side)
{
    return side->count < 2;
}

static size_t judge_repetitions(const struct clusters *side)
{
    size_t n = 0;
    for (size_t i = 0; i < side->count; i++)
        n += side->invocations[i].n;
    return n;
}

/* The units that the test compares: the invocations' medians where both sides
 * have several, else all repetitions. malloc'ed; NULL without memory.
 * Invocations without repetitions do not count. */
static double *judge_units(const struct clusters *side, bool medians, size_t *count)
{
    const size_t room = judge_repetitions(side);
    double *units = calloc(room ? room : 1, sizeof *units);
    *count = 0;
    for (size_t i = 0; units && i < side->count; i++) {
        const struct samples *one = &side->invocations[i];
        if (medians && one->n > 0)
            units[(*count)++] = stats_median(one->values, one->n);
        for (size_t j = 0; !medians && j < one->n; j++)
            units[(*count)++] = one->values[j];
    }
    return units;
}

static bool judge_by_invocation(const struct judge_pair *pair)
{
    return !judge_single(&pair->a) && !judge_single(&pair->b);
}

/* The smaller side, in the units that are compared. */
static size_t judge_least_units(const struct judge_pair *pair)
{
    if (pair->paired)
        return pair->ratio_count;
    const bool medians = judge_by_invocation(pair);
    const size_t a = medians ? pair->a.count : judge_repetitions(&pair->a);
    const size_t b = medians ? pair->b.count : judge_repetitions(&pair->b);
    return a < b ? a : b;
}

/* --- the noise between invocations, where a side has one --- */

enum noise { NOISE_INSIDE, NOISE_KNOWN, NOISE_UNKNOWN };

/* The drift is where the 95% interval between two invocations ends. */
static struct judge_noise judge_drift(void)
{
    const double t = gsl_cdf_tdist_Pinv(0.5 + JUDGE_LEVEL / 2, JUDGE_TAIL);
    return (struct judge_noise){false, log1p(JUDGE_DRIFT) / t / sqrt(2), JUDGE_TAIL};
}

/* `sd` of the log of the ratio from sides with one invocation, and its degrees
 * of freedom. */
static enum noise judge_noise(const struct judge_pair *pair, double *sd, double *from)
{
    const struct clusters *sides[] = {&pair->a, &pair->b};
    const struct judge_noise *noises[] = {&pair->noise_a, &pair->noise_b};
    enum noise noise = NOISE_INSIDE;
    double variance = 0;
    *from = JUDGE_TAIL;
    for (size_t i = 0; i < 2; i++) {
        if (pair->paired || !judge_single(sides[i]))
            continue;
        const struct judge_noise side = noises[i]->known ? *noises[i] : judge_drift();
        variance += side.sd * side.sd;
        *from = fmin(*from, side.from);
        noise = side.known && noise != NOISE_UNKNOWN ? NOISE_KNOWN : NOISE_UNKNOWN;
    }
    *sd = sqrt(fmax(variance, pair->moved * pair->moved));
    return noise;
}

/* --- step one: ratio and p --- */

static double judge_rank_p(const struct judge_pair *pair)
{
    size_t m, n;
    double *a = judge_units(&pair->a, false, &m), *b = judge_units(&pair->b, false, &n);
    const double p = a && b ? stats_mann_whitney(a, m, b, n) : (double)NAN;
    free(a);
    free(b);
    return p;
}

/* How probable so large a ratio is between two invocations of the same work:
 * Student's t with the degrees of freedom of the noise. The run's own share in
 * the variance comes from its interval. */
static double judge_noise_p(const struct judge_pair *pair, const struct interval *own, double sd,
                            double from)
{
    const double share = log(own->hi / own->lo) / 2 / gsl_cdf_ugaussian_Pinv(0.5 + JUDGE_LEVEL / 2);
    const double t = fabs(log(pair->ratio)) / sqrt(share * share + sd * sd);
    return own->exists ? 2 * gsl_cdf_tdist_Q(t, from) : 1;
}

/* The interval with the noise in it: both are independent, so their squares add
 * up. */
static struct interval judge_widened(const struct judge_pair *pair, const struct interval *own,
                                     double noise)
{
    const double center = log(pair->ratio);
    const double below = center - log(own->lo), above = log(own->hi) - center;
    return (struct interval){exp(center - hypot(below, noise)), exp(center + hypot(above, noise)),
                             own->exists};
}

static void judge_locate(struct judge_pair *pair, const struct location *location)
{
    const struct interval *range = &location->interval;
    pair->ratio = exp(location->at);
    if (range->exists)
        pair->interval = (struct interval){exp(range->lo), exp(range->hi), true};
}

static void judge_paired(struct judge_pair *pair)
{
    const struct location location =
        stats_pseudo_median(pair->ratios, pair->ratio_count, JUDGE_LEVEL);
    judge_locate(pair, &location);
    pair->p = stats_signed_rank(pair->ratios, pair->ratio_count);
}

static void judge_by_medians(struct judge_pair *pair)
{
    size_t m, n;
    double *a = judge_units(&pair->a, true, &m), *b = judge_units(&pair->b, true, &n);
    if (a && b) {
        pair->p = stats_mann_whitney(a, m, b, n);
        for (size_t i = 0; i < m; i++)
            a[i] = log(a[i]);
        for (size_t i = 0; i < n; i++)
            b[i] = log(b[i]);
        const struct location location = stats_shift(a, m, b, n, JUDGE_LEVEL);
        judge_locate(pair, &location);
    }
    free(a);
    free(b);
}

static void judge_with_noise(struct judge_pair *pair, const struct judge_rules *rules)
{
    double sd, from;
    judge_noise(pair, &sd, &from);
    pair->ratio = stats_center(&pair->b) / stats_center(&pair->a);
    if (isnan(pair->ratio))
        return;
    const struct interval own =
        stats_bootstrap_ratio(&pair->a, &pair->b, JUDGE_LEVEL, rules->resamples, rules->seed);
    pair->p = fmax(judge_rank_p(pair), judge_noise_p(pair, &own, sd, from));
    sd *= gsl_cdf_tdist_Pinv(0.5 + JUDGE_LEVEL / 2, from);
    pair->interval = judge_widened(pair, &own, sd);
}

void judge_test(struct judge_pair *pairs, size_t count, const struct judge_rules *rules)
{
    double *p = calloc(count ? count : 1, sizeof *p);
    for (size_t i = 0; i < count; i++) {
        struct judge_pair *pair = &pairs[i];
        pair->interval = (struct interval){0, 0, false};
        pair->p = pair->ratio = (double)NAN;
        pair->judged = JUDGED_INCONCLUSIVE;
        pair->needed = 0;
        pair->needed_invocations = false;
        if (pair->paired)
            judge_paired(pair);
        else if (judge_by_invocation(pair))
            judge_by_medians(pair);
        else
            judge_with_noise(pair, rules);
        if (p)
            p[i] = pair->p;
    }
    /* Without memory nothing may be called: no p, no verdict. */
    if (p)
        stats_holm(p, count);
    for (size_t i = 0; i < count; i++)
        pairs[i].p = p ? p[i] : (double)NAN;
    free(p);
}

/* --- step two: interval and verdict --- */

static enum judged judge_verdict(const struct judge_pair *pair, double effect)
{
    const double up = 1 + effect, down = 1 / (1 + effect);
    const struct interval *range = &pair->interval;
    if (!range->exists)
        return JUDGED_INCONCLUSIVE;
    if (pair->p < 1 - JUDGE_LEVEL && range->lo > up)
        return JUDGED_SLOWER;
    if (pair->p < 1 - JUDGE_LEVEL && range->hi < down)
        return JUDGED_FASTER;
    return range->lo >= down && range->hi <= up ? JUDGED_EQUIVALENT : JUDGED_INCONCLUSIVE;
}

static double judge_least_p(const struct judge_pair *pair, size_t units)
{
    return pair->paired ? stats_signed_rank_least(units) : stats_mann_whitney_least(units, units);
}

/* An interval shrinks with the root of the number of units. It has to shrink
 * until it leaves the threshold or, where the ratio lies inside, until it fits
 * in; further, by what the ratio itself will move, for this to come true in
 * JUDGE_POWER of the cases. */
static double judge_factor(const struct judge_pair *pair, double effect)
{
    const double size = fabs(log(pair->ratio)), threshold = log1p(effect);
    const double center = log(pair->ratio);
    const double below = center - log(pair->interval.lo), above = log(pair->interval.hi) - center;
    const double near = center > 0 ? below : above, far = center > 0 ? above : below;
    const double root =
        size > threshold ? near / (size - threshold) : fmax(far, near) / (threshold - size);
    const double ahead =
        gsl_cdf_ugaussian_Pinv(JUDGE_POWER) / gsl_cdf_ugaussian_Pinv(0.5 + JUDGE_LEVEL / 2);
    return fmax(1, root * root * (1 + ahead) * (1 + ahead));
}

static void judge_need(struct judge_pair *pair, size_t family, const struct judge_rules *rules)
{
    double sd, from;
    size_t units = judge_least_units(pair);
    const enum noise noise = judge_noise(pair, &sd, &from);
    if (!pair->interval.exists || !(pair->ratio > 0))
        return;
    pair->needed_invocations = noise != NOISE_INSIDE || (!pair->paired && units > 0);
    if (noise != NOISE_INSIDE)
        units = 1;
    double needed =
        fmax(ceil((double)units * judge_factor(pair, rules->effect)), (double)units + 1);
    if (noise == NOISE_UNKNOWN)
        needed = 0; /* the drift that was allowed for is nobody's measurement */
    if (pair->needed_invocations)
        needed = fmax(needed, JUDGE_INVOCATIONS);
    /* Holm's correction asks for a p that so many can give. */
    while (needed <= JUDGE_NEEDED_MAX &&
           judge_least_p(pair, (size_t)needed) * (double)family >= 1 - JUDGE_LEVEL)
        needed++;
    if (needed <= JUDGE_NEEDED_MAX)
        pair->needed = (uint64_t)needed;
}

void judge_settle(struct judge_pair *pair, size_t family, const struct judge_rules *rules)
{
    if (!pair->interval.exists && !pair->paired && !isnan(pair->ratio))
        pair->interval =
            stats_bootstrap_ratio(&pair->a, &pair->b, JUDGE_LEVEL, rules->resamples, rules->seed);
    pair->judged = judge_verdict(pair, rules->effect);
    if (pair->judged == JUDGED_INCONCLUSIVE)
        judge_need(pair, family, rules);
}

void judge(struct judge_pair *pairs, size_t count, const struct judge_rules *rules)
{
    judge_test(pairs, count, rules);
    for (size_t i = 0; i < count; i++)
        judge_settle(&pairs[i], count, rules);
}

size_t judge_least_blocks(size_t family)
{
    size_t blocks = 1;
    while (stats_signed_rank_least(blocks) * (double)family >= 1 - JUDGE_LEVEL)
        blocks++;
    return blocks;
}
