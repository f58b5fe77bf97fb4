/*
 * arrivals.h - when the tasks or requests of an open loop arrive.
 *
 * Evenly spaced (the k-th at k / rate, without drift), or a Poisson process of that rate:
 * independent exponential gaps, the same for the same seed on every machine of IEEE doubles.
 * One user at a time. Nothing here needs libm: a shared library more in the image makes each of
 * its forks dearer.
 */
#ifndef BENCH_UTIL_ARRIVALS_H
#define BENCH_UTIL_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

struct arrivals {
    uint64_t rate; /* per second, > 0 */
    bool poisson;
    uint64_t random;   /* state of the generator */
    uint64_t number;   /* of the next one */
    double elapsed_ns; /* Poisson: up to the last one */
};

void arrivals_init(struct arrivals *arrivals, uint64_t rate, bool poisson, uint64_t seed);

/* The next one's time in ns after the start; never before the one that it follows. */
uint64_t arrivals_next(struct arrivals *arrivals);

/* -ln(x) for 0 < x <= 1; relative error below 1e-9. */
double arrivals_minus_ln(double x);

#endif
