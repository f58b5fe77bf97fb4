/* Against scipy's values (reference/rank_reference.py), and against what must hold for
 * any samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/rank_tests.h"
#include "bench/util/mix.h"
#include "tests/unit/reference/rank_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static void assert_close(const char *what, double got, double expected)
{
    assert_near(what, got, expected, 1e-11 * fabs(expected));
}

static double uniform(uint64_t *seed)
{
    return ((double)(mix_next(seed) >> 11) + 0.5) / 0x1p53;
}

static void mann_whitney_matches_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_pairs); i++) {
        const struct reference_pair *pair = &reference_pairs[i];
        assert_close(pair->name, stats_mann_whitney(pair->a, pair->m, pair->b, pair->n), pair->p);
    }
}

static void signed_rank_matches_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_differences); i++) {
        const struct reference_differences *set = &reference_differences[i];
        assert_close(set->name, stats_signed_rank(set->values, set->n), set->p);
    }
}

static void holm_matches_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_holms); i++) {
        const struct reference_holm *set = &reference_holms[i];
        double p[8];
        assert_true(set->n <= COUNT(p));
        memcpy(p, set->p, set->n * sizeof *p);
        stats_holm(p, set->n);
        for (size_t j = 0; j < set->n; j++)
            assert_near(set->name, p[j], set->adjusted[j], 1e-15);
    }
}

static void least_p_matches_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reference_leasts); i++) {
        const struct reference_least *least = &reference_leasts[i];
        assert_close("least", stats_mann_whitney_least(least->m, least->n), least->p);
        assert_close("swapped", stats_mann_whitney_least(least->n, least->m), least->p);
    }
    assert_close("n = 0", stats_signed_rank_least(0), 1.0);
    assert_close("n = 1", stats_signed_rank_least(1), 1.0);
    assert_close("n = 6", stats_signed_rank_least(6), 0.03125);
    assert_near("n = 5000", stats_signed_rank_least(5000), 0.0, 0.0);
}

static void least_p_is_that_of_samples_apart(void **state)
{
    (void)state;
    double low[12], high[12];
    for (size_t i = 0; i < COUNT(low); i++) {
        low[i] = (double)i + 1.0;
        high[i] = (double)i + 100.0;
    }
    for (size_t m = 1; m <= COUNT(low); m++) {
        assert_close("signed", stats_signed_rank(low, m), stats_signed_rank_least(m));
        for (size_t n = 1; n <= COUNT(high); n++)
            assert_close("apart", stats_mann_whitney(low, m, high, n),
                         stats_mann_whitney_least(m, n));
    }
}

static void nothing_and_all_equal(void **state)
{
    (void)state;
    const double same[60] = {0.0};
    const double one = 1.0;
    assert_true(isnan(stats_mann_whitney(NULL, 0, &one, 1)));
    assert_true(isnan(stats_mann_whitney(&one, 1, NULL, 0)));
    assert_true(isnan(stats_signed_rank(NULL, 0)));
    assert_near("few", stats_mann_whitney(same, 5, same, 7), 1.0, 0.0);
    assert_near("many", stats_mann_whitney(same, 60, same, 55), 1.0, 0.0);
    assert_near("zeros", stats_signed_rank(same, 60), 1.0, 0.0);
    stats_holm(NULL, 0);
}

/* Order, swapping sides, shift and scale leave every rank where it was; so does exp for U. */
static void mann_whitney_sees_only_ranks(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 2}, {6, 9}, {20, 20}, {80, 30}};
    uint64_t seed = 3;
    for (size_t s = 0; s < COUNT(sizes) * 20; s++) {
        size_t m = sizes[s % COUNT(sizes)][0], n = sizes[s % COUNT(sizes)][1];
        double a[80], b[80], a_moved[80], b_moved[80], a_grown[80], b_grown[80];
        uint64_t most = s % 2 ? 12 : 1000000; /* with and without ties */
        for (size_t i = 0; i < m; i++) {
            a[i] = (double)mix_below(&seed, most);
            a_moved[m - 1 - i] = 4.0 * a[i] - 1000.0;
            a_grown[i] = exp(a[i] / (double)most);
        }
        for (size_t i = 0; i < n; i++) {
            b[i] = (double)mix_below(&seed, most + most / 4);
            b_moved[n - 1 - i] = 4.0 * b[i] - 1000.0;
            b_grown[i] = exp(b[i] / (double)most);
        }
        double before[80];
        memcpy(before, a, m * sizeof *a);
        double p = stats_mann_whitney(a, m, b, n);
        assert_true(p > 0.0 && p <= 1.0);
        assert_close("swapped", stats_mann_whitney(b, n, a, m), p);
        assert_near("moved", stats_mann_whitney(a_moved, m, b_moved, n), p, 0.0);
        assert_near("grown", stats_mann_whitney(a_grown, m, b_grown, n), p, 0.0);
        assert_memory_equal(before, a, m * sizeof *a);
    }
}

static void signed_rank_sees_only_ranks_and_signs(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 30, 50, 51, 90};
    uint64_t seed = 4;
    for (size_t s = 0; s < COUNT(sizes) * 10; s++) {
        size_t n = sizes[s % COUNT(sizes)];
        double values[90], scaled[90], mirrored[90], with_zeros[93] = {0.0};
        int64_t most = s % 2 ? 8 : 1000000;
        for (size_t i = 0; i < n; i++) {
            values[i] = (double)((int64_t)mix_below(&seed, (uint64_t)(3 * most)) - most);
            scaled[n - 1 - i] = 4.0 * values[i];
            mirrored[i] = -values[i];
            with_zeros[i + i / 30] = values[i];
        }
        double p = stats_signed_rank(values, n);
        assert_true(p > 0.0 && p <= 1.0);
        assert_near("scaled", stats_signed_rank(scaled, n), p, 0.0);
        assert_close("mirrored", stats_signed_rank(mirrored, n), p);
        assert_near("zeros", stats_signed_rank(with_zeros, n + 3), p, 0.0);
    }
}

/* With no difference a p of at most x comes up in at most a share x of samples. */
static void p_holds_its_promise_without_a_difference(void **state)
{
    (void)state;
    enum { ROUNDS = 4000 };
    static const double levels[] = {0.01, 0.05, 0.2};
    static const size_t sizes[][2] = {{5, 6}, {12, 10}, {60, 51}};
    uint64_t seed = 6;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        unsigned below[COUNT(levels)] = {0}, signed_below[COUNT(levels)] = {0};
        for (unsigned round = 0; round < ROUNDS; round++) {
            double values[111], centred[60];
            size_t m = sizes[s][0], n = sizes[s][1];
            for (size_t i = 0; i < m + n; i++)
                values[i] = -log(uniform(&seed));
            for (size_t i = 0; i < m; i++)
                centred[i] = uniform(&seed) - 0.5;
            double p = stats_mann_whitney(values, m, values + m, n);
            double signed_p = stats_signed_rank(centred, m);
            for (size_t i = 0; i < COUNT(levels); i++) {
                below[i] += p <= levels[i];
                signed_below[i] += signed_p <= levels[i];
            }
        }
        for (size_t i = 0; i < COUNT(levels); i++) {
            double most = levels[i] + 4.0 * sqrt(levels[i] * (1.0 - levels[i]) / ROUNDS);
            assert_true((double)below[i] / ROUNDS <= most);
            assert_true((double)signed_below[i] / ROUNDS <= most);
        }
        /* and it is no empty promise: half of it is used up at 0.2 by all of these */
        assert_true((double)below[2] / ROUNDS >= 0.1);
        assert_true((double)signed_below[2] / ROUNDS >= 0.1);
    }
}

/* One tie among 50 ends the exact tests; the approximation must go on where they stopped. */
static void exact_and_approximate_meet(void **state)
{
    (void)state;
    enum { N = 50 };
    for (size_t shift = 0; shift <= 9; shift += 3) {
        double a[N], b[N], differences[N];
        for (size_t i = 0; i < N; i++) {
            a[i] = 2.0 * (double)i;
            b[i] = 2.0 * (double)i + 1.0 + 2.0 * (double)shift;
            differences[i] = (i % 2 ? 1.0 : -1.0) * ((double)i + 1.1) + (double)shift;
        }
        double exact = stats_mann_whitney(a, N, b, N);
        double exact_w = stats_signed_rank(differences, N);
        a[N - 1] = b[N - 1 - shift];
        differences[N - 1] = fabs(differences[N - 2]);
        double tied = stats_mann_whitney(a, N, b, N);
        double tied_w = stats_signed_rank(differences, N);
        assert_near("U", log(tied), log(exact), 0.1);
        assert_near("W", log(tied_w), log(exact_w), 0.1);
        assert_true(fabs(tied - exact) + fabs(tied_w - exact_w) > 0.0);
    }
}

/* The sums of 400,000 ranks and of their ties cubed stay finite and right. */
static void large_samples_stay_in_range(void **state)
{
    (void)state;
    enum { N = 200000 };
    double *values = calloc(2 * N, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < N; i++) {
        values[i] = (double)((i * 7919) % N) * 2.0;
        values[N + i] = values[i] + 1.0;
    }
    /* U is N/2 from its mean, which is far less than its spread, sqrt(N^3/6). */
    assert_true(stats_mann_whitney(values, N, values + N, N) > 0.99);
    for (size_t i = 0; i < N; i++)
        values[N + i] += 2000.0;
    double p = stats_mann_whitney(values, N, values + N, N);
    assert_true(p > 0.0 && p < 1e-4);
    for (size_t i = 0; i < 2 * N; i++)
        values[i] = i == 0 ? 0.0 : 1.0;
    /* One value of N + N is lower: as likely in a as in b. */
    assert_near("one differs", stats_mann_whitney(values, N, values + N, N), 0.317, 0.001);
    assert_true(stats_signed_rank(values + 1, N) < 1e-300);
    free(values);
}

static void holm_keeps_order_and_leaves_nan(void **state)
{
    (void)state;
    enum { N = 40 };
    uint64_t seed = 8;
    double p[N], adjusted[N], backwards[N];
    unsigned counted = 0;
    for (size_t i = 0; i < N; i++) {
        p[i] = i % 7 == 3 ? NAN : pow(uniform(&seed), 4.0);
        counted += isnan(p[i]) ? 0 : 1;
        adjusted[i] = backwards[N - 1 - i] = p[i];
    }
    stats_holm(adjusted, N);
    stats_holm(backwards, N);
    double smallest = 1.0, smallest_adjusted = 1.0;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(isnan(adjusted[i]) != 0, isnan(p[i]) != 0);
        if (isnan(p[i]))
            continue;
        assert_near("backwards", backwards[N - 1 - i], adjusted[i], 0.0);
        assert_true(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
        for (size_t j = 0; j < N; j++)
            assert_false(p[j] <= p[i] && adjusted[j] > adjusted[i]);
        smallest = fmin(smallest, p[i]);
        smallest_adjusted = fmin(smallest_adjusted, adjusted[i]);
    }
    assert_near("smallest", smallest_adjusted, fmin(1.0, counted * smallest), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mann_whitney_matches_the_reference),
        cmocka_unit_test(signed_rank_matches_the_reference),
        cmocka_unit_test(holm_matches_the_reference),
        cmocka_unit_test(least_p_matches_the_reference),
        cmocka_unit_test(least_p_is_that_of_samples_apart),
        cmocka_unit_test(nothing_and_all_equal),
        cmocka_unit_test(mann_whitney_sees_only_ranks),
        cmocka_unit_test(signed_rank_sees_only_ranks_and_signs),
        cmocka_unit_test(p_holds_its_promise_without_a_difference),
        cmocka_unit_test(exact_and_approximate_meet),
        cmocka_unit_test(large_samples_stay_in_range),
        cmocka_unit_test(holm_keeps_order_and_leaves_nan),
    };
    return cmocka_run_group_tests_name("rank tests", tests, NULL, NULL);
}
