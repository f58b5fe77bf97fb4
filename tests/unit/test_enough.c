/* Enough measured: by the width of the exact interval alone, within limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/enough.h"

enum { QUIET, REFERENCE, REFUSED, CELLS };

static const struct workload plain = {.name = "plain"};
static struct cell cells[CELLS];
static struct plan plan;
static struct enough enough;

static int start(void **state)
{
    (void)state;
    cells[QUIET] = (struct cell){.workload = &plain};
    cells[REFERENCE] = (struct cell){.workload = &plain, .reference = true};
    cells[REFUSED] = (struct cell){.workload = &plain, .unsupported = "not here"};
    plan = (struct plan){
        .cells = cells, .count = CELLS, .min_runs = 10, .max_runs = 20, .precision = 0.02};
    if (enough_open(&enough, &plan) != 0)
        return -1;
    enough_begin(&enough);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    enough_close(&enough);
    return 0;
}

static void take(size_t cell, uint64_t wall_ns, enum status status, bool warmup)
{
    const struct timing row = {.wall_ns = wall_ns, .status = status, .warmup = warmup};
    assert_int_equal(enough_take(&enough, cell, &row), 0);
}

/* For 10 values the 95% interval is from the second to the ninth (the binomial gives 97.9%), so
 * that these, seven at 1000 and the second and ninth where asked, have that width. */
static void take_ten(uint64_t second, uint64_t ninth)
{
    const uint64_t walls[10] = {1, second, 1000, 1000, 1000, 1000, 1000, 1000, ninth, 999999};
    for (size_t i = 0; i < 10; i++)
        take(QUIET, walls[(i * 7 + 3) % 10], STATUS_OK, false);
}

static void the_width_decides_from_the_least_runs_on(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++) {
        take(QUIET, 1000, STATUS_OK, false);
        assert_false(enough_done(&enough, QUIET));
    }
    assert_int_equal(enough_left(&enough, QUIET), 1);
    take(QUIET, 1000, STATUS_OK, false);
    assert_true(enough_done(&enough, QUIET));
    assert_int_equal(enough_left(&enough, QUIET), 0);
}

static void both_sides_must_be_near(void **state)
{
    (void)state;
    take_ten(980, 1020);
    assert_true(enough_done(&enough, QUIET));
    enough_begin(&enough);
    take_ten(980, 1021);
    assert_false(enough_done(&enough, QUIET));
    enough_begin(&enough);
    take_ten(979, 1020);
    assert_false(enough_done(&enough, QUIET));
}

static void the_most_runs_end_it(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20; i++) {
        assert_false(enough_done(&enough, QUIET));
        assert_in_range(enough_left(&enough, QUIET), 1, 20 - i);
        take(QUIET, 1000 + 500 * (i % 2), STATUS_OK, false);
    }
    assert_true(enough_done(&enough, QUIET));
}

static void warm_up_and_reference_do_not_count(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        take(QUIET, 1000, STATUS_OK, true);
        take(REFERENCE, 1000, STATUS_OK, false);
    }
    assert_false(enough_done(&enough, QUIET));
    assert_false(enough_done(&enough, REFERENCE));
    assert_int_equal(enough_left(&enough, QUIET), 10);
}

static void what_mostly_fails_ends_at_the_least_runs(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_false(enough_done(&enough, QUIET));
        take(QUIET, FIGURE_OFF, i < 6 ? STATUS_CRASHED : STATUS_OK, false);
    }
    assert_true(enough_done(&enough, QUIET));
    enough_begin(&enough);
    for (int i = 0; i < 10; i++)
        take(QUIET, 1000 + 100 * (uint64_t)i, i < 5 ? STATUS_CRASHED : STATUS_OK, false);
    assert_false(enough_done(&enough, QUIET)); /* half of them is something */
}

static void all_is_all_but_the_reference_and_what_cannot_run(void **state)
{
    (void)state;
    assert_true(enough_done(&enough, REFUSED));
    assert_false(enough_all(&enough));
    take_ten(1000, 1000);
    assert_true(enough_all(&enough));
    enough_begin(&enough); /* an invocation forgets the one before */
    assert_false(enough_all(&enough));
    assert_true(enough_done(&enough, REFUSED));
}

static void a_fixed_number_of_runs_is_just_that(void **state)
{
    (void)state;
    plan.precision = 0;
    plan.min_runs = plan.max_runs = 3;
    for (int i = 0; i < 3; i++) {
        assert_false(enough_done(&enough, QUIET));
        assert_int_equal(enough_left(&enough, QUIET), 3 - i);
        take(QUIET, FIGURE_OFF, STATUS_CRASHED, false);
    }
    assert_true(enough_done(&enough, QUIET));
}

static bool asked_for_one(const uint64_t *values)
{
    return values[0] == 7;
}

static void a_deadlock_that_is_meant_is_seen_once(void **state)
{
    static const struct workload workload = {.name = "tangle", .may_deadlock = asked_for_one};
    (void)state;
    cells[QUIET] = (struct cell){.workload = &workload, .values = {7}};
    take(QUIET, FIGURE_OFF, STATUS_DEADLOCK, true);
    take(QUIET, 1000, STATUS_OK, false);
    take(QUIET, FIGURE_OFF, STATUS_CRASHED, false);
    assert_false(enough_done(&enough, QUIET));
    take(QUIET, FIGURE_OFF, STATUS_DEADLOCK, false);
    assert_true(enough_done(&enough, QUIET));
    assert_int_equal(enough_left(&enough, QUIET), 0);
    enough_begin(&enough);
    cells[QUIET].values[0] = 6;
    take(QUIET, FIGURE_OFF, STATUS_DEADLOCK, false);
    assert_false(enough_done(&enough, QUIET));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_width_decides_from_the_least_runs_on),
        TEST(both_sides_must_be_near),
        TEST(the_most_runs_end_it),
        TEST(warm_up_and_reference_do_not_count),
        TEST(what_mostly_fails_ends_at_the_least_runs),
        TEST(all_is_all_but_the_reference_and_what_cannot_run),
        TEST(a_fixed_number_of_runs_is_just_that),
        TEST(a_deadlock_that_is_meant_is_seen_once),
    };
    return cmocka_run_group_tests_name("enough", tests, NULL, NULL);
}
