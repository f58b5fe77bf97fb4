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
    has(csv, "figure,1,0,cpu: thread-pool x2 1.18x faster than thread and 2.00x faster than serial,"
             "unit-20260102T030405Z  |  "
             "machine unknown  |  2026-01-02 03:04 UTC  |  2 usable cores,-,NaN,NaN,NaN,NaN,NaN\n");
    has(csv, "group,1,0,cpu: thread-pool x2 1.18x faster than thread and 2.00x faster than serial,"
             "8 tasks of rounds=1000,-,");
    has(csv, "cell,1,1,thread-pool x2,62.0 ms,winner,62000000,59000000,65000000,62000000,2\n");
    has(csv, "run,1,1,thread-pool x2,-,-,59000000,NaN,NaN,NaN,NaN\n");
    has(csv, "cell,1,3,serial,124 ms,serial,124000000,121000000,127000000,124000000,1\n");
    has(csv, "cell,1,5,process,crashed: killed by signal 11; so it was,trouble,NaN,NaN,NaN,");
    row->status = STATUS_UNSUPPORTED;
    free(csv);
    csv = chart(&rows, &chart_wall);
    has(csv, "unsupported: killed by signal 11; so it was,absent,"); /* no alarm */
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

/* --- titles: figures of seven runs, by hand --- */

enum { RUNS = 7 };
#define FALLING UINT64_MAX /* as a step: -1 */

static const char *titled(void)
{
    static char text[CHART_TITLE];
    struct cell_table table;
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    const struct chart_data data = {.table = &table};
    chart_wall.title(text, sizeof text, &data);
    cells_free(&table);
    return text;
}

static void add(const char *workload, const char *mode, uint64_t first, uint64_t step)
{
    rows_add_runs(&rows, workload, mode, 2, first, step, RUNS);
}

/* Of more works than have a panel no rows are handed over, but how many there are is said. */
static void test_panels_are_as_many_as_fit(void **state)
{
    static const struct chart *const bars[] = {&chart_wall, &chart_states, &chart_speedup};
    (void)state;
    for (uint64_t work = 1; work <= 9; work++)
        for (uint64_t workers = 1; workers <= 2; workers++) {
            struct timing *row =
                rows_add(&rows, "cpu", workers == 1 ? "serial" : "thread", workers, 100);
            row->tasks = work;
            row->running_ns = row->ready_ns = row->blocked_ns = 10 * MS;
        }
    for (uint64_t work = 1; work <= 9; work++)
        rows_add(&rows, "cpu", "thread", 1, 100)->tasks = work;
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        char *csv = chart(&rows, bars[i]);
        has(csv, "\nfigure,9,0,");
        has(csv, "\ngroup,8,0,");
        has_not(csv, "\ngroup,9,");
        free(csv);
    }
    char *text = chart_printed(&rows, &chart_wall, 80);
    has(text, "\nThe first 8 of 9.\n");
    free(text);
}

static void a_title_names_the_winner_a_rival_and_the_factor(void **state)
{
    (void)state;
    add("cpu", "process-pool", 100, 0);
    add("cpu", "thread-gil", 190, 0);
    assert_string_equal(titled(), "cpu: process-pool 1.90x faster than thread-gil");
    add("cpu", "thread", 230, 0); /* the nearest rival is the one that counts */
    assert_string_equal(titled(), "cpu: process-pool 1.90x faster than thread-gil");
    add("cpu", "serial", 1210, 0);
    assert_string_equal(titled(), "cpu: process-pool 1.90x faster than thread-gil and 12.1x faster "
                                  "than serial");
    rows.count = 0;
    add("cpu", "process-pool", 100, 0);
    add("cpu", "serial", 121, 1); /* medians 124 and 100; as the column says */
    assert_string_equal(titled(), "cpu: process-pool 1.24x faster than serial");
    rows.count = 0;
    add("cpu", "thread", 150, 0);
    add("cpu", "serial", 100, 0);
    assert_string_equal(titled(), "cpu: serial 1.50x faster than thread");
}

static void a_title_names_no_winner_where_none_is_seen(void **state)
{
    (void)state;
    add("cpu", "thread", 100, 1);
    add("cpu", "process", 107, FALLING);
    assert_string_equal(titled(), "cpu: thread or process: too close to call");
    add("cpu", "serial", 200, 0); /* medians 103 and 104 */
    assert_string_equal(titled(),
                        "cpu: thread 1.94x faster than serial; process too close to call");
    rows.count = 0;
    add("cpu", "thread", 1000, 0);
    add("cpu", "process", 1001, 0);
    assert_string_equal(titled(), "cpu: thread and process equal within 2%");
    add("cpu", "serial", 2000, 0);
    assert_string_equal(titled(), "cpu: thread 2.00x faster than serial; process equal within 2%");
    for (size_t i = 0; i < RUNS; i++) /* serial now and then the faster: no gain is seen */
        rows.row[2 * RUNS + i].wall_ns = (i % 2 ? 900 : 1200) * MS;
    assert_string_equal(titled(), "cpu: thread and process equal within 2%");
}

/* Among many cells the fastest would be lucky: seven runs show a gain of one or two, not of ten. */
static void a_gain_is_judged_among_all_cells(void **state)
{
    (void)state;
    add("cpu", "serial", 200, 0);
    add("cpu", "thread", 100, 1);
    add("cpu", "process", 107, FALLING);
    has(titled(), "faster");
    for (uint64_t w = 3; w < 11; w++)
        rows_add_runs(&rows, "cpu", "process", w, 190 + w, FALLING, RUNS);
    assert_string_equal(titled(), "cpu: thread or process x2: too close to call");
}

static void a_title_of_too_little_says_so(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "thread", 2, 100);
    assert_string_equal(titled(), "cpu: only thread was measured");
    rows_add(&rows, "cpu", "serial", 1, 200);
    assert_string_equal(titled(), "cpu: thread fastest (too few runs to judge)");
    rows.row[0].status = rows.row[1].status = STATUS_FAILED;
    assert_string_equal(titled(), "cpu: no run came out ok");
    rows_add(&rows, "float", "serial", 1, 200)->status = STATUS_FAILED;
    assert_string_equal(titled(), "No run came out ok"); /* and nobody was close */
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].status = STATUS_OK;
        rows.row[i].warmup = 1;
    }
    assert_string_equal(titled(), "No measured runs");
    rows.count = 2;
    assert_string_equal(titled(), "cpu: no measured runs");
}

static void a_title_of_several_workloads(void **state)
{
    (void)state;
    add("cpu", "process-pool", 100, 0);
    add("cpu", "thread", 190, 0);
    add("float", "process-pool", 100, 0);
    add("float", "thread", 250, 0);
    assert_string_equal(
        titled(), "process-pool wins all 2 workloads: up to 2.50x faster than thread (float)");
    add("sleep", "process-pool", 100, 0);
    add("sleep", "event", 10, 0);
    assert_string_equal(titled(), "process-pool wins 2 of 3 workloads: up to 2.50x faster than "
                                  "thread (float); others 1");
    add("file", "process-pool", 100, 1);
    add("file", "thread", 107, FALLING);
    assert_string_equal(titled(), "process-pool wins 2 of 4 workloads: up to 2.50x faster than "
                                  "thread (float); others 1; 1 undecided");
    rows.count = 0;
    add("cpu", "process-pool", 100, 0);
    add("cpu", "thread", 190, 0);
    add("sleep", "process-pool", 100, 0);
    add("sleep", "event", 10, 0); /* won as often, and by more */
    assert_string_equal(
        titled(), "event wins 1 of 2 workloads: 10.0x faster than process-pool (sleep); others 1");
}

static void a_title_of_several_workloads_that_nobody_won(void **state)
{
    (void)state;
    static const char *const workloads[] = {"cpu", "sleep"};
    for (size_t i = 0; i < 2; i++) {
        add(workloads[i], "thread", 100, 1);
        add(workloads[i], "process", 107, FALLING);
    }
    assert_string_equal(titled(), "No clear winner in any of 2 workloads");
    add("cpu", "serial", 206, 0);
    add("sleep", "serial", 412, 0);
    assert_string_equal(titled(), "Up to 4.00x faster than serial (sleep: thread); no clear winner "
                                  "in any of 2 workloads");
}

static void telling_is(size_t group, const char *expected)
{
    struct cell_table table;
    char text[CHART_NOTE];
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_true(group < table.count);
    assert_string_equal(chart_telling(text, sizeof text, &table, &table.groups[group]), expected);
    cells_free(&table);
}

/* Panels and titles tell pieces of one workload apart. */
static void charts_call_works_by_what_tells_them(void **state)
{
    (void)state;
    static const struct chart *const of[] = {&chart_wall, &chart_states, &chart_speedup};
    static const char *const found[] = {
        "thread wins all 2 cases: up to 2.00x faster than serial (mixed share=100%)",
        "Up to 100% running (mixed share=20% serial)",
        "Speed-up over serial from 1.67x (mixed share=20%) to 2.00x (mixed share=100%)"};
    for (size_t i = 0; i < 2; i++)
        for (uint64_t workers = 0; workers < 3; workers++) {
            const size_t first = rows.count;
            rows_add_runs(&rows, "mixed", workers ? "thread" : "serial", workers ? workers : 1,
                          workers ? 90 - 30 * (workers - 1)
                          : i     ? 120
                                  : 100,
                          0, 16);
            for (size_t r = first; r < rows.count; r++) {
                rows.row[r].params = i ? "share=100%" : "share=20%";
                rows.row[r].running_ns = 5 * MS;
                rows.row[r].ready_ns = rows.row[r].blocked_ns = workers ? 5 * MS : 0;
            }
        }
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char *csv = chart(&rows, of[i]);
        has(csv, found[i]);
        free(csv);
    }
    char *csv = chart(&rows, &chart_wall);
    has(csv, "\ngroup,1,0,mixed share=20%: thread x2 ");
    has(csv, "\ngroup,2,0,mixed share=100%: thread x2 ");
    free(csv);
    csv = chart(&rows, &chart_states);
    has(csv, "\ngroup,2,0,mixed share=100%,");
    free(csv);
    csv = chart(&rows, &chart_speedup);
    has(csv, "\ngroup,1,0,mixed share=20%: 1.67x with 2 workers");
    free(csv);
    for (size_t r = 0; r < rows.count; r++) {
        rows.row[r].requests = 4000;
        rows.row[r].latency_p50_ns = rows.row[r].wall_ns / 100;
        rows.row[r].latency_p90_ns = rows.row[r].latency_p99_ns = rows.row[r].latency_p50_ns;
        rows.row[r].latency_p999_ns = rows.row[r].latency_max_ns = rows.row[r].latency_p50_ns;
    }
    csv = chart(&rows, &chart_latency);
    has(csv, "figure,2,0,mixed share=");
    has(csv, "\ngroup,1,0,mixed share=20%: ");
    free(csv);
}

/* Two groups of one workload never have one name, whatever they differ in. */
static void what_tells_works_of_one_workload_apart(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "serial", 1, 100)->params = "rounds=7;share=20%;unit=1ms";
    telling_is(0, "");
    rows_add(&rows, "sleep", "serial", 1, 100)->tasks = 99; /* another workload */
    telling_is(0, "");
    struct timing *row = rows_add(&rows, "cpu", "serial", 1, 100);
    row->params = "rounds=7;share=100%;unit=1ms";
    telling_is(0, "share=20%");
    telling_is(1, "share=100%");
    row->tasks = 1;
    telling_is(0, "share=20% 8 tasks");
    telling_is(1, "share=100% 1 task");
    row->params = rows.row[0].params;
    row->tasks = 8;
    row->rate = 5000;
    row->arrivals = "poisson";
    telling_is(0, "5000/s");
    telling_is(1, "closed loop");
    row = rows_add(&rows, "cpu", "serial", 1, 100);
    row->params = rows.row[0].params;
    row->rate = 5000;
    row->arrivals = "constant";
    row->workload_version = 2;
    telling_is(0, "5000/s poisson version 1");
    telling_is(2, "5000/s constant version 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_panels_are_as_many_as_fit, start),
        cmocka_unit_test_setup(charts_call_works_by_what_tells_them, start),
        cmocka_unit_test_setup(what_tells_works_of_one_workload_apart, start),
        cmocka_unit_test_setup(test_wall_csv, start),
        cmocka_unit_test_setup(test_wall_csv_of_very_many_runs, start),
        cmocka_unit_test_setup(test_wall_csv_keeps_serial_in_sight, start),
        cmocka_unit_test_setup(a_title_names_the_winner_a_rival_and_the_factor, start),
        cmocka_unit_test_setup(a_title_names_no_winner_where_none_is_seen, start),
        cmocka_unit_test_setup(a_gain_is_judged_among_all_cells, start),
        cmocka_unit_test_setup(a_title_of_too_little_says_so, start),
        cmocka_unit_test_setup(a_title_of_several_workloads, start),
        cmocka_unit_test_setup(a_title_of_several_workloads_that_nobody_won, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
