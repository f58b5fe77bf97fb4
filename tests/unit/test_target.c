/* Which cells are not known as well as was asked for: the sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/report/target.h"
#include "tests/unit/report_rows.h"

static struct rows rows;
static struct cell_table table;
static char text[1024];

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&table);
    return 0;
}

static const char *told(double precision)
{
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    return target_sentence(text, sizeof text, &table.groups[0], precision);
}

static void nothing_is_said_of_what_is_met(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 2, 100, 0, 10);
    assert_string_equal(told(0.02), "");
}

/* 100, 110, ... 190 ms: the median is 145, the interval from 110 to 180, 35 over the median. */
static void the_larger_half_is_told(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 2, 100, 10, 10);
    rows_add_runs(&rows, "cpu", "serial", 1, 200, 0, 10);
    assert_string_equal(told(0.02), "Target of +-2% not met: thread +-24.1% after 10 runs");
    assert_string_equal(target_sentence(text, sizeof text, &table.groups[0], 0.25), "");
    assert_string_equal(target_sentence(text, sizeof text, &table.groups[0], 0), "");
}

static void too_few_runs_have_no_interval(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 2, 100, 0, 1);
    assert_string_equal(told(0.005), "Target of +-0.5% not met: thread no interval after 1 run");
}

static void the_worst_invocation_is_told(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 2, 100, 0, 10);
    for (uint64_t i = 0; i < 12; i++) {
        struct timing *row = rows_add(&rows, "cpu", "thread", 2, 100 + 10 * (i % 3));
        row->invocation = 2;
        row->block = i + 1;
    }
    assert_string_equal(told(0.02), "Target of +-2% not met: thread +-9.1% after 12 runs");
}

static void many_cells_are_counted(void **state)
{
    (void)state;
    static const char *const modes[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < 6; i++)
        rows_add_runs(&rows, "cpu", modes[i], 2, 100 + 100 * i, 10, 10);
    assert_non_null(strstr(told(0.02), "d +-"));
    assert_non_null(strstr(text, "10 runs, and 2 more"));
    assert_null(strstr(text, "e +-"));
}

static void what_did_not_run_is_no_missed_target(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "thread", 2, 100)->status = STATUS_CRASHED;
    assert_string_equal(told(0.02), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_said_of_what_is_met), TEST(the_larger_half_is_told),
        TEST(too_few_runs_have_no_interval),  TEST(the_worst_invocation_is_told),
        TEST(many_cells_are_counted),         TEST(what_did_not_run_is_no_missed_target),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
