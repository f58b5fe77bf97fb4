/*
 * scaling_fit.h - two laws of how the time of a fixed amount of work falls with its workers.
 *
 * The Universal Scalability Law (Gunther, "Guerrilla Capacity Planning", 2007):
 *     t(n) = t1 (1 + sigma (n - 1) + kappa n (n - 1)) / n,  speed-up C(n) = t1 / t(n)
 * sigma is contention (the share that is done one after another), kappa is coherency (what
 * each pair of workers costs). Amdahl's law (1967), t(n) = t1 (sigma + (1 - sigma) / n), is the
 * same with kappa = 0. t1 is fitted too: speed-ups are over the law's own single worker.
 *
 * Least squares of log times, so of relative errors, within 0 <= sigma <= 1 and
 * 0 <= kappa <= SCALING_KAPPA_MOST. No I/O. GSL's error handler, which would end the process, is
 * off during a fit, so one thread at a time may use GSL meanwhile.
 */
#ifndef BENCH_STATS_SCALING_FIT_H
#define BENCH_STATS_SCALING_FIT_H

#include <stdbool.h>
#include <stddef.h>

/* Fewest distinct worker counts for a fit. */
#define SCALING_COUNTS 6

/* Without it there may be no best fit: times that rise with n and no point near n = 1 are met ever
 * better by an ever smaller t1. */
#define SCALING_KAPPA_MOST 1e6

/* More than any 64-bit count. */
#define SCALING_WORKERS_MOST 1e20

struct scaling_point {
    double workers; /* 1 to SCALING_WORKERS_MOST */
    double wall_ns; /* > 0 */
};

struct scaling_law {
    double t1_ns, sigma, kappa; /* always finite */
    /* Standard errors; NaN where the parameter lies at a bound (the other errors then hold for that
     * bound as given) or the data say nothing of it. Amdahl's kappa_error is NaN. */
    double t1_error, sigma_error, kappa_error;
    double residual; /* residual standard error of log times: 0.02 is 2% */
    double aicc;     /* Akaike's criterion, corrected for small samples; smaller is better */
};

struct scaling_fit {
    size_t points, counts; /* counts: distinct */
    struct scaling_law amdahl, usl;
    /* By AICc (Hurvich and Tsai, Biometrika 76, 1989). With few counts it asks much of a further
     * parameter: at 6, that it takes all but e^-5 of the squared error away. */
    bool usl_preferred;
};

/* Points in any order, which changes nothing; several of one count are allowed. 0; -EINVAL (a point
 * out of range or not finite), -EDOM (fewer than SCALING_COUNTS distinct counts; `points` and
 * `counts` are set), -ENOMEM. */
int scaling_fit(const struct scaling_point *points, size_t n, struct scaling_fit *fit);

/* The preferred of both. */
const struct scaling_law *scaling_fit_law(const struct scaling_fit *fit);

/* C(workers), workers >= 1. */
double scaling_law_speedup(const struct scaling_law *law, double workers);

/* The workers sqrt((1 - sigma) / kappa) from which on more cost more than they bring; below 1
 * where the second already does, infinity where kappa is 0. */
double scaling_law_knee(const struct scaling_law *law);

/* The most that C(n) comes to, at the knee but not below one worker; 1 / sigma where kappa is 0. */
double scaling_law_peak(const struct scaling_law *law);

#endif
