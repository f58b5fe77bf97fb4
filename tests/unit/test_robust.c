/* Fences, outliers and drift: against scipy's values (reference/rank_reference.py), values
 * worked out by hand, and what must hold for any series. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/robust.h"
#include "bench/stats/stats.h"
#include "bench/util/mix.h"
#include "tests/unit/reference/rank_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static double uniform(uint64_t *seed)
{
    return ((double)(mix_next(seed) >> 11) + 0.5) / 0x1p53;
}

static void sorted_quantile_is_the_quantile(void **state)
{
    (void)state;
    const double sorted[] = {-3.5, 0.1, 0.1, 2.0, 2.7, 9.0, 1e9};
    for (size_t n = 1; n <= COUNT(sorted); n++)
        for (int i = -10; i <= 110; i++)
            assert_near("quantile", stats_sorted_quantile(sorted, n, i / 100.0),
                        stats_quantile(sorted, n, i / 100.0), 0.0);
    assert_true(isnan(stats_sorted_quantile(sorted, 0, 0.5)));
}

static void fences_stand_where_tukey_put_them(void **state)
{
    (void)state;
    /* Quartiles 20 and 40 of 10, 20, 30, 40, 50. */
    const double values[] = {50.0, 10.0, 40.0, 20.0, 30.0};
    struct fences fences = stats_fences(values, COUNT(values), 3.0);
    assert_near("lo", fences.lo, -40.0, 0.0);
    assert_near("hi", fences.hi, 100.0, 0.0);
    fences = stats_fences(values, COUNT(values), 1.5);
    assert_near("lo", fences.lo, -10.0, 0.0);
    assert_near("hi", fences.hi, 70.0, 0.0);
}

static void few_values_are_never_outliers(void **state)
{
    (void)state;
    const double values[] = {1.0, 1.0, 1e6, 1.0};
    for (size_t n = 0; n < 4; n++) {
        struct fences fences = stats_fences(values, n, 3.0);
        assert_true(fences.lo <= -INFINITY);
        assert_true(fences.hi >= INFINITY);
        assert_int_equal(stats_outliers(values, n, 3.0, NULL, NULL), 0);
    }
    assert_true(stats_fences(values, 4, 3.0).hi < INFINITY);
}

static void outliers_are_counted_on_both_sides(void **state)
{
    (void)state;
    /* Quartiles 102 and 105, so that the fences of factor 3 stand at 93 and 114; on one is not out.
     */
    const double values[] = {102.0, 105.0, 93.0,  114.0, 103.0, 104.0, 92.9,
                             103.5, 114.1, 102.0, 105.0, 200.0, 103.0};
    size_t low = 99, high = 99;
    assert_int_equal(stats_outliers(values, COUNT(values), 3.0, &low, &high), 3);
    assert_int_equal(low, 1);
    assert_int_equal(high, 2);
    assert_int_equal(stats_outliers(values, COUNT(values), 1000.0, &low, &high), 0);
    assert_int_equal(low + high, 0);
}

static void trends_match_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_series); i++) {
        const struct reference_series *series = &reference_series[i];
        double p;
        double slope = stats_trend(series->values, series->n, &p);
        assert_near(series->name, slope, series->relative, 1e-13 * fabs(series->relative));
        assert_near(series->name, p, series->p, 1e-11 * series->p);
        assert_near(series->name, stats_trend(series->values, series->n, NULL), slope, 0.0);
    }
}

static void short_or_zero_series_have_no_trend(void **state)
{
    (void)state;
    const double rising[] = {1.0, 2.0, 3.0, 4.0}, around_zero[] = {-2.0, -1.0, 1.0, 2.0};
    double p = 0.0;
    for (size_t n = 0; n < 4; n++) {
        assert_near("slope", stats_trend(rising, n, &p), 0.0, 0.0);
        assert_near("p", p, 1.0, 0.0);
    }
    assert_near("slope", stats_trend(rising, 4, &p), 0.4, 1e-15);
    assert_true(p < 0.1);
    assert_near("median 0", stats_trend(around_zero, 4, &p), 0.0, 0.0);
    assert_true(p < 0.1);
}

static void trend_turns_round_and_scales(void **state)
{
    (void)state;
    enum { N = 61 };
    uint64_t seed = 12;
    double values[N], backwards[N], scaled[N], shifted[N], before[N];
    for (size_t i = 0; i < N; i++) {
        values[i] = (double)(1000 + mix_below(&seed, 40) + i / 3);
        backwards[N - 1 - i] = values[i];
        scaled[i] = 4.0 * values[i];
        shifted[i] = values[i] + 4096.0;
    }
    memcpy(before, values, sizeof values);
    double p, p_backwards, p_scaled, p_shifted;
    double slope = stats_trend(values, N, &p);
    assert_true(slope > 0.0 && p < 0.05);
    assert_near("backwards", stats_trend(backwards, N, &p_backwards), -slope, 1e-18);
    assert_near("scaled", stats_trend(scaled, N, &p_scaled), slope, 0.0);
    double median = stats_median(values, N);
    assert_near("shifted", stats_trend(shifted, N, &p_shifted), slope * median / (median + 4096.0),
                1e-15);
    assert_near("backwards", p_backwards, p, 0.0);
    assert_near("scaled", p_scaled, p, 0.0);
    assert_near("shifted", p_shifted, p, 0.0);
    assert_memory_equal(before, values, sizeof values);
}

static void one_odd_value_does_not_make_a_trend(void **state)
{
    (void)state;
    double values[20];
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = 100.0 + (double)(i % 2);
    values[0] = 1e6;
    double p;
    assert_near("slope", stats_trend(values, COUNT(values), &p), 0.0, 0.0);
    assert_true(p > 0.2);
}

/* The slope stays one per step of the whole series, however many values were left out. */
static void long_series_are_thinned(void **state)
{
    (void)state;
    static const size_t lengths[] = {500, 501, 1000, 1001, 30000};
    for (size_t l = 0; l < COUNT(lengths); l++) {
        size_t n = lengths[l];
        double *values = calloc(n, sizeof *values);
        assert_non_null(values);
        uint64_t seed = l;
        for (size_t i = 0; i < n; i++)
            values[i] = 1000.0 + 100.0 * (double)i / (double)n + uniform(&seed);
        double p, slope = stats_trend(values, n, &p);
        /* 100 of a median of 1050 in n steps. */
        assert_near("slope", slope * (double)n, 100.0 / 1050.0, 2e-3);
        assert_true(p < 1e-100);
        free(values);
    }
}

/* Of 1,000 every second is taken: what lies between them has no say but in the median. */
static void thinning_takes_every_second_of_a_thousand(void **state)
{
    (void)state;
    enum { N = 1000 };
    double values[N], taken[N / 2];
    uint64_t seed = 13;
    for (size_t i = 0; i < N; i++)
        values[i] = i % 2 ? 1e9 * uniform(&seed) : 100.0 + uniform(&seed) + 1e-4 * (double)i;
    for (size_t i = 0; i < N / 2; i++)
        taken[i] = values[2 * i];
    double p, p_taken, slope = stats_trend(values, N, &p);
    double slope_taken = stats_trend(taken, N / 2, &p_taken);
    assert_true(p_taken > 0.0 && p_taken < 1.0);
    assert_near("p", p, p_taken, 0.0);
    slope_taken *= stats_median(taken, N / 2) / stats_median(values, N) / 2.0;
    assert_near("slope", slope, slope_taken, 1e-12 * fabs(slope_taken));
}

static void p_holds_its_promise_without_a_trend(void **state)
{
    (void)state;
    enum { ROUNDS = 2000, N = 20 };
    uint64_t seed = 14;
    unsigned below = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double values[N], p;
        for (size_t i = 0; i < N; i++)
            values[i] = 10.0 - log(uniform(&seed));
        stats_trend(values, N, &p);
        below += p <= 0.05;
    }
    assert_near("share", (double)below / ROUNDS, 0.05, 4.0 * sqrt(0.05 * 0.95 / ROUNDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_quantile_is_the_quantile),
        cmocka_unit_test(fences_stand_where_tukey_put_them),
        cmocka_unit_test(few_values_are_never_outliers),
        cmocka_unit_test(outliers_are_counted_on_both_sides),
        cmocka_unit_test(trends_match_the_reference),
        cmocka_unit_test(short_or_zero_series_have_no_trend),
        cmocka_unit_test(trend_turns_round_and_scales),
        cmocka_unit_test(one_odd_value_does_not_make_a_trend),
        cmocka_unit_test(long_series_are_thinned),
        cmocka_unit_test(thinning_takes_every_second_of_a_thousand),
        cmocka_unit_test(p_holds_its_promise_without_a_trend),
    };
    return cmocka_run_group_tests_name("robust", tests, NULL, NULL);
}
