#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "bench/report/warnings.h"
#include "tests/unit/report_rows.h"

static struct rows rows;
static struct warning *list;
static size_t count;

static int enter(void **state)
{
    (void)state;
    memset(&rows, 0, sizeof rows);
    list = NULL;
    count = 0;
    return 0;
}

static int leave(void **state)
{
    (void)state;
    free(list);
    return 0;
}

/* Wall times that go around their middle without a trend, an outlier or a slow first one. */
static uint64_t steady(uint64_t middle_ms, size_t i)
{
    static const int parts[] = {0, 4, -3, 1, -5, 5, -1, 3, -4, 2};
    int64_t tenths = (int64_t)middle_ms * parts[i % 10];
    return (uint64_t)((int64_t)(middle_ms * MS) + tenths * (int64_t)MS / 1000);
}

/* `runs` quiet rows with a middle of `ms`, one a block; a second apart. The first row. */
static struct timing *quiet(const char *workload, const char *mode, uint64_t ms, size_t runs)
{
    struct timing *first = &rows.row[rows.count];
    for (size_t i = 0; i < runs; i++) {
        struct timing *row = rows_add(&rows, workload, mode, 2, ms);
        row->wall_ns = steady(ms, i);
        row->block = row->rep = i + 1;
        row->start_unix_ns += i * UINT64_C(1000000000);
        row->others_ns = row->steal_ns = row->throttled_ns = 0;
        row->running_before = row->thermal_events = row->swapped_pages = row->on_battery = 0;
        row->other_runs = 0;
        row->frequency_khz = 3000000;
    }
    return first;
}

static void collect_with(const char *text)
{
    struct cell_table table;
    char copy[512];
    snprintf(copy, sizeof copy, "%s", text ? text : "{}");
    for (char *c = copy; (c = strchr(c, '\'')) != NULL;)
        *c = '"';
    json_t *machine = text ? json_loads(copy, 0, NULL) : NULL;
    assert_true(!text || machine);
    free(list);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_int_equal(warnings_collect(&table, machine, &list, &count), 0);
    cells_free(&table);
    json_decref(machine);
    assert_int_equal(list == NULL, count == 0);
    for (size_t i = 0; i < count; i++)
        assert_true(list[i].text[0] && list[i].remedy[0]);
}

static void collect(void)
{
    collect_with(NULL);
}

static const struct warning *find(const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].kind, kind) == 0)
            return &list[i];
    return NULL;
}

/* This warning, and no other; its text holds `part`. */
static void alone(const char *kind, const char *part)
{
    const struct warning *warning = find(kind);
    if (!warning)
        fail_msg("no warning of %s; %zu others, first: %s", kind, count, count ? list->text : "-");
    else if (!strstr(warning->text, part))
        fail_msg("'%s' is not in: %s", part, warning->text);
    for (size_t i = 0; i < count; i++)
        if (&list[i] != warning)
            fail_msg("besides %s: %s", kind, list[i].text);
}

static void none(void)
{
    if (count > 0)
        fail_msg("%s", list->text);
}

static void a_quiet_run_has_none(void **state)
{
    (void)state;
    collect();
    none();
    quiet("cpu", "serial", 400, 20);
    quiet("cpu", "thread", 200, 20);
    collect();
    none();
    collect_with("{'timer': {'resolution_ns': 1, 'clocksource': 'tsc'}, 'cores': {'pus': 2}}");
    none();
}

static void unknown_figures_warn_of_nothing(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        uint64_t what = f ? FIGURE_OFF : FIGURE_UNKNOWN;
        struct timing *row = quiet("cpu", f ? "thread" : "serial", 300, 20);
        for (size_t i = 0; i < 20; i++) {
            row[i].others_ns = row[i].steal_ns = row[i].throttled_ns = what;
            row[i].running_before = row[i].frequency_khz = row[i].thermal_events = what;
            row[i].swapped_pages = row[i].on_battery = row[i].major_faults = what;
            row[i].longest_task_ns = row[i].join_ns = row[i].other_runs = what;
        }
    }
    collect();
    none();
}

static void rows_that_are_not_measured_do_not_count(void **state)
{
    (void)state;
    quiet("cpu", "thread", 300, 20);
    struct timing *row = quiet("cpu", "thread", 300, 6);
    for (size_t i = 0; i < 6; i++) {
        row[i].throttled_ns = row[i].thermal_events = row[i].on_battery = 1;
        row[i].wall_ns *= 9;
        row[i].warmup = i % 2;
        row[i].status = i % 2 ? STATUS_OK : STATUS_CRASHED;
    }
    collect();
    none();
}

static void outliers_name_the_worst_cell(void **state)
{
    (void)state;
    quiet("cpu", "serial", 400, 20);
    struct timing *thread = quiet("cpu", "thread", 200, 20);
    struct timing *pool = quiet("cpu", "thread-pool", 200, 20);
    thread[4].wall_ns = 500 * MS;
    thread[9].wall_ns = 620 * MS;
    thread[12].wall_ns = 300 * MS;
    pool[7].wall_ns = 600 * MS;
    collect();
    alone("outliers", "in 2 of 3 cells, most in cpu thread (3 of 20 runs, up to 3.1");
    assert_non_null(strstr(list->text, "none was dropped"));
    thread[4].wall_ns = thread[9].wall_ns = thread[12].wall_ns = 20 * MS;
    collect();
    alone("outliers", "down to 0.10x");
}

static void one_outlier_of_many_runs_is_none(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 30);
    row[7].wall_ns = 600 * MS;
    collect();
    none();
    row[8].wall_ns = 600 * MS;
    collect();
    alone("outliers", "2 of 30 runs");
}

static void an_outlier_below_the_least_effect_is_none(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 20);
    for (size_t i = 0; i < 20; i++)
        row[i].wall_ns = 200 * MS + i % 3;
    row[7].wall_ns = row[9].wall_ns = 203 * MS;
    row[0].wall_ns = 203 * MS;
    collect();
    none();
    row[7].wall_ns = row[9].wall_ns = 205 * MS;
    collect();
    alone("outliers", "2 of 20");
}

static void a_slow_first_run_is_no_outlier(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    row[0].wall_ns = 500 * MS;
    collect();
    alone("first run", "slow first runs in cpu thread (2.5");
    row[0].wall_ns = steady(200, 0);
    row[1].wall_ns = 500 * MS;
    collect();
    alone("outliers", "1 of 10 runs");
    row[1].wall_ns = steady(200, 1);
    row[0].wall_ns = 50 * MS; /* a fast one is */
    collect();
    alone("outliers", "1 of 10 runs");
}

static void the_order_of_the_file_is_not_that_of_time(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    row[9].wall_ns = 500 * MS;
    row[9].start_unix_ns = row[0].start_unix_ns - 1;
    collect();
    alone("first run", "2.5");
}

static void each_invocation_has_its_first_run(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    struct timing *later = quiet("cpu", "thread", 300, 10); /* its level alone is no outlier */
    for (size_t i = 0; i < 10; i++) {
        later[i].invocation = 2;
        later[i].start_unix_ns += UINT64_C(3600000000000);
    }
    collect();
    none();
    later[0].wall_ns = 600 * MS;
    collect();
    alone("first run", "in 1 of 2 invocations, up to 2.0");
    (void)row;
}

static void drift_is_told_with_its_direction(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 20);
    for (size_t i = 0; i < 20; i++)
        row[i].wall_ns = steady(200, i) + i * 500000;
    collect();
    alone("drift", "slower by 4.");
    for (size_t i = 0; i < 20; i++)
        row[i].wall_ns = steady(200, i) + (20 - i) * 500000;
    collect();
    alone("drift", "faster by 4.");
    for (size_t i = 0; i < 20; i++)
        row[i].wall_ns = 200 * MS + i * 100000; /* sure, but 1% */
    collect();
    none();
}

/* p is divided among the cells: a trend that chance brings in one of 500 series is told of one
 * cell, not of 20. */
static void drift_asks_more_of_more_cells(void **state)
{
    static const char *const modes[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                        "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
    static const uint64_t rising[] = {200, 206, 203, 201, 212, 209, 207, 215, 213, 204};
    (void)state;
    for (size_t m = 0; m < 20; m++) {
        struct timing *row = quiet("cpu", modes[m], 200, 10);
        for (size_t i = 0; m == 0 && i < 10; i++)
            row[i].wall_ns = rising[i] * MS;
        if (m == 0) {
            collect();
            none();                    /* p = 0.07 */
            row[9].wall_ns = 219 * MS; /* p = 0.002 */
            collect();
            alone("drift", "slower");
            rows.row[9].wall_ns = 219 * MS;
        }
    }
    collect();
    none();
}

static void a_coarse_clock_is_told_where_the_machine_is_known(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].longest_task_ns = 20000;
    collect();
    none();
    collect_with("{'timer': {'resolution_ns': 200}}");
    none();
    collect_with("{'timer': {'resolution_ns': 201}}");
    alone("clock", "steps of 201 ns, the longest task takes 20.0 us");
    collect_with("{'timer': {'resolution_ns': 1, 'clocksource': 'acpi_pm'}}");
    assert_non_null(find("clock"));
    assert_non_null(find("clock source"));
}

static void tasks_as_short_as_the_readings_are_told(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].longest_task_ns = 1700;
    collect();
    none();
    for (size_t i = 0; i < 10; i++)
        row[i].longest_task_ns = 1500;
    collect();
    alone("clock", "takes 1.50 us, two readings");
}

static void a_short_wall_time_is_told(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].wall_ns = 1000000;
    collect();
    none();
    for (size_t i = 0; i < 10; i++)
        row[i].wall_ns = 990000;
    collect();
    alone("wall time", "median 990 us");
}

static void major_faults_are_told(void **state)
{
    (void)state;
    quiet("cpu", "thread", 200, 10)[3].major_faults = 4;
    collect();
    alone("major faults", "4 in 1 of 10 runs");
}

static void others_are_told_beyond_the_ticks(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 1000, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].others_ns = i < 6 ? 110 * MS : 60 * MS; /* of 2 x 1 s */
    collect();
    alone("others", "5.5% of the CPU time in the median run");
    row[5].others_ns = row[4].others_ns = 60 * MS; /* no longer half */
    collect();
    none();
}

static void a_tick_too_many_is_nobody(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 20, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].others_ns = 20 * MS; /* half of the CPU time, but a tick per CPU */
    collect();
    none();
    for (size_t i = 0; i < 10; i++)
        row[i].others_ns = 21 * MS;
    collect();
    alone("others", "5");
}

static void others_are_set_against_all_cpus_they_are_counted_on(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 1000, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].others_ns = 150 * MS;
    collect();
    assert_non_null(find("others"));
    collect_with("{'cores': {'pus': 8}}"); /* a quota of 2 on 8 */
    none();
    collect_with("{'simulated': true, 'cores': {'pus': 2}}");
    none();
}

static void running_before_is_told_from_half_on(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    for (size_t i = 0; i < 5; i++)
        row[i].running_before = 2;
    collect();
    none();
    row[5].running_before = 3;
    collect();
    alone("running before", "in 6 of 10 runs, up to 3 threads");
    row[9].running_before = FIGURE_UNKNOWN;
    collect();
    alone("running before", "in 6 of 9 runs");
}

static void steal_is_told_beyond_the_ticks(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 50, 10);
    row[3].steal_ns = 20 * MS; /* 2% of 10 x 2 x 50 ms, but two ticks */
    collect();
    none();
    row[4].steal_ns = 30 * MS;
    collect();
    alone("steal", "5.0% of the CPU time");
    collect_with("{'cores': {'machine_pus': 16}}");
    none();
}

static void the_machines_own_troubles_are_told(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 10);
    row[1].throttled_ns = 45 * MS;
    collect();
    alone("throttling", "in 1 of 10 runs, up to 45.0 ms");
    row[1].throttled_ns = 0;
    row[2].thermal_events = 3;
    collect();
    alone("heat", "3 times in 1 of 10 runs");
    row[2].thermal_events = 0;
    row[3].swapped_pages = 7;
    collect();
    alone("swapping", "7 pages in 1 of 10 runs");
    row[3].swapped_pages = 0;
    row[4].on_battery = row[5].on_battery = 1;
    collect();
    alone("battery", "2 of 10 runs");
    row[4].on_battery = row[5].on_battery = 0;
    row[6].other_runs = 1;
    row[7].other_runs = 3;
    collect();
    alone("other runs", "in 2 of 10 runs, up to 3 of them");
}

static void the_reference_cell_counts_for_the_machine_alone(void **state)
{
    (void)state;
    quiet("cpu", "serial", 200, 10);
    struct timing *row = quiet("cpu", "thread", 200, 10);
    for (size_t i = 0; i < 10; i++)
        row[i].reference = 1;
    row[4].wall_ns = row[5].wall_ns = 900 * MS;
    collect();
    none();
    row[4].throttled_ns = 5;
    collect();
    alone("throttling", "in 1 of 2 cells, most in the reference cell");
}

static void a_bad_tenth_of_blocks_is_told(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 1000, 20);
    for (size_t i = 0; i < 4; i++)
        row[15 + i].others_ns = 400 * MS;
    row[16].others_ns = 800 * MS;
    collect();
    alone("blocks", "most in block 17), 0.0% in the median");
    for (size_t i = 0; i < 20; i++)
        row[i].others_ns = 90 * MS; /* the same in all */
    collect();
    none();
    row = quiet("cpu", "serial", 20, 20); /* too short to see it */
    rows.count = 20;
    memmove(rows.row, row, 20 * sizeof *row);
    for (size_t i = 0; i < 4; i++)
        rows.row[i].others_ns = 30 * MS;
    collect();
    none();
}

static void invocations_that_differ_are_told(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 1000, 12);
    for (size_t i = 6; i < 12; i++) {
        row[i].invocation = 2;
        row[i].block = i - 5;
        row[i].others_ns = 90 * MS;
    }
    collect();
    none();
    for (size_t i = 6; i < 12; i++)
        row[i].others_ns = 300 * MS;
    collect();
    assert_non_null(find("invocations"));
    assert_non_null(
        strstr(find("invocations")->text, "15.0% of the CPU time in invocation 2, 0.0%"));
}

static void a_frequency_that_differs_is_told(void **state)
{
    (void)state;
    struct timing *serial = quiet("cpu", "serial", 400, 20);
    struct timing *sleep = quiet("sleep", "thread", 200, 20);
    for (size_t i = 0; i < 20; i++)
        sleep[i].frequency_khz = 1000000; /* another cell, another frequency: no trouble */
    for (size_t i = 10; i < 20; i++)
        sleep[i].status = STATUS_FAILED; /* even where it is not in all blocks */
    collect();
    none();
    for (size_t i = 0; i < 5; i++)
        serial[i].frequency_khz = 2000000;
    collect();
    alone("frequency", "between blocks");
}

static void the_machines_facts_are_told(void **state)
{
    (void)state;
    const char *facts = "{'governor': 'powersave', 'boost': false, 'conditions': {'on_battery': "
                        "true}, 'cores': {'quota_cpus': 1.5}}";
    struct timing *row = quiet("cpu", "thread", 200, 10);
    collect_with(facts);
    assert_int_equal(count, 3);
    assert_non_null(strstr(find("frequency governor")->text, "governor: powersave"));
    assert_non_null(strstr(find("frequency governor")->remedy, "cpupower"));
    assert_non_null(find("battery"));
    assert_non_null(find("CPU quota"));
    row[0].on_battery = 1; /* rows say the same: once is enough */
    row[0].throttled_ns = 1;
    collect_with(facts);
    assert_int_equal(count, 3);
    assert_non_null(strstr(find("battery")->text, "1 of 10 runs"));
    assert_null(find("CPU quota"));
}

static void groups_of_one_workload_are_told_apart(void **state)
{
    (void)state;
    struct timing *row = quiet("cpu", "thread", 200, 20);
    for (size_t i = 10; i < 20; i++)
        row[i].params = "rounds=2000";
    row[12].throttled_ns = 1;
    collect();
    alone("throttling", "most in cpu (rounds=2000, 8 tasks) thread");
}

static void printing_cleans_what_the_files_say(void **state)
{
    char *text = NULL;
    size_t size = 0;
    (void)state;
    quiet("c\033[2Ju", "thread", 200, 10)[1].throttled_ns = 5;
    collect_with("{'governor': 'save\\n%s\\u0007'}");
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(warnings_print(out, list, count), 0);
    fclose(out);
    for (const char *c = text; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c < 127));
    assert_non_null(strstr(text, "warning: the CPU quota held the work back in c?[2Ju thread (in 1 "
                                 "of 10 runs, up to 5.00 ns of CPU time). Remedy: raise"));
    assert_non_null(strstr(text, "save?%s?:"));
    size_t lines = 0;
    for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    assert_int_equal(lines, count);
    free(text);
    out = fopen("/dev/full", "w");
    assert_true(warnings_print(out, list, count) < 0);
    fclose(out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_quiet_run_has_none),
        TEST(unknown_figures_warn_of_nothing),
        TEST(rows_that_are_not_measured_do_not_count),
        TEST(outliers_name_the_worst_cell),
        TEST(one_outlier_of_many_runs_is_none),
        TEST(an_outlier_below_the_least_effect_is_none),
        TEST(a_slow_first_run_is_no_outlier),
        TEST(the_order_of_the_file_is_not_that_of_time),
        TEST(each_invocation_has_its_first_run),
        TEST(drift_is_told_with_its_direction),
        TEST(drift_asks_more_of_more_cells),
        TEST(a_coarse_clock_is_told_where_the_machine_is_known),
        TEST(tasks_as_short_as_the_readings_are_told),
        TEST(a_short_wall_time_is_told),
        TEST(major_faults_are_told),
        TEST(others_are_told_beyond_the_ticks),
        TEST(a_tick_too_many_is_nobody),
        TEST(others_are_set_against_all_cpus_they_are_counted_on),
        TEST(running_before_is_told_from_half_on),
        TEST(steal_is_told_beyond_the_ticks),
        TEST(the_machines_own_troubles_are_told),
        TEST(the_reference_cell_counts_for_the_machine_alone),
        TEST(a_bad_tenth_of_blocks_is_told),
        TEST(invocations_that_differ_are_told),
        TEST(a_frequency_that_differs_is_told),
        TEST(the_machines_facts_are_told),
        TEST(groups_of_one_workload_are_told_apart),
        TEST(printing_cleans_what_the_files_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
