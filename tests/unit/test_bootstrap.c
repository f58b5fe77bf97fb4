/* Against resampling value by value, Welch's interval from scipy
 * (reference/rank_reference.py), and what must hold for any samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "bench/stats/bootstrap.h"
#include "bench/util/mix.h"
#include "tests/unit/reference/rank_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { VALUES_MOST = 128, INVOCATIONS_MOST = 12 };

/* One side that owns its values: `count` invocations. */
struct simulated {
    double values[INVOCATIONS_MOST][VALUES_MOST];
    struct samples invocations[INVOCATIONS_MOST];
    struct clusters clusters;
};

static void simulated_begin(struct simulated *side, size_t count)
{
    assert_true(count <= INVOCATIONS_MOST);
    for (size_t i = 0; i < count; i++)
        side->invocations[i] = (struct samples){side->values[i], 0};
    side->clusters = (struct clusters){side->invocations, count};
}

static void simulated_add(struct simulated *side, size_t invocation, double value)
{
    size_t at = side->invocations[invocation].n++;
    assert_true(at < VALUES_MOST);
    side->values[invocation][at] = value;
}

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static void assert_between(const char *what, double got, double lo, double hi)
{
    double rounding = 1e-12 * fabs(got);
    if (!(lo - rounding <= got && got <= hi + rounding))
        fail_msg("%s: got %.17g, expected from %.17g to %.17g", what, got, lo, hi);
}

static double uniform(uint64_t *seed)
{
    return ((double)(mix_next(seed) >> 11) + 0.5) / 0x1p53;
}

static double normal(uint64_t *seed)
{
    return gsl_cdf_ugaussian_Pinv(uniform(seed));
}

static void center_is_the_median_of_medians(void **state)
{
    (void)state;
    const double one[] = {3.0, 1.0, 2.0}, two[] = {10.0, 20.0}, three[] = {7.0};
    const struct samples all[] = {{one, 3}, {two, 2}, {NULL, 0}, {three, 1}};
    assert_near("one", stats_center(&(struct clusters){all, 1}), 2.0, 0.0);
    assert_near("even", stats_center(&(struct clusters){all, 2}), 8.5, 0.0);
    assert_near("empty does not count", stats_center(&(struct clusters){all, 3}), 8.5, 0.0);
    assert_near("all", stats_center(&(struct clusters){all, 4}), 7.0, 0.0);
    assert_true(isnan(stats_center(&(struct clusters){all, 0})));
    assert_true(isnan(stats_center(&(struct clusters){all + 2, 1})));
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double sorted_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

/* What the module says that it does, value by value. */
static double naive_center(const struct clusters *c, uint64_t *seed)
{
    double medians[INVOCATIONS_MOST], drawn[VALUES_MOST];
    for (size_t i = 0; i < c->count; i++) {
        const struct samples *from = &c->invocations[mix_below(seed, c->count)];
        for (size_t j = 0; j < from->n; j++)
            drawn[j] = from->values[mix_below(seed, from->n)];
        medians[i] = sorted_median(drawn, from->n);
    }
    return sorted_median(medians, c->count);
}

enum { NAIVE = 10000, DRAWN = 20000 };

static double naive_at(const double *sorted, double p)
{
    return sorted[(size_t)(fmin(fmax(p, 0.0), 1.0) * (NAIVE - 1))];
}

/* The quantiles that the interval's ends are, for many levels, lie between those of
 * naive resampling a little below and a little above: 0.02, which is 3 standard errors of the
 * difference at the middle and more elsewhere. */
static void assert_same_distribution(const char *what, const struct clusters *a,
                                     const struct clusters *b, size_t units)
{
    double *naive = calloc(NAIVE, sizeof *naive);
    assert_non_null(naive);
    uint64_t seed = units;
    for (size_t i = 0; i < NAIVE; i++)
        naive[i] = naive_center(b, &seed) / (a ? naive_center(a, &seed) : 1.0);
    qsort(naive, NAIVE, sizeof *naive, by_value);
    double n = (double)units;
    for (int i = 1; i < 10; i += 2) {
        double level = i / 10.0;
        double t = gsl_cdf_tdist_Pinv(0.5 + level / 2.0, n - 1.0);
        double tail = gsl_cdf_ugaussian_P(-t * sqrt(n / (n - 1.0)));
        struct interval interval = a ? stats_bootstrap_ratio(a, b, level, DRAWN, 1)
                                     : stats_bootstrap_center(b, level, DRAWN, 1);
        assert_true(interval.exists);
        assert_between(what, interval.lo, naive_at(naive, tail - 0.02),
                       naive_at(naive, tail + 0.02));
        assert_between(what, interval.hi, naive_at(naive, 0.98 - tail),
                       naive_at(naive, 1.02 - tail));
    }
    free(naive);
}

static void repetitions_are_resampled_as_if_drawn_one_by_one(void **state)
{
    (void)state;
    static const size_t sizes[] = {2, 3, 4, 9, 10, 100, 101};
    uint64_t seed = 21;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        static struct simulated side;
        simulated_begin(&side, 1);
        for (size_t i = 0; i < sizes[s]; i++)
            simulated_add(&side, 0, exp(normal(&seed)));
        assert_same_distribution("one invocation", NULL, &side.clusters, sizes[s]);
    }
}

static void invocations_are_resampled_as_if_drawn_one_by_one(void **state)
{
    (void)state;
    static struct simulated a, b;
    uint64_t seed = 22;
    simulated_begin(&a, 7);
    simulated_begin(&b, 8);
    for (size_t i = 0; i < 8; i++) {
        double level_a = normal(&seed), level_b = normal(&seed);
        for (size_t j = 0; j < 1 + i; j++) {
            if (i < 7)
                simulated_add(&a, i, exp(level_a + normal(&seed)));
            simulated_add(&b, i, exp(level_b + normal(&seed)));
        }
    }
    assert_same_distribution("seven", NULL, &a.clusters, 7);
    assert_same_distribution("eight", NULL, &b.clusters, 8);
    assert_same_distribution("ratio", &a.clusters, &b.clusters, 7);
}

/* To 1e-8: what GSL makes of a t quantile with a broken number of degrees. */
static void few_invocations_are_widened_to_welch(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(reference_fews); f++) {
        const struct reference_few *few = &reference_fews[f];
        static struct simulated a, b;
        simulated_begin(&a, few->m);
        simulated_begin(&b, few->n);
        for (size_t repetition = 0; repetition < 5; repetition++) {
            for (size_t i = 0; i < few->m; i++)
                simulated_add(&a, i, few->a[i]);
            for (size_t i = 0; i < few->n; i++)
                simulated_add(&b, i, few->b[i]);
        }
        struct interval got = stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.95, 500, 1);
        assert_near(few->name, got.lo, few->lo, 1e-8);
        assert_near(few->name, got.hi, few->hi, 1e-8 * few->hi);
        got = stats_bootstrap_ratio(&b.clusters, &a.clusters, 0.95, 500, 1);
        assert_near(few->name, got.lo, 1.0 / few->hi, 1e-8);
        assert_near(few->name, got.hi, 1.0 / few->lo, 1e-8 / few->lo);
    }
}

/* Student's t for one degree at 0.975 is tan(0.475 pi). */
static void few_invocations_widen_a_center_too(void **state)
{
    (void)state;
    const double one[] = {-10.0, -10.0}, two[] = {-12.0};
    const struct samples both[] = {{one, 2}, {two, 1}};
    struct interval got = stats_bootstrap_center(&(struct clusters){both, 2}, 0.95, 500, 1);
    double half = tan(0.475 * acos(-1.0));
    assert_near("lo", got.lo, -11.0 - half, 1e-9);
    assert_near("hi", got.hi, -11.0 + half, 1e-9);
}

/* Five still do not stand for themselves, six do: their interval stays among the values. */
static void six_invocations_are_not_widened(void **state)
{
    (void)state;
    static struct simulated side;
    simulated_begin(&side, 6);
    for (size_t i = 0; i < 6; i++)
        simulated_add(&side, i, i < 5 ? 100.0 + (double)i * 0.01 : 104.0);
    struct interval got = stats_bootstrap_center(&side.clusters, 0.95, 2000, 1);
    assert_between("lo", got.lo, 100.0, 100.0199);
    assert_between("hi", got.hi, 100.0301, 104.0);
    side.clusters.invocations++;
    side.clusters.count = 5;
    got = stats_bootstrap_center(&side.clusters, 0.95, 2000, 1);
    assert_true(got.lo < 99.0 && got.hi > 102.0);
}

static void one_unit_has_no_interval(void **state)
{
    (void)state;
    const double values[] = {1.0, 2.0, 3.0};
    const struct samples three[] = {{values, 3}}, one[] = {{values, 1}, {NULL, 0}};
    const struct clusters many = {three, 1}, lone = {one, 2}, empty = {one + 1, 1};
    assert_true(stats_bootstrap_ratio(&many, &many, 0.95, 100, 1).exists);
    assert_false(stats_bootstrap_ratio(&many, &lone, 0.95, 100, 1).exists);
    assert_false(stats_bootstrap_ratio(&lone, &many, 0.95, 100, 1).exists);
    assert_false(stats_bootstrap_ratio(&empty, &many, 0.95, 100, 1).exists);
    assert_false(stats_bootstrap_ratio(&many, &empty, 0.95, 100, 1).exists);
    assert_false(stats_bootstrap_ratio(&many, &many, 0.95, 0, 1).exists);
    assert_true(stats_bootstrap_center(&many, 0.95, 1, 1).exists);
    assert_false(stats_bootstrap_center(&lone, 0.95, 100, 1).exists);
    struct interval interval = stats_bootstrap_center(&empty, 0.95, 100, 1);
    assert_false(interval.exists);
    assert_near("lo", interval.lo, 0.0, 0.0);
    assert_near("hi", interval.hi, 0.0, 0.0);
}

static void make_pair(struct simulated *a, struct simulated *b, size_t count, uint64_t seed)
{
    simulated_begin(a, count);
    simulated_begin(b, count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 12 + i; j++) {
            simulated_add(a, i, 1000.0 + (double)mix_below(&seed, 100));
            simulated_add(b, i, 1010.0 + (double)mix_below(&seed, 120));
        }
}

static void seed_decides(void **state)
{
    (void)state;
    static struct simulated a, b;
    make_pair(&a, &b, 7, 31);
    struct interval first = stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.9, 500, 5);
    struct interval again = stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.9, 500, 5);
    struct interval other = stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.9, 500, 6);
    struct interval high =
        stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.9, 500, 5 + (UINT64_C(1) << 40));
    assert_near("again", again.lo, first.lo, 0.0);
    assert_near("again", again.hi, first.hi, 0.0);
    assert_true(fabs(other.lo - first.lo) + fabs(other.hi - first.hi) > 0.0);
    assert_true(fabs(high.lo - first.lo) + fabs(high.hi - first.hi) > 0.0);
}

static void scale_shift_and_order_carry_over(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 3, 9};
    for (size_t c = 0; c < COUNT(counts); c++) {
        static struct simulated a, b, a_scaled, b_scaled, b_moved;
        make_pair(&a, &b, counts[c], c);
        make_pair(&a_scaled, &b_scaled, counts[c], c);
        make_pair(&a_scaled, &b_moved, counts[c], c);
        for (size_t i = 0; i < counts[c]; i++) {
            size_t n = b.invocations[i].n;
            for (size_t j = 0; j < n; j++) {
                a_scaled.values[i][j] = 4.0 * a.values[i][j];
                b_scaled.values[i][n - 1 - j] = 4.0 * b.values[i][j]; /* backwards */
                b_moved.values[i][n - 1 - j] = 4.0 * b.values[i][j] - 8192.0;
            }
        }
        struct interval at = stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.95, 500, 5);
        struct interval both =
            stats_bootstrap_ratio(&a_scaled.clusters, &b_scaled.clusters, 0.95, 500, 5);
        struct interval over = stats_bootstrap_ratio(&a.clusters, &b_scaled.clusters, 0.95, 500, 5);
        assert_near("both", both.lo, at.lo, 1e-14);
        assert_near("both", both.hi, at.hi, 1e-14);
        assert_near("over", over.lo, 4.0 * at.lo, 1e-14);
        assert_near("over", over.hi, 4.0 * at.hi, 1e-14);
        assert_true(at.lo < at.hi);
        struct interval center = stats_bootstrap_center(&b.clusters, 0.95, 500, 5);
        struct interval moved = stats_bootstrap_center(&b_moved.clusters, 0.95, 500, 5);
        assert_near("moved", moved.lo, 4.0 * center.lo - 8192.0, 1e-9);
        assert_near("moved", moved.hi, 4.0 * center.hi - 8192.0, 1e-9);
        assert_between("center", stats_center(&b.clusters), center.lo, center.hi);
        assert_between("ratio", stats_center(&b.clusters) / stats_center(&a.clusters), at.lo,
                       at.hi);
    }
}

static void equal_values_have_an_interval_of_no_width(void **state)
{
    (void)state;
    static struct simulated side;
    simulated_begin(&side, 7);
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 8; j++)
            simulated_add(&side, i, 0.1);
    struct interval interval = stats_bootstrap_center(&side.clusters, 0.95, 100, 1);
    assert_near("lo", interval.lo, 0.1, 0.0);
    assert_near("hi", interval.hi, 0.1, 0.0);
    interval = stats_bootstrap_ratio(&side.clusters, &side.clusters, 0.95, 100, 1);
    assert_near("lo", interval.lo, 1.0, 0.0);
    assert_near("hi", interval.hi, 1.0, 0.0);
}

/* Skewed repetitions (log-normal, median 1) of invocations that each have a level of their own. */
static void simulate(struct simulated *side, size_t count, size_t n, double between, uint64_t *seed)
{
    simulated_begin(side, count);
    for (size_t i = 0; i < count; i++) {
        double level = between * normal(seed);
        for (size_t j = 0; j < n; j++)
            simulated_add(side, i, exp(level + 0.5 * normal(seed)));
    }
}

static bool holds(struct interval interval, double value)
{
    return interval.exists && interval.lo <= value && value <= interval.hi;
}

/* How often the intervals hold the truth, and how often the ratio's would if it were 1.5 or
 * 3 instead: one that holds everything proves nothing. */
static void intervals_hold_the_truth(void **state)
{
    (void)state;
    enum { ROUNDS = 600, RESAMPLES = 300 };
    static const struct {
        size_t count, n;
        double between;
        double wrong, wrong_most; /* this ratio is held no more often than that */
    } cases[] = {
        {1, 10, 0.0, 3.0, 0.2}, {1, 20, 0.0, 3.0, 0.01}, {2, 10, 0.3, 20.0, 0.9},
        {4, 5, 0.3, 5.0, 0.3},  {6, 10, 0.3, 3.0, 0.3},  {10, 5, 0.3, 3.0, 0.05},
    };
    uint64_t seed = 41;
    for (size_t c = 0; c < COUNT(cases); c++) {
        unsigned held = 0, ratio_held = 0, wrong_held = 0;
        for (uint64_t round = 0; round < ROUNDS; round++) {
            static struct simulated a, b;
            simulate(&a, cases[c].count, cases[c].n, cases[c].between, &seed);
            simulate(&b, cases[c].count, cases[c].n, cases[c].between, &seed);
            struct interval ratio =
                stats_bootstrap_ratio(&a.clusters, &b.clusters, 0.95, RESAMPLES, round);
            ratio_held += holds(ratio, 1.0) ? 1 : 0;
            wrong_held += holds(ratio, cases[c].wrong) ? 1 : 0;
            held += holds(stats_bootstrap_center(&a.clusters, 0.95, RESAMPLES, round), 1.0) ? 1 : 0;
        }
        assert_between("center", (double)held / ROUNDS, 0.93, 1.0);
        assert_between("ratio", (double)ratio_held / ROUNDS, 0.93, 1.0);
        assert_between("wrong ratio", (double)wrong_held / ROUNDS, 0.0, cases[c].wrong_most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(center_is_the_median_of_medians),
        cmocka_unit_test(repetitions_are_resampled_as_if_drawn_one_by_one),
        cmocka_unit_test(invocations_are_resampled_as_if_drawn_one_by_one),
        cmocka_unit_test(few_invocations_are_widened_to_welch),
        cmocka_unit_test(few_invocations_widen_a_center_too),
        cmocka_unit_test(six_invocations_are_not_widened),
        cmocka_unit_test(one_unit_has_no_interval),
        cmocka_unit_test(seed_decides),
        cmocka_unit_test(scale_shift_and_order_carry_over),
        cmocka_unit_test(equal_values_have_an_interval_of_no_width),
        cmocka_unit_test(intervals_hold_the_truth),
    };
    return cmocka_run_group_tests_name("bootstrap", tests, NULL, NULL);
}
