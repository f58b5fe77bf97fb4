/* The fits of both laws: against scipy's (reference/scaling_reference.py), against the parameters
 * that data were made from, and against what must hold for any data. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/scaling_fit.h"
#include "bench/util/mix.h"
#include "tests/unit/reference/scaling_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { POINTS_MOST = 64 };

static void assert_near(const char *set, const char *what, double got, double expected,
                        double tolerance)
{
    if (isnan(expected) != isnan(got) || !(isnan(got) || fabs(got - expected) <= tolerance))
        fail_msg("%s: %s is %.12g, expected %.12g", set, what, got, expected);
}

static struct scaling_fit fitted(const struct scaling_point *points, size_t n)
{
    struct scaling_fit fit;
    assert_int_equal(scaling_fit(points, n, &fit), 0);
    return fit;
}

static double time_of(double n, double t1, double sigma, double kappa)
{
    return t1 * (1 + sigma * (n - 1) + kappa * n * (n - 1)) / n;
}

static double uniform(uint64_t *seed)
{
    return ((double)(mix_next(seed) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *seed) /* Box and Muller */
{
    const double radius = sqrt(-2 * log(uniform(seed)));
    return radius * cos(2 * acos(-1) * uniform(seed));
}

static void check_law(const char *set, const struct scaling_law *got,
                      const struct scaling_law *expected)
{
    assert_near(set, "t1", got->t1_ns, expected->t1_ns, 1e-6 * expected->t1_ns);
    assert_near(set, "sigma", got->sigma, expected->sigma, 1e-6 * expected->sigma + 1e-12);
    assert_near(set, "kappa", got->kappa, expected->kappa, 1e-6 * expected->kappa + 1e-12);
    assert_near(set, "t1's error", got->t1_error, expected->t1_error, 1e-5 * expected->t1_error);
    assert_near(set, "sigma's error", got->sigma_error, expected->sigma_error,
                1e-5 * expected->sigma_error);
    assert_near(set, "kappa's error", got->kappa_error, expected->kappa_error,
                1e-5 * expected->kappa_error);
    assert_near(set, "residual", got->residual, expected->residual, 1e-6 * expected->residual);
    assert_near(set, "AICc", got->aicc, expected->aicc, 1e-5);
}

static void both_laws_match_scipy(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scaling_references); i++) {
        const struct scaling_reference *set = &scaling_references[i];
        const struct scaling_fit fit = fitted(set->points, set->n);
        check_law(set->name, &fit.amdahl, &set->amdahl);
        check_law(set->name, &fit.usl, &set->usl);
        assert_int_equal(fit.usl_preferred, set->usl.aicc < set->amdahl.aicc);
        assert_ptr_equal(scaling_fit_law(&fit), fit.usl_preferred ? &fit.usl : &fit.amdahl);
    }
}

static const double sweep[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};

static void fill(struct scaling_point *points, double t1, double sigma, double kappa, double noise,
                 uint64_t *seed)
{
    for (size_t i = 0; i < COUNT(sweep); i++)
        points[i] = (struct scaling_point){sweep[i], time_of(sweep[i], t1, sigma, kappa) *
                                                         exp(noise * normal(seed))};
}

static void exact_data_give_their_parameters_back(void **state)
{
    (void)state;
    const double sigmas[] = {0, 0.001, 0.03, 0.5, 0.97, 1};
    const double kappas[] = {0, 1e-6, 2e-4, 0.01, 0.5, 30};
    struct scaling_point points[COUNT(sweep)];
    uint64_t seed = 1;
    for (size_t s = 0; s < COUNT(sigmas); s++) {
        for (size_t k = 0; k < COUNT(kappas); k++) {
            fill(points, 3e9, sigmas[s], kappas[k], 0, &seed);
            const struct scaling_fit fit = fitted(points, COUNT(points));
            assert_near("exact", "t1", fit.usl.t1_ns, 3e9, 1);
            assert_near("exact", "sigma", fit.usl.sigma, sigmas[s], 1e-8 * (1 + kappas[k]));
            assert_near("exact", "kappa", fit.usl.kappa, kappas[k], 1e-8 * (1e-3 + kappas[k]));
            assert_int_equal(fit.usl_preferred, kappas[k] > 0);
            assert_int_equal(isnan(fit.usl.kappa_error), kappas[k] == 0);
            assert_int_equal(isnan(fit.usl.sigma_error), sigmas[s] == 0 || sigmas[s] == 1);
        }
    }
}

/* What a nominal 95% interval covers of 400 noisy data sets, by Student's t of 10 - 3 degrees of
 * freedom; the binomial's own error is 1.1%. Also that the estimates are not biased. */
static void standard_errors_cover(void **state)
{
    (void)state;
    const double t7 = 2.3646, sigma = 0.05, kappa = 1e-3;
    enum { TRIES = 400 };
    struct scaling_point points[COUNT(sweep)];
    uint64_t seed = 20261123;
    unsigned sigma_within = 0, kappa_within = 0;
    double sigma_sum = 0, kappa_sum = 0, residual_sum = 0;
    for (int i = 0; i < TRIES; i++) {
        fill(points, 1e9, sigma, kappa, 0.02, &seed);
        const struct scaling_law usl = fitted(points, COUNT(points)).usl;
        sigma_within += fabs(usl.sigma - sigma) <= t7 * usl.sigma_error;
        kappa_within += fabs(usl.kappa - kappa) <= t7 * usl.kappa_error;
        sigma_sum += usl.sigma;
        kappa_sum += usl.kappa;
        residual_sum += usl.residual * usl.residual;
    }
    assert_in_range(sigma_within, TRIES * 92 / 100, TRIES * 98 / 100);
    assert_in_range(kappa_within, TRIES * 92 / 100, TRIES * 98 / 100);
    assert_near("noisy", "mean sigma", sigma_sum / TRIES, sigma, 0.02 * sigma);
    assert_near("noisy", "mean kappa", kappa_sum / TRIES, kappa, 0.02 * kappa);
    assert_near("noisy", "mean squared residual", residual_sum / TRIES, 4e-4, 4e-5);
}

/* Of data without coherency the USL is chosen seldom, of data with a clear one always. */
static void the_right_law_is_preferred(void **state)
{
    (void)state;
    enum { TRIES = 300 };
    struct scaling_point points[COUNT(sweep)];
    uint64_t seed = 7;
    unsigned without = 0, with = 0;
    for (int i = 0; i < TRIES; i++) {
        fill(points, 1e9, 0.05, 0, 0.02, &seed);
        without += fitted(points, COUNT(points)).usl_preferred;
        fill(points, 1e9, 0.05, 2e-3, 0.02, &seed);
        with += fitted(points, COUNT(points)).usl_preferred;
    }
    assert_in_range(without, 0, TRIES * 5 / 100);
    assert_in_range(with, TRIES * 99 / 100, TRIES);
}

static void order_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scaling_references); i++) {
        const struct scaling_reference *set = &scaling_references[i];
        struct scaling_point points[POINTS_MOST];
        uint64_t seed = i;
        for (size_t j = 0; j < set->n; j++) {
            const size_t other = (size_t)mix_below(&seed, j + 1);
            points[j] = points[other];
            points[other] = set->points[j];
        }
        const struct scaling_fit fit = fitted(set->points, set->n);
        const struct scaling_fit mixed = fitted(points, set->n);
        assert_true(mixed.usl.sigma == fit.usl.sigma && mixed.usl.kappa == fit.usl.kappa &&
                    mixed.usl.t1_ns == fit.usl.t1_ns && mixed.amdahl.sigma == fit.amdahl.sigma);
    }
}

static void the_unit_of_time_changes_t1_alone(void **state)
{
    (void)state;
    const double scales[] = {1e-9, 0.37, 1e12};
    for (size_t i = 0; i < COUNT(scaling_references); i++) {
        const struct scaling_reference *set = &scaling_references[i];
        const struct scaling_fit fit = fitted(set->points, set->n);
        for (size_t s = 0; s < COUNT(scales); s++) {
            struct scaling_point points[POINTS_MOST];
            for (size_t j = 0; j < set->n; j++)
                points[j] = (struct scaling_point){set->points[j].workers,
                                                   scales[s] * set->points[j].wall_ns};
            struct scaling_fit scaled = fitted(points, set->n);
            assert_int_equal(scaled.usl_preferred, fit.usl_preferred);
            scaled.usl.t1_ns /= scales[s];
            scaled.usl.t1_error /= scales[s];
            check_law(set->name, &scaled.usl, &fit.usl);
        }
    }
}

static double squared_errors(const struct scaling_point *points, size_t n, double sigma,
                             double kappa)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += log(points[i].wall_ns) - log(time_of(points[i].workers, 1, sigma, kappa));
    for (size_t i = 0; i < n; i++) {
        const double error = log(points[i].wall_ns) -
                             log(time_of(points[i].workers, 1, sigma, kappa)) - sum / (double)n;
        squares += error * error;
    }
    return squares;
}

static void check_bounds(const char *set, const struct scaling_law *law)
{
    const bool kept = isfinite(law->t1_ns) && law->t1_ns > 0 && law->sigma >= 0 &&
                      law->sigma <= 1 && law->kappa >= 0 && law->kappa <= SCALING_KAPPA_MOST &&
                      isfinite(law->residual) && isfinite(law->aicc);
    if (!kept)
        fail_msg("%s: t1 %g, sigma %g, kappa %g, residual %g, AICc %g", set, law->t1_ns, law->sigma,
                 law->kappa, law->residual, law->aicc);
    assert_false(isinf(law->sigma_error) || isinf(law->kappa_error) || isinf(law->t1_error));
}

/* Whatever the data, parameters are finite and within their bounds, and no point of a grid over the
 * bounds does better. */
static void check_best(const char *set, const struct scaling_point *points, size_t n)
{
    const struct scaling_fit fit = fitted(points, n);
    check_bounds(set, &fit.amdahl);
    check_bounds(set, &fit.usl);
    const double amdahl = squared_errors(points, n, fit.amdahl.sigma, 0);
    const double usl = squared_errors(points, n, fit.usl.sigma, fit.usl.kappa);
    for (int s = 0; s <= 20; s++) {
        for (int k = -1; k <= 80; k++) {
            const double kappa = k < 0 ? 0 : pow(10, -10 + 0.2 * k);
            const double squares = squared_errors(points, n, s / 20.0, kappa);
            if (squares < usl * (1 - 1e-6) - 1e-18 ||
                (kappa == 0 && squares < amdahl * (1 - 1e-6) - 1e-18))
                fail_msg("%s: sigma %g, kappa %g leave %.12g, the fit %.12g (Amdahl %.12g)", set,
                         s / 20.0, kappa, squares, usl, amdahl);
        }
    }
}

static void bounds_hold_for_super_linear_data(void **state)
{
    (void)state;
    struct scaling_point points[COUNT(sweep)];
    for (size_t i = 0; i < COUNT(sweep); i++)
        points[i] = (struct scaling_point){sweep[i], 1e9 / pow(sweep[i], 1.3)};
    check_best("super-linear", points, COUNT(points));
    const struct scaling_fit fit = fitted(points, COUNT(points));
    assert_true(fit.usl.sigma == 0 && fit.usl.kappa == 0 && fit.amdahl.sigma == 0);
    assert_true(isnan(fit.usl.sigma_error) && isnan(fit.usl.kappa_error));
    assert_false(fit.usl_preferred);
}

static void degenerate_data_do_no_harm(void **state)
{
    (void)state;
    static const struct scaling_point sets[][6] = {
        {{1, 5}, {2, 5}, {3, 5}, {4, 5}, {5, 5}, {6, 5}},
        {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}},
        {{1, 1}, {2, 1e3}, {3, 1e6}, {4, 1e9}, {5, 1e12}, {6, 1e15}},
        {{1, 1e15}, {2, 1e12}, {3, 1e9}, {4, 1e6}, {5, 1e3}, {6, 1}},
        {{50, 1}, {60, 1e2}, {70, 1e4}, {80, 1e6}, {90, 1e8}, {100, 1e10}},
        {{1, 60}, {2, 30}, {3, 20}, {4, 15}, {5, 12}, {1e9, 11}},
        {{1, 60}, {2, 30}, {3, 20}, {4, 15}, {5, 12}, {1.8e19, 1.8e19}},
        {{1e20, 6}, {9e19, 5}, {8e19, 4}, {7e19, 9}, {6e19, 2}, {5e19, 1}},
        {{1, DBL_MIN}, {2, DBL_MAX}, {3, 1}, {4, DBL_MAX}, {5, DBL_MIN}, {6, 1}},
        {{1, 9e18}, {2, 1}, {4, 9e18}, {8, 1}, {16, 9e18}, {32, 1}},
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        char name[24];
        snprintf(name, sizeof name, "set %zu", i);
        check_best(name, sets[i], COUNT(sets[i]));
    }
}

static void any_data_are_fitted_best(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int try = 0; try < 200; try++) {
        struct scaling_point points[20];
        const size_t n = 6 + (size_t)mix_below(&seed, COUNT(points) - 5);
        const double first = 1 + (double)mix_below(&seed, 10), spread = 3 * uniform(&seed);
        const double slope = 4 * uniform(&seed) - 2;
        double workers = first;
        for (size_t i = 0; i < n; i++, workers += 1 + (double)mix_below(&seed, 8))
            points[i] = (struct scaling_point){workers, 1e9 * pow(workers, slope) *
                                                            exp(spread * normal(&seed))};
        check_best("random", points, n);
    }
}

static void too_few_or_wrong_points_are_refused(void **state)
{
    (void)state;
    struct scaling_point points[] = {{1, 9}, {2, 8}, {3, 7}, {4, 6}, {5, 5}, {5, 4}, {1, 8}};
    struct scaling_fit fit;
    assert_int_equal(scaling_fit(points, COUNT(points), &fit), -EDOM);
    assert_int_equal(fit.counts, 5);
    assert_int_equal(fit.points, 7);
    assert_int_equal(scaling_fit(points, 0, &fit), -EDOM);
    assert_int_equal(scaling_fit(NULL, 0, &fit), -EDOM);
    points[6].workers = 6;
    assert_int_equal(scaling_fit(points, COUNT(points), &fit), 0);
    assert_int_equal(fit.counts, 6);
    const struct scaling_point wrong[] = {{0, 5},   {0.5, 5}, {1, 0},        {1, -3},
                                          {1, NAN}, {NAN, 1}, {INFINITY, 1}, {1, INFINITY},
                                          {-1, 5},  {1e21, 5}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        points[2] = wrong[i];
        assert_int_equal(scaling_fit(points, COUNT(points), &fit), -EINVAL);
    }
}

static void knee_and_peak_follow_from_the_law(void **state)
{
    (void)state;
    const struct scaling_law usl = {.t1_ns = 1, .sigma = 0.19, .kappa = 0.0001};
    assert_near("usl", "knee", scaling_law_knee(&usl), 90, 1e-9);
    assert_near("usl", "peak", scaling_law_peak(&usl), 90 / (1 + 0.19 * 89 + 0.0001 * 90 * 89),
                1e-9);
    for (double n = 1; n < 400; n++)
        assert_true(scaling_law_speedup(&usl, n) <= scaling_law_peak(&usl));
    const struct scaling_law amdahl = {.t1_ns = 1, .sigma = 0.05};
    assert_true(isinf(scaling_law_knee(&amdahl)));
    assert_near("amdahl", "peak", scaling_law_peak(&amdahl), 20, 1e-9);
    assert_near("amdahl", "speed-up", scaling_law_speedup(&amdahl, 20), 20 / 1.95, 1e-9);
    const struct scaling_law ideal = {.t1_ns = 1};
    assert_true(isinf(scaling_law_peak(&ideal)));
    const struct scaling_law losing = {.t1_ns = 1, .sigma = 0.5, .kappa = 2};
    assert_near("losing", "knee", scaling_law_knee(&losing), 0.5, 1e-9);
    assert_near("losing", "peak", scaling_law_peak(&losing), 1, 1e-9);
    assert_near("one", "speed-up", scaling_law_speedup(&usl, 1), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_laws_match_scipy),
        cmocka_unit_test(exact_data_give_their_parameters_back),
        cmocka_unit_test(standard_errors_cover),
        cmocka_unit_test(the_right_law_is_preferred),
        cmocka_unit_test(order_changes_nothing),
        cmocka_unit_test(the_unit_of_time_changes_t1_alone),
        cmocka_unit_test(bounds_hold_for_super_linear_data),
        cmocka_unit_test(degenerate_data_do_no_harm),
        cmocka_unit_test(any_data_are_fitted_best),
        cmocka_unit_test(too_few_or_wrong_points_are_refused),
        cmocka_unit_test(knee_and_peak_follow_from_the_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
