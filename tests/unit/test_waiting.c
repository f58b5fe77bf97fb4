/* Who waited how long, as the summary and the chart tell it, from rows made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/summary.h"
#include "bench/report/verdict.h"
#include "bench/report/waiting.h"
#include "tests/unit/report_charts.h"

static struct rows rows;
static struct cell_table table;
static char *text;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    text = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&table);
    free(text);
    return 0;
}

enum { RUNS = 10 };

/* Runs whose short tasks waited `shorts` ms and whose long ones `longs` ms, a little more in each
 * block, as the machine's mood would have it; turnarounds 1 and 5 ms longer. */
static struct timing *add(const char *mode, const char *schedule, uint64_t shorts, uint64_t longs)
{
    struct timing *first = &rows.row[rows.count];
    rows_add_runs(&rows, "jobs", mode, 1, 100, 1, RUNS);
    for (size_t i = 0; i < RUNS; i++) {
        first[i].schedule = schedule;
        first[i].short_tasks = 6;
        first[i].short_waiting_ns = shorts * MS * (100 + i) / 100;
        first[i].short_turnaround_ns = first[i].short_waiting_ns + MS;
        first[i].long_tasks = 2;
        first[i].long_waiting_ns = longs * MS * (100 + i) / 100;
        first[i].long_turnaround_ns = first[i].long_waiting_ns + 5 * MS;
    }
    return first;
}

static const struct cell_group *gather(void)
{
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_true(table.count >= 1);
    return &table.groups[0];
}

static const char *print(void)
{
    size_t size = 0;
    free(text);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    gather();
    assert_int_equal(summary_print(out, &table, 0, false), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void finding_is(const char *expected)
{
    char found[512] = "";
    struct waiting_pair *pairs;
    size_t count;
    assert_int_equal(waiting_pairs(&pairs, &count, gather()), 0);
    assert_true(count > 0);
    assert_string_equal(waiting_finding(found, sizeof found, pairs, count, true), expected);
    free(pairs);
}

/* --- findings --- */

static void a_schedule_is_held_against_fcfs(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 41, 20);
    add("thread-pool", "sjf", 10, 24);
    finding_is("short tasks wait 4.1x less under sjf than under fcfs; long ones 20% more");
    add("thread-pool", "lifo", 12, 20);     /* less than sjf makes of it */
    add("thread-pool", "off", 1, 1);        /* no schedule is no base where fcfs is there */
    add("coroutine", "rr;slice=1ms", 1, 1); /* nothing to hold it against */
    struct waiting_pair *pairs;
    size_t count;
    assert_int_equal(waiting_pairs(&pairs, &count, gather()), 0);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(pairs[i].base->key->schedule, "fcfs");
        assert_string_equal(pairs[i].cell->key->mode, "thread-pool");
    }
    free(pairs);
}

static void long_ones_in_each_case(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    struct timing *sjf = add("thread-pool", "sjf", 30, 20);
    finding_is("short tasks wait 25% less under sjf than under fcfs; long ones as long as before");
    for (size_t i = 0; i < RUNS; i++)
        sjf[i].long_waiting_ns /= 2;
    finding_is("short tasks wait 25% less under sjf than under fcfs; long ones 2.0x less");
    for (size_t i = 0; i < RUNS; i++)
        sjf[i].long_waiting_ns *= i % 2 ? 3 : 1;
    finding_is(
        "short tasks wait 25% less under sjf than under fcfs; of long ones no difference was seen");
    for (size_t i = 0; i < RUNS; i++)
        sjf[i].long_waiting_ns = sjf[i].long_tasks = FIGURE_OFF;
    finding_is("short tasks wait 25% less under sjf than under fcfs");
}

static void without_fcfs_the_modes_own_order_is_the_base(void **state)
{
    (void)state;
    add("thread-pool", "off", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    finding_is("short tasks wait 4.0x less under sjf than under its own order; long ones as long "
               "as before");
}

static void the_mode_is_named_where_there_are_several(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    add("coroutine", "fcfs", 400, 20);
    add("coroutine", "mlfq;levels=3;slice=1ms;boost=off", 10, 30);
    finding_is("coroutine: short tasks wait 40x less under mlfq than under fcfs; long ones 50% "
               "more");
}

static void what_was_not_seen_is_not_said(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 10, 20);
    struct timing *other = add("thread-pool", "lifo", 20, 20);
    finding_is("no schedule was seen to let short tasks wait less than fcfs does");
    for (size_t i = 0; i < RUNS; i++)
        other[i].short_waiting_ns = i % 2 ? 30 * MS : 3 * MS;
    finding_is("no schedule was seen to let short tasks wait less than fcfs does");
    for (size_t i = 0; i < RUNS; i++)
        other[i].block += i < 5 ? 100 : 0; /* 5 blocks are common */
    finding_is("too few runs to compare how long tasks wait under the schedules (6 are needed)");
}

/* Many pairs judged at once ask for more than 8 blocks: it is said with care. */
static void a_sign_is_not_a_finding(void **state)
{
    static const char *const schedules[] = {"lifo", "priority", "mlfq;levels=3;slice=1ms;boost=off",
                                            "rr;slice=1ms"};
    char found[512];
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    for (size_t i = 0; i < 4; i++)
        add("thread-pool", schedules[i], 40, 20);
    add("thread-pool", "sjf", 10, 20);
    for (size_t i = 0; i < rows.count; i++)
        if (rows.row[i].block > 6)
            rows.row[i].warmup = 1;
    struct waiting_pair *pairs;
    size_t count;
    assert_int_equal(waiting_pairs(&pairs, &count, gather()), 0);
    assert_null(waiting_best(pairs, count));
    waiting_finding(found, sizeof found, pairs, count, true);
    has(found, "no difference seen in how long short tasks wait (sjf: 4.0x less than fcfs)");
    free(pairs);
}

/* Other workers, waits or stacks are other ways. */
static void only_cells_that_differ_in_nothing_else_are_pairs(void **state)
{
    struct waiting_pair *pairs;
    size_t count;
    (void)state;
    struct timing *fcfs = add("coroutine", "fcfs", 40, 20);
    add("coroutine", "sjf", 10, 20);
    for (int part = 0; part < 5; part++) {
        for (size_t i = 0; i < RUNS; i++) {
            fcfs[i].workers = part == 0 ? 2 : 1;
            fcfs[i].wait = part == 1 ? "poll" : "blocking";
            fcfs[i].width = part == 2 ? 2 : 1;
            fcfs[i].stack = part == 3 ? "shared" : "off";
            fcfs[i].pin = part == 4 ? "core" : "none";
        }
        assert_int_equal(waiting_pairs(&pairs, &count, gather()), 0);
        assert_int_equal(count, 0);
        assert_null(pairs);
    }
}

/* --- the summary --- */

static void the_summary_has_a_table_and_the_finding(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    struct timing *thread = add("thread", "off", 0, 0);
    for (size_t i = 0; i < RUNS; i++)
        thread[i].short_waiting_ns = thread[i].long_waiting_ns = FIGURE_UNKNOWN;
    print();
    has(text, "  mode              short wait  short turnaround  long wait  long turnaround\n");
    has(text, "  thread-pool fcfs     41.8 ms           42.8 ms    20.9 ms          25.9 ms\n");
    has(text, "  thread-pool sjf      10.4 ms           11.4 ms    20.9 ms          25.9 ms\n");
    has(text, "  thread                   n/a           1.00 ms        n/a          5.00 ms\n");
    has(text, "  6 short (up to the middle between the shortest and the longest) and 2 long tasks: "
              "means");
    has(text, "  short tasks wait 4.0x less under sjf than under fcfs; long ones as long as "
              "before\n");
}

static void tasks_of_one_length_have_no_columns_for_long_ones(void **state)
{
    (void)state;
    struct timing *row = add("thread-pool", "off", 40, 20);
    for (size_t i = 0; i < RUNS; i++)
        row[i].long_tasks = row[i].long_waiting_ns = row[i].long_turnaround_ns = FIGURE_OFF;
    print();
    has(text, "  mode         short wait  short turnaround\n");
    has(text, "  6 tasks, all of one length: means");
    has_not(text, "long wait");
    has_not(text, "under");
}

static void other_workloads_have_no_such_table(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 1, 100, 1, RUNS);
    print();
    has_not(text, "short wait");
    has_not(text, "turnaround");
}

/* --- names --- */

static void a_name_shows_the_parameters_of_a_schedule_only_where_they_vary(void **state)
{
    char name[VERDICT_NAME];
    (void)state;
    add("coroutine", "rr;slice=1ms", 10, 20);
    add("coroutine", "fcfs", 10, 20);
    const struct cell_group *group = gather();
    for (size_t i = 0; i < 2; i++) {
        verdict_name(name, sizeof name, group, &group->cells[i]);
        assert_true(strcmp(name, "coroutine rr") == 0 || strcmp(name, "coroutine fcfs") == 0);
    }
    add("coroutine", "rr;slice=2ms", 10, 20);
    group = gather();
    for (size_t i = 0; i < 3; i++) {
        verdict_name(name, sizeof name, group, &group->cells[i]);
        assert_true(strcmp(name, "coroutine rr;slice=1ms") == 0 ||
                    strcmp(name, "coroutine rr;slice=2ms") == 0 ||
                    strcmp(name, "coroutine fcfs") == 0);
    }
}

/* --- the chart --- */

static void the_chart_has_two_lines_a_cell_and_the_least_waiting_first(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    struct timing *thread = add("thread", "off", 0, 0);
    for (size_t i = 0; i < RUNS; i++)
        thread[i].short_waiting_ns = thread[i].long_waiting_ns = FIGURE_UNKNOWN;
    gather();
    assert_null(missing(&chart_waiting, &table));
    text = chart(&rows, &chart_waiting);
    rectangular(text);
    has(text, "kind,group,place,name,note,role,waiting_ns,low_ns,high_ns,turnaround_ns,ratio\n");
    has(text, "figure,1,0,Short tasks wait 4.0x less under sjf than under fcfs; long ones as "
              "long as before,unit-2026");
    has(text, "group,1,0,jobs: short tasks wait 4.0x less under sjf,8 tasks of rounds=1000,-,");
    has(text, "cell,1,1,thread-pool sjf,10.4 ms,short,10450000,10100000,10800000,11450000,0.25\n");
    has(text, "cell,1,2,long tasks,20.9 ms,long,20900000,20200000,21600000,25900000,1\n");
    has(text,
        "cell,1,3.5,thread-pool fcfs,41.8 ms,short,41800000,40400000,43200000,42800000,NaN\n");
    has(text,
        "cell,1,6,thread,waiting unknown; turnaround 1.00 ms,short,NaN,NaN,NaN,1000000,NaN\n");
    has(text, "run,1,1,thread-pool sjf,-,-,10000000,NaN,NaN,NaN,NaN\n");
}

static void a_headline_tells_of_long_tasks_too(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 41, 20);
    add("thread-pool", "sjf", 10, 24);
    text = chart(&rows, &chart_waiting);
    has(text, "Short tasks wait 4.1x less under sjf than under fcfs; long ones 20% more,");
}

/* What is said of one pair is not said of all modes. */
static void a_headline_names_the_mode_among_several(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 41, 20);
    add("thread-pool", "sjf", 10, 24);
    add("coroutine", "fcfs", 41, 20);
    add("coroutine", "sjf", 20, 20);
    text = chart(&rows, &chart_waiting);
    has(text,
        "figure,1,0,thread-pool: short tasks wait 4.1x less under sjf than under fcfs; long ones "
        "20% more,");
}

static void nobody_asked_for_a_chart_of_one_cell_or_of_other_work(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 1, 100, 1, RUNS);
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 1, RUNS);
    gather();
    has(missing(&chart_waiting, &table), "--workload jobs");
    add("thread-pool", "off", 10, 20);
    gather();
    has(missing(&chart_waiting, &table), "--workload jobs");
    add("serial", "off", 10, 20);
    gather();
    assert_null(missing(&chart_waiting, &table));
}

static void the_chart_says_how_many_cells_it_leaves_out(void **state)
{
    (void)state;
    for (uint64_t w = 1; w <= CHART_WAITING + 1; w++) {
        struct timing *row = add("thread-pool", "off", w, 20);
        for (size_t i = 0; i < RUNS; i++)
            row[i].workers = w;
    }
    text = chart(&rows, &chart_waiting);
    has(text, "12 of 13 cells shown; 8 tasks");
    has(text, "thread-pool x12,");
    has_not(text, "thread-pool x13,");
}

/* Medians may say one thing and pairs of blocks another: then no ratio is printed. */
static void what_the_pairs_do_not_decide_has_no_ratio(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    struct timing *lifo = add("thread-pool", "lifo", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    for (size_t i = 0; i < RUNS; i++)
        lifo[i].short_waiting_ns = (i % 2 ? 20 : 60) * MS + i;
    text = chart(&rows, &chart_waiting);
    rectangular(text);
    has(text, ",thread-pool lifo,40.0 ms,short,40000004.5,20000003,60000006,42800000,n.s.\n");
    has(text, ",10450000,10100000,10800000,11450000,0.25\n");
}

/* Ratios over a cell that is not drawn would be over nothing. */
static void what_others_are_held_against_is_drawn(void **state)
{
    (void)state;
    for (uint64_t s = 0; s <= CHART_WAITING; s++) {
        static char names[CHART_WAITING + 1][16];
        snprintf(names[s], sizeof names[s], "rr;slice=%dms", (int)s + 1);
        add("coroutine", names[s], s + 1, 20);
    }
    add("coroutine", "fcfs", 100, 20);
    text = chart(&rows, &chart_waiting);
    has(text, "12 of 14 cells shown; 8 tasks");
    has(text, "cell,1,28.5,coroutine fcfs,");
    has(text, "coroutine rr;slice=11ms,");
    has_not(text, "coroutine rr;slice=12ms,");
}

/* What tells the panels apart stands where it is not cut off. */
static void the_parameters_that_differ_come_first(void **state)
{
    (void)state;
    add("thread-pool", "fcfs", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].params = "a=1;b=x;c=10";
    const size_t first = rows.count;
    add("thread-pool", "fcfs", 40, 20);
    add("thread-pool", "sjf", 10, 20);
    for (size_t i = first; i < rows.count; i++)
        rows.row[i].params = "a=1;b=x;c=1";
    text = chart(&rows, &chart_waiting);
    has(text, "8 tasks of c=10 a=1 b=x,");
    has(text, "8 tasks of c=1 a=1 b=x,");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_schedule_is_held_against_fcfs),
        TEST(long_ones_in_each_case),
        TEST(without_fcfs_the_modes_own_order_is_the_base),
        TEST(the_mode_is_named_where_there_are_several),
        TEST(what_was_not_seen_is_not_said),
        TEST(a_sign_is_not_a_finding),
        TEST(only_cells_that_differ_in_nothing_else_are_pairs),
        TEST(the_summary_has_a_table_and_the_finding),
        TEST(tasks_of_one_length_have_no_columns_for_long_ones),
        TEST(other_workloads_have_no_such_table),
        TEST(a_name_shows_the_parameters_of_a_schedule_only_where_they_vary),
        TEST(the_chart_has_two_lines_a_cell_and_the_least_waiting_first),
        TEST(a_headline_tells_of_long_tasks_too),
        TEST(a_headline_names_the_mode_among_several),
        TEST(nobody_asked_for_a_chart_of_one_cell_or_of_other_work),
        TEST(the_chart_says_how_many_cells_it_leaves_out),
        TEST(what_the_pairs_do_not_decide_has_no_ratio),
        TEST(what_others_are_held_against_is_drawn),
        TEST(the_parameters_that_differ_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
