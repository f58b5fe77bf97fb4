/* Against all pairs written down, and the tests of rank_tests.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/hodges_lehmann.h"
#include "bench/stats/rank_tests.h"
#include "bench/util/mix.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { VALUES_MOST = 120 };

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static void draw(double *values, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        const double u = (double)(mix_next(seed) >> 11) / 0x1p53;
        values[i] = 2 * u * u - 0.4;
    }
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double middle_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void estimates_are_medians_of_pairs(void **state)
{
    (void)state;
    static double a[VALUES_MOST], b[VALUES_MOST], pairs[VALUES_MOST * VALUES_MOST];
    uint64_t seed = 3;
    for (size_t m = 1; m <= 30; m++) {
        const size_t n = 1 + m * 7 % 23;
        draw(a, m, &seed);
        draw(b, n, &seed);
        size_t count = 0;
        for (size_t i = 0; i < m; i++)
            for (size_t j = i; j < m; j++)
                pairs[count++] = (a[i] + a[j]) / 2;
        assert_near("mean", stats_pseudo_median(a, m, 0.95).at, middle_of(pairs, count), 1e-15);
        count = 0;
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                pairs[count++] = b[j] - a[i];
        assert_near("shift", stats_shift(a, m, b, n, 0.95).at, middle_of(pairs, count), 1e-15);
    }
}

/* p of the test whether the sample lies at `at`, or b lies so far above a. */
static double p_at(const double *a, size_t m, const double *b, size_t n, double at)
{
    double moved[VALUES_MOST];
    const double *from = b ? b : a;
    const size_t count = b ? n : m;
    for (size_t i = 0; i < count; i++)
        moved[i] = from[i] - at;
    return b ? stats_mann_whitney(a, m, moved, n) : stats_signed_rank(moved, m);
}

static void assert_inverts(const double *a, size_t m, const double *b, size_t n, double level)
{
    const struct location got =
        b ? stats_shift(a, m, b, n, level) : stats_pseudo_median(a, m, level);
    const double little = 1e-9;
    const struct interval *range = &got.interval;
    const double least = b ? stats_mann_whitney_least(m, n) : stats_signed_rank_least(m);
    /* By the normal distribution one value may be too few where the exact test allows it. */
    if (m <= 50 && n <= 50)
        assert_int_equal(range->exists, least <= 1 - level);
    if (!range->exists)
        return;
    assert_true(range->lo <= got.at && got.at <= range->hi);
    assert_true(p_at(a, m, b, n, range->lo + little) > 1 - level);
    assert_true(p_at(a, m, b, n, range->hi - little) > 1 - level);
    assert_true(p_at(a, m, b, n, range->lo - little) <= 1 - level);
    assert_true(p_at(a, m, b, n, range->hi + little) <= 1 - level);
}

/* Exact ones, and above 50 the normal distribution, as the tests do it. */
static void intervals_hold_what_the_tests_do_not_reject(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 20, 37, 50, 51, 80, 120};
    static double a[VALUES_MOST], b[VALUES_MOST];
    uint64_t seed = 9;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        draw(a, sizes[i], &seed);
        assert_inverts(a, sizes[i], NULL, 0, 0.95);
        assert_inverts(a, sizes[i], NULL, 0, 0.90);
        for (size_t j = 0; j < COUNT(sizes); j += 3) {
            draw(b, sizes[j], &seed);
            assert_inverts(a, sizes[i], b, sizes[j], 0.95);
        }
    }
}

static void many_values_are_no_trouble(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    double *values = calloc(MANY, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < MANY; i++)
        values[i] = (double)((i * 7919) % MANY) - 0.5 * MANY; /* each once */
    const struct location one = stats_pseudo_median(values, MANY, 0.95);
    const struct location two = stats_shift(values, MANY, values, MANY, 0.95);
    assert_near("one", one.at, -0.5, 0.5);
    assert_near("two", two.at, 0, 0);
    /* 1.96 standard errors of a uniform distribution's mean, which this one's estimate has too. */
    assert_near("one", one.interval.hi - one.at, 1.96 * sqrt(MANY / 12.0), 1);
    assert_near("two", two.interval.hi, 1.96 * sqrt(MANY / 6.0), 2);
    free(values);
}

static void odd_input(void **state)
{
    (void)state;
    const double zeros[8] = {0.0}, one[] = {-3.0};
    assert_true(isnan(stats_pseudo_median(NULL, 0, 0.95).at));
    assert_true(isnan(stats_shift(NULL, 0, one, 1, 0.95).at));
    assert_true(isnan(stats_shift(one, 1, NULL, 0, 0.95).at));
    assert_false(stats_pseudo_median(NULL, 0, 0.95).interval.exists);
    assert_near("one", stats_pseudo_median(one, 1, 0.95).at, -3, 0);
    assert_near("shift", stats_shift(one, 1, zeros, 8, 0.95).at, 3, 0);
    const struct location flat = stats_pseudo_median(zeros, 8, 0.95);
    assert_true(flat.interval.exists);
    assert_near("lo", flat.interval.lo, 0, 0);
    assert_near("hi", flat.interval.hi, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_medians_of_pairs),
        cmocka_unit_test(intervals_hold_what_the_tests_do_not_reject),
        cmocka_unit_test(many_values_are_no_trouble),
        cmocka_unit_test(odd_input),
    };
    return cmocka_run_group_tests_name("hodges_lehmann", tests, NULL, NULL);
}
