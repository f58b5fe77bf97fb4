#include "bench/stats/bootstrap.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/robust.h"
#include "bench/util/mix.h"

/* From so many invocations on they are left to show their spread themselves. */
enum { FEW = 6 };

static const struct interval none = {0.0, 0.0, false};

/* One side, its invocations sorted, without the empty ones. */
struct side {
    struct samples *sorted;
    double *values;
    double *medians; /* of the resample at hand; room for `count` */
    size_t count;
};

static void side_free(struct side *side)
{
    free(side->medians);
    free(side->values);
    free(side->sorted);
    *side = (struct side){0};
}

/* False: no values or no memory; the side then needs no side_free. */
static bool side_sort(struct side *side, const struct clusters *c)
{
    size_t total = 0;
    *side = (struct side){0};
    for (size_t i = 0; i < c->count; i++)
        total += c->invocations[i].n;
    if (total == 0)
        return false;
    side->sorted = calloc(c->count, sizeof *side->sorted);
    side->values = calloc(total, sizeof *side->values);
    side->medians = calloc(c->count, sizeof *side->medians);
    if (!side->sorted || !side->values || !side->medians) {
        side_free(side);
        return false;
    }
    double *next = side->values;
    for (size_t i = 0; i < c->count; i++) {
        const struct samples *from = &c->invocations[i];
        if (from->n == 0)
            continue;
        memcpy(next, from->values, from->n * sizeof *next);
        gsl_sort(next, 1, from->n);
        side->sorted[side->count++] = (struct samples){next, from->n};
        next += from->n;
    }
    return true;
}

static void side_own_medians(struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct samples *own = &side->sorted[i];
        side->medians[i] = gsl_stats_median_from_sorted_data(own->values, 1, own->n);
    }
}

/* What is resampled on this side. */
static size_t side_units(const struct side *side)
{
    return side->count > 1 ? side->count : side->sorted[0].n;
}

static double value_at(const struct samples *sorted, double u)
{
    size_t at = (size_t)((double)sorted->n * u);
    return sorted->values[at < sorted->n ? at : sorted->n - 1];
}

/* The median of n values drawn with replacement, without drawing them: a draw is x_floor(nU)
 * with U uniform, so that the k-th smallest draw is at the k-th smallest of n uniforms, which is
 * Beta(k, n + 1 - k). Given that u, the n - k above it are uniform on (u, 1), and the
 * smallest of them is u + (1 - u) (1 - V^(1/(n - k))). */
static double resample_median(const gsl_rng *rng, const struct samples *sorted)
{
    size_t n = sorted->n, k = (n + 1) / 2;
    double u = gsl_ran_beta(rng, (double)k, (double)(n + 1 - k));
    double middle = value_at(sorted, u);
    if (n % 2 == 1)
        return middle;
    double gap = -expm1(log(gsl_rng_uniform_pos(rng)) / (double)(n - k));
    double next = value_at(sorted, u + (1.0 - u) * gap);
    return middle + (next - middle) / 2.0;
}

static double resample_center(const gsl_rng *rng, struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        size_t drawn = side->count > 1 ? gsl_rng_uniform_int(rng, side->count) : 0;
        side->medians[i] = resample_median(rng, &side->sorted[drawn]);
    }
    return gsl_stats_median(side->medians, 1, side->count);
}

static struct interval expanded_percentile(double *resampled, size_t resamples, size_t units,
                                           double level)
{
    double n = (double)units;
    double t = gsl_cdf_tdist_Pinv(0.5 + level / 2.0, n - 1.0);
    double tail = gsl_cdf_ugaussian_P(-sqrt(n / (n - 1.0)) * t);
    gsl_sort(resampled, 1, resamples);
    return (struct interval){stats_sorted_quantile(resampled, resamples, tail),
                             stats_sorted_quantile(resampled, resamples, 1.0 - tail), true};
}

static bool is_few(const struct side *side)
{
    return side->count > 1 && side->count < FEW;
}

/* The mean of the invocations' medians, and what is unsure about it. */
struct mean {
    double at;
    double variance; /* of the mean */
    double degrees;
};

static struct mean side_mean(struct side *side, bool of_logarithms)
{
    side_own_medians(side);
    for (size_t i = 0; of_logarithms && i < side->count; i++)
        side->medians[i] = log(side->medians[i]);
    struct mean mean = {gsl_stats_mean(side->medians, 1, side->count), 0.0, 0.0};
    if (side->count > 1) {
        mean.degrees = (double)side->count - 1.0;
        mean.variance = gsl_stats_variance(side->medians, 1, side->count) / (double)side->count;
    }
    return mean;
}

static double welch_share(const struct mean *mean)
{
    return mean->degrees > 0.0 ? mean->variance * mean->variance / mean->degrees : 0.0;
}

/* b - a. */
static struct interval welch_interval(const struct mean *a, const struct mean *b, double level)
{
    double variance = a->variance + b->variance, shares = welch_share(a) + welch_share(b);
    double half = 0.0;
    if (shares > 0.0)
        half = sqrt(variance) * gsl_cdf_tdist_Pinv(0.5 + level / 2.0, variance * variance / shares);
    return (struct interval){b->at - a->at - half, b->at - a->at + half, true};
}

static struct interval hull(struct interval one, struct interval other)
{
    return (struct interval){fmin(one.lo, other.lo), fmax(one.hi, other.hi), true};
}

static struct interval few_ratio(struct side *a, struct side *b, double level)
{
    struct mean mean_a = side_mean(a, true), mean_b = side_mean(b, true);
    struct interval logarithms = welch_interval(&mean_a, &mean_b, level);
    return (struct interval){exp(logarithms.lo), exp(logarithms.hi), true};
}

static struct interval few_center(struct side *side, double level)
{
    const struct mean zero = {0.0, 0.0, 0.0};
    struct mean mean = side_mean(side, false);
    return welch_interval(&zero, &mean, level);
}

/* gsl_rng_alloc would end the program without memory; this one does not. */
static bool rng_start(gsl_rng *rng, uint64_t seed)
{
    rng->type = gsl_rng_mt19937;
    rng->state = calloc(1, rng->type->size);
    if (rng->state)
        /* It takes 32 bits only; mixed, all 64 of the seed have a say. */
        gsl_rng_set(rng, (unsigned long)(mix64(seed) >> 32));
    return rng->state != NULL;
}

/* Of b's center, over a's where there is an a. */
static struct interval bootstrap(struct side *a, struct side *b, double level, size_t resamples,
                                 uint64_t seed)
{
    size_t units = side_units(b);
    if (a && side_units(a) < units)
        units = side_units(a);
    double *resampled = units > 1 && resamples > 0 ? calloc(resamples, sizeof *resampled) : NULL;
    gsl_rng rng;
    struct interval interval = none;
    if (resampled && rng_start(&rng, seed)) {
        for (size_t i = 0; i < resamples; i++) {
            double below = a ? resample_center(&rng, a) : 1.0;
            resampled[i] = resample_center(&rng, b) / below;
        }
        interval = expanded_percentile(resampled, resamples, units, level);
        free(rng.state);
    }
    free(resampled);
    return interval;
}

/* Selects where resampling has to sort: of a million values this is asked far more often. */
double stats_center(const struct clusters *c)
{
    double *medians = c->count > 0 ? calloc(c->count, sizeof *medians) : NULL;
    size_t count = 0;
    for (size_t i = 0; medians && i < c->count; i++)
        if (c->invocations[i].n > 0)
            medians[count++] = stats_median(c->invocations[i].values, c->invocations[i].n);
    const double center = stats_median(medians, count);
    free(medians);
    return center;
}

struct interval stats_bootstrap_ratio(const struct clusters *a, const struct clusters *b,
                                      double level, size_t resamples, uint64_t seed)
{
    struct side over, under;
    struct interval interval = none;
    if (!side_sort(&under, a))
        return none;
    if (side_sort(&over, b)) {
        interval = bootstrap(&under, &over, level, resamples, seed);
        if (interval.exists && (is_few(&under) || is_few(&over)))
            interval = hull(interval, few_ratio(&under, &over, level));
        side_free(&over);
    }
    side_free(&under);
    return interval;
}

struct interval stats_bootstrap_center(const struct clusters *c, double level, size_t resamples,
                                       uint64_t seed)
{
    struct side side;
    if (!side_sort(&side, c))
        return none;
    struct interval interval = bootstrap(NULL, &side, level, resamples, seed);
    if (interval.exists && is_few(&side))
        interval = hull(interval, few_center(&side, level));
    side_free(&side);
    return interval;
}
