/* The derived CSV files of charts, against values worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/report_charts.h"

static struct rows rows;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    return 0;
}

static void test_wall_csv(void **state)
{
    (void)state;
    fill_sweep(&rows);
    struct timing *row = rows_add(&rows, "cpu", "process", 8, 70);
    row->status = STATUS_CRASHED;
    row->reason = "killed by signal 11, so it was";
    char *csv = chart(&rows, &chart_wall);
    rectangular(csv);
    has(csv, "kind,group,place,name,note,role,wall_ns,low_ns,high_ns,ideal_ns,speedup\n");
    has(csv, "figure,0,0,thread-pool x2 wins cpu: 2.00x serial,unit-20260102T030405Z  |  "
             "machine unknown  |  2026-01-02 03:04 UTC  |  2 usable cores,-,NaN,NaN,NaN,NaN,NaN\n");
    has(csv, "group,1,0,thread-pool x2 wins cpu: 2.00x serial,8 tasks of rounds=1000,-,");
    has(csv, "cell,1,1,thread-pool x2,62.0 ms,winner,62000000,59000000,65000000,62000000,2\n");
    has(csv, "run,1,1,thread-pool x2,-,-,59000000,NaN,NaN,NaN,NaN\n");
    has(csv, "cell,1,3,serial,124 ms,serial,124000000,121000000,127000000,124000000,1\n");
    has(csv, "cell,1,5,process,crashed: killed by signal 11; so it was,trouble,NaN,NaN,NaN,");
    free(csv);
}

static size_t lines_with(const char *csv, const char *start)
{
    size_t count = 0;
    for (const char *line = csv; *line; line += strcspn(line, "\n") + 1)
        count += strncmp(line, start, strlen(start)) == 0;
    return count;
}

/* 401 runs: each third one, and the fastest and the slowest wherever they stand. */
static void test_wall_csv_of_very_many_runs(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 1000, 1, 401);
    rows.row[4].wall_ns = 5 * MS;
    rows.row[7].wall_ns = 9000 * MS;
    char *csv = chart(&rows, &chart_wall);
    rectangular(csv);
    has(csv, "group,1,0,cpu: only serial was measured,dots: 200 at the most of a cell's runs; ");
    assert_int_equal(lines_with(csv, "run,1,1,"), 136); /* 0, 3, .. 399, and two */
    has(csv, "run,1,1,serial,-,-,1000000000,");
    has_not(csv, "run,1,1,serial,-,-,1001000000,");
    has(csv, "run,1,1,serial,-,-,1003000000,");
    has(csv, "run,1,1,serial,-,-,5000000,");
    has(csv, "run,1,1,serial,-,-,9000000000,");
    free(csv);
    rows.count = 200; /* as many as are shown */
    csv = chart(&rows, &chart_wall);
    assert_int_equal(lines_with(csv, "run,1,1,"), 200);
    has_not(csv, "dots:");
    free(csv);
}

static void test_wall_csv_keeps_serial_in_sight(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "serial", 1, 900);
    for (uint64_t w = 1; w <= CHART_CELLS; w++)
        rows_add(&rows, "cpu", "thread", w, 100 + w);
    char *csv = chart(&rows, &chart_wall);
    has(csv, "14 of 15 shown; 8 tasks");
    has(csv, "cell,1,13,thread x13,");
    has(csv, "cell,1,0,thread x14,");
    has_not(csv, "run,1,0,"); /* what is not drawn has no dots */
    has(csv, "cell,1,14,serial,");
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wall_csv, start),
        cmocka_unit_test_setup(test_wall_csv_of_very_many_runs, start),
        cmocka_unit_test_setup(test_wall_csv_keeps_serial_in_sight, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
