/* Arrivals of an open loop: evenly spaced without drift, or Poisson and the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/arrivals.h"

enum { MANY = 200000 };

static struct task_record *tasks;

static int start(void **state)
{
    (void)state;
    tasks = aligned_alloc(64, MANY * sizeof *tasks);
    if (tasks)
        memset(tasks, 0, MANY * sizeof *tasks);
    return tasks ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    free(tasks);
    return 0;
}

static void constant_arrivals_do_not_drift(void **state)
{
    (void)state;
    arrivals_fill(tasks, MANY, 3, false, 1);
    assert_int_equal(tasks[0].queued_ns, 0);
    assert_int_equal(tasks[1].queued_ns, 333333333);
    assert_int_equal(tasks[2].queued_ns, 666666666);
    for (uint64_t i = 0; i < MANY; i += 3)
        assert_int_equal(tasks[i].queued_ns, i / 3 * 1000000000);
    arrivals_fill(tasks, MANY, 7777777, false, 1);
    for (uint64_t i = 1; i < MANY; i++) {
        const uint64_t gap = tasks[i].queued_ns - tasks[i - 1].queued_ns;
        assert_in_range(gap, 128, 129);
    }
    assert_int_equal(tasks[MANY - 1].queued_ns, UINT64_C(199999) * 1000000000 / 7777777);
}

static void only_the_arrival_is_written(void **state)
{
    (void)state;
    tasks[1].start_ns = 5;
    tasks[2].queued_ns = 99;
    arrivals_fill(tasks, 2, 1000, true, 1);
    assert_int_equal(tasks[1].start_ns, 5);
    assert_int_equal(tasks[2].queued_ns, 99);
}

static void a_seed_gives_the_same_arrivals_again(void **state)
{
    (void)state;
    uint64_t first[64];
    size_t differ = 0;
    arrivals_fill(tasks, 64, 5000, true, 42);
    for (size_t i = 0; i < 64; i++)
        first[i] = tasks[i].queued_ns;
    arrivals_fill(tasks, MANY, 5000, true, 42); /* more tasks: those in front stay */
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(tasks[i].queued_ns, first[i]);
    arrivals_fill(tasks, 64, 5000, true, 43);
    for (size_t i = 0; i < 64; i++)
        differ += tasks[i].queued_ns != first[i];
    assert_int_equal(differ, 64);
    arrivals_fill(tasks, 64, 10000, true, 42); /* twice as fast, the same pattern */
    for (size_t i = 0; i < 64; i++)
        assert_in_range(tasks[i].queued_ns, first[i] / 2, first[i] / 2 + 1);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The gaps of a Poisson process are independent and exponential. Seeds are fixed, so what holds
 * here holds always; the limits are four standard deviations, or the 99.9% point. */
static void poisson_gaps_are_exponential(void **state)
{
    (void)state;
    static double gaps[MANY];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        const double mean_ns = 1e9 / 20; /* long gaps, so that whole ns do not show */
        double sum = 0, squares = 0, neighbours = 0, distance = 0, most = 0;
        uint64_t before = 0;
        arrivals_fill(tasks, MANY, 20, true, seed);
        for (size_t i = 0; i < MANY; i++) {
            assert_true(tasks[i].queued_ns >= before);
            gaps[i] = (double)(tasks[i].queued_ns - before) / mean_ns;
            before = tasks[i].queued_ns;
            sum += gaps[i];
            squares += (gaps[i] - 1) * (gaps[i] - 1);
            neighbours += i > 0 ? (gaps[i] - 1) * (gaps[i - 1] - 1) : 0;
        }
        const double n = MANY;
        assert_true(fabs(sum / n - 1) < 4 / sqrt(n));         /* mean 1, variance 1 */
        assert_true(fabs(squares / n - 1) < 4 * sqrt(8 / n)); /* of (x-1)^2: 9 - 1 */
        assert_true(fabs(neighbours / n) < 4 / sqrt(n));      /* no correlation */
        qsort(gaps, MANY, sizeof *gaps, by_value);
        for (size_t i = 0; i < MANY; i++) {
            const double model = -expm1(-gaps[i]);
            distance = fmax(fabs((double)(i + 1) / n - model), fabs((double)i / n - model));
            most = fmax(most, distance);
        }
        assert_true(most < 1.95 / sqrt(n)); /* Kolmogorov and Smirnov */
        assert_true(gaps[MANY - 1] > 8 && gaps[MANY - 1] < 30);
    }
}

/* Counts in equal spans have the variance of their mean. */
static void poisson_counts_scatter_as_they_should(void **state)
{
    (void)state;
    enum { SPANS = 1000 };
    static double counts[SPANS];
    arrivals_fill(tasks, MANY, 1000000, true, 7);
    const double span = 1e9 / 1000000 * MANY / 1.05 / SPANS; /* the last ones lie behind */
    double mean = 0, variance = 0;
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < MANY; i++) {
        const double at = (double)tasks[i].queued_ns / span;
        if (at < SPANS)
            counts[(size_t)at]++;
    }
    for (size_t i = 0; i < SPANS; i++)
        mean += counts[i] / SPANS;
    for (size_t i = 0; i < SPANS; i++)
        variance += (counts[i] - mean) * (counts[i] - mean) / (SPANS - 1);
    assert_true(fabs(variance / mean - 1) < 4 * sqrt(2.0 / SPANS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_arrivals_do_not_drift),
        cmocka_unit_test(only_the_arrival_is_written),
        cmocka_unit_test(a_seed_gives_the_same_arrivals_again),
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(poisson_counts_scatter_as_they_should),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
