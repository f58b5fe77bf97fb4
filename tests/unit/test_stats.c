/* Against exact values made another way (reference/stats_reference.py), and against
 * what must hold for any samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/stats.h"
#include "bench/util/mix.h"
#include "tests/unit/reference/stats_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static void median_and_quantiles_match_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_sets); i++) {
        const struct reference_set *set = &reference_sets[i];
        assert_near(set->name, stats_median(set->values, set->n), set->median, 0.0);
        for (size_t j = 0; j < REFERENCE_PROBABILITIES; j++)
            assert_near(set->name, stats_quantile(set->values, set->n, reference_probabilities[j]),
                        set->quantiles[j], 1e-12 * fabs(set->quantiles[j]));
    }
}

static void intervals_match_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_sets); i++) {
        const struct reference_set *set = &reference_sets[i];
        struct interval interval = stats_median_interval(set->values, set->n, 0.95);
        assert_int_equal(interval.exists, set->k > 0);
        assert_near(set->name, interval.lo, set->lo, 0.0);
        assert_near(set->name, interval.hi, set->hi, 0.0);
    }
}

/* Samples 1..n in a scrambled order show by their value which order statistic was taken. */
static double *ranks(size_t n)
{
    double *values = calloc(n + 1, sizeof *values);
    assert_non_null(values);
    uint64_t seed = n;
    for (size_t i = 0; i < n; i++) {
        size_t j = (size_t)mix_below(&seed, i + 1);
        values[i] = values[j];
        values[j] = (double)(i + 1);
    }
    return values;
}

static void narrowest_pair_is_taken_for_every_n(void **state)
{
    (void)state;
    for (size_t n = 0; n < COUNT(reference_narrowest); n++) {
        size_t k = reference_narrowest[n];
        double *values = ranks(n);
        struct interval interval = stats_median_interval(values, n, 0.95);
        assert_int_equal(interval.exists, k > 0);
        assert_near("lo", interval.lo, k > 0 ? (double)k : 0.0, 0.0);
        assert_near("hi", interval.hi, k > 0 ? (double)(n + 1 - k) : 0.0, 0.0);
        free(values);
    }
}

static void no_interval_below_six(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5, 6};
    for (size_t n = 0; n < 6; n++) {
        struct interval interval = stats_median_interval(values, n, 0.95);
        assert_false(interval.exists);
        assert_false(isnan(interval.lo) || isnan(interval.hi));
    }
    assert_true(stats_median_interval(values, 6, 0.95).exists);
    assert_false(stats_median_interval(values, 6, 0.99).exists);
}

static void coverage_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_coverages); i++) {
        const struct reference_coverage *exact = &reference_coverages[i];
        assert_near("coverage", stats_order_coverage(exact->n, exact->k), exact->coverage, 1e-12);
    }
    assert_near("k = 0", stats_order_coverage(10, 0), 0.0, 0.0);
    assert_near("crossed", stats_order_coverage(10, 6), 0.0, 0.0);
    assert_near("one point", stats_order_coverage(11, 6), 0.0, 0.0);
    assert_near("n = 0", stats_order_coverage(0, 1), 0.0, 0.0);
}

/* 1 - 2/2^6 = 0.96875 and 1 - 2 (1 + 8)/2^8 = 0.9296875 are met exactly, so that
 * they must not be missed by a rounding. */
static void a_level_met_exactly_is_met(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(stats_median_interval(values, 6, 0.96875).exists);
    assert_false(stats_median_interval(values, 6, 0.96876).exists);
    assert_near("lo", stats_median_interval(values, 8, 0.9296875).lo, 2.0, 0.0);
    assert_near("lo", stats_median_interval(values, 8, 0.9297).lo, 1.0, 0.0);
}

static void no_samples_give_no_number(void **state)
{
    (void)state;
    assert_true(isnan(stats_median(NULL, 0)));
    assert_true(isnan(stats_quantile(NULL, 0, 0.5)));
    assert_false(stats_median_interval(NULL, 0, 0.95).exists);
}

static void quantiles_never_leave_the_samples(void **state)
{
    (void)state;
    /* (1 - d) a + d b, the obvious form, rounds away from such samples. */
    const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    const double values[] = {3.0, 0.7, 0.1, 9.3, 2.2};
    double before = -INFINITY;
    for (int i = 0; i <= 1000; i++) {
        double p = i / 1000.0;
        assert_near("same", stats_quantile(same, COUNT(same), p), 0.1, 0.0);
        double now = stats_quantile(values, COUNT(values), p);
        assert_true(now >= before && now >= 0.1 && now <= 9.3);
        before = now;
    }
    assert_near("below 0", stats_quantile(values, COUNT(values), -1.0), 0.1, 0.0);
    assert_near("above 1", stats_quantile(values, COUNT(values), 2.0), 9.3, 0.0);
}

static void order_shift_and_scale_carry_over(void **state)
{
    (void)state;
    enum { N = 37 };
    double values[N], moved[N], backwards[N];
    uint64_t seed = 11;
    for (size_t i = 0; i < N; i++) {
        values[i] = (double)mix_below(&seed, 1000000);
        backwards[N - 1 - i] = values[i];
        moved[i] = 4.0 * values[i] + 1024.0; /* exact in doubles */
    }
    double before[N];
    memcpy(before, values, sizeof values);
    struct interval at = stats_median_interval(values, N, 0.95);
    struct interval back = stats_median_interval(backwards, N, 0.95);
    struct interval after = stats_median_interval(moved, N, 0.95);
    double median = stats_median(values, N);
    assert_near("order", stats_median(backwards, N), median, 0.0);
    assert_near("move", stats_median(moved, N), 4.0 * median + 1024.0, 0.0);
    assert_near("order", back.lo, at.lo, 0.0);
    assert_near("order", back.hi, at.hi, 0.0);
    assert_near("move", after.lo, 4.0 * at.lo + 1024.0, 0.0);
    assert_near("move", after.hi, 4.0 * at.hi + 1024.0, 0.0);
    assert_near("quarter", stats_quantile(moved, N, 0.25),
                4.0 * stats_quantile(values, N, 0.25) + 1024.0, 0.0);
    assert_true(at.lo <= median && median <= at.hi);
    assert_memory_equal(before, values, sizeof values);
}

/* Skewed samples (exponential, median ln 2): how often the interval holds the true
 * median must agree with the stated coverage within four standard errors. */
static void simulated_coverage_is_as_stated(void **state)
{
    (void)state;
    enum { ROUNDS = 4000 };
    static const struct {
        size_t n, k;
    } cases[] = {{6, 1}, {10, 2}, {25, 8}, {40, 14}};
    uint64_t seed = 5;
    for (size_t c = 0; c < COUNT(cases); c++) {
        size_t n = cases[c].n;
        unsigned held = 0;
        for (unsigned round = 0; round < ROUNDS; round++) {
            double values[40];
            for (size_t i = 0; i < n; i++)
                values[i] = -log(((double)(mix_next(&seed) >> 11) + 0.5) / 0x1p53);
            struct interval interval = stats_median_interval(values, n, 0.95);
            held += interval.lo <= log(2.0) && log(2.0) <= interval.hi;
        }
        double stated = stats_order_coverage(n, cases[c].k);
        double error = sqrt(stated * (1.0 - stated) / ROUNDS);
        assert_true(stated >= 0.95);
        assert_near("coverage", (double)held / ROUNDS, stated, 4.0 * error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_and_quantiles_match_the_reference),
        cmocka_unit_test(intervals_match_the_reference),
        cmocka_unit_test(narrowest_pair_is_taken_for_every_n),
        cmocka_unit_test(no_interval_below_six),
        cmocka_unit_test(coverage_is_exact),
        cmocka_unit_test(a_level_met_exactly_is_met),
        cmocka_unit_test(no_samples_give_no_number),
        cmocka_unit_test(quantiles_never_leave_the_samples),
        cmocka_unit_test(order_shift_and_scale_carry_over),
        cmocka_unit_test(simulated_coverage_is_as_stated),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
