#include "tests/simulation/noise.h"

#include <gsl/gsl_randist.h>
#include <math.h>

const char *const noise_names[] = {[NOISE_NORMAL] = "normal",
                                   [NOISE_SKEWED] = "skewed",
                                   [NOISE_HEAVY] = "heavy-tailed",
                                   [NOISE_OUTLIERS] = "outliers"};

/* exp(shape z) less its mean, over its standard deviation. */
static double skewed(const gsl_rng *rng)
{
    const double shape = 0.8, square = exp(shape * shape);
    const double value = exp(shape * gsl_ran_gaussian_ziggurat(rng, 1));
    return (value - sqrt(square)) / sqrt(square * (square - 1));
}

double noise_draw(const gsl_rng *rng, enum noise_kind kind, double sd)
{
    switch (kind) {
    case NOISE_SKEWED:
        return sd * skewed(rng);
    case NOISE_HEAVY:
        return sd * gsl_ran_tdist(rng, 3) / sqrt(3); /* 3 / (3 - 2) is the variance of t */
    case NOISE_OUTLIERS:
        return gsl_ran_gaussian_ziggurat(rng, sd) + (gsl_rng_uniform(rng) < 0.05 ? log(1.5) : 0);
    case NOISE_NORMAL:
        break;
    }
    return gsl_ran_gaussian_ziggurat(rng, sd);
}

/* 1% from block to block; one block in fifty is slowed by up to 30%. */
void drift_block(const gsl_rng *rng, struct drift *drift)
{
    drift->spike = gsl_rng_uniform(rng) < 0.02 ? 0.3 * gsl_rng_uniform(rng) : 0;
}

double drift_next(const gsl_rng *rng, struct drift *drift, size_t per_block)
{
    drift->level += gsl_ran_gaussian_ziggurat(rng, 0.01 / sqrt((double)per_block));
    return drift->level + drift->spike;
}
