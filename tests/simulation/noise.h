/*
 * noise.h - how simulated wall times vary. Drawn with a generator and by formulas that the code
 * under test does not use.
 */
#ifndef TESTS_SIMULATION_NOISE_H
#define TESTS_SIMULATION_NOISE_H

#include <gsl/gsl_rng.h>
#include <stddef.h>

enum noise_kind {
    NOISE_NORMAL,
    NOISE_SKEWED,  /* log-normal with a skewness of 4: a floor and a tail, as times have */
    NOISE_HEAVY,   /* Student's t with 3 degrees of freedom */
    NOISE_OUTLIERS /* normal, and one in twenty takes 50% longer */
};
extern const char *const noise_names[];

/* A deviation of the log of a wall time, of that standard deviation (the outliers not counted). */
double noise_draw(const gsl_rng *rng, enum noise_kind kind, double sd);

/* What slows all that the machine does: a random walk and, rarely, a spike. */
struct drift {
    double level; /* of the log */
    double spike; /* of this block */
};
void drift_block(const gsl_rng *rng, struct drift *drift);
double drift_next(const gsl_rng *rng, struct drift *drift, size_t per_block);

#endif
