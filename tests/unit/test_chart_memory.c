/* The chart of memory against tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/report_charts.h"

static struct rows rows;

static void add(const char *workload, const char *mode, uint64_t tasks, uint64_t bytes)
{
    struct timing *row = rows_add(&rows, workload, mode, 2, 70);
    row->tasks = tasks;
    row->warmup = 1;
    row->peak_bytes = bytes;
    row->peak_alive = 2;
    row = rows_add(&rows, workload, mode, 2, 70);
    row->tasks = tasks;
}

static void fill(void)
{
    rows.count = 0;
    add("sleep", "thread", 1000, 8 << 20); /* in no order */
    add("sleep", "thread", 10, 1 << 20);
    add("sleep", "coroutine", 10, 1 << 20);
    add("sleep", "coroutine", 1000, (1 << 20) + 990 * 1024);
    add("sleep", "serial", 10, 1 << 20); /* one number alone is no line */
    add("cpu", "thread", 10, 1 << 20);
}

static void lines_cross_the_numbers_of_tasks(void **state)
{
    (void)state;
    fill();
    char *csv = chart(&rows, &chart_memory);
    rectangular(csv);
    has(csv, "thread,7.24 KiB,10,1048576,2,2\n");
    has(csv, "thread,7.24 KiB,1000,8388608,2,2\n");
    has(csv, "coroutine,1.00 KiB,1000,2062336,2,2\n");
    has_not(csv, "serial");
    has_not(csv, "cpu");
    free(csv);
}

static void title_is(const char *expected)
{
    assert_string_equal(chart_title_of(&rows, &chart_memory), expected);
}

static void the_title_says_what_a_task_takes(void **state)
{
    (void)state;
    fill();
    title_is("sleep: a task takes 1.00 KiB (coroutine) to 7.24 KiB (thread)");
    rows.count = 4;
    title_is("sleep: a task takes 7.24 KiB (thread)");
    add("sleep", "process", 10, 1 << 20);
    add("sleep", "process", 1000, 8 << 20);
    title_is("sleep: a task takes 7.24 KiB in each of 2 modes");
}

/* One figure a side cannot tell 2%, and a mode may well take less with more tasks. */
static void growth_that_is_none_is_not_0_bytes(void **state)
{
    (void)state;
    rows.count = 0;
    add("sleep", "serial", 10, 1000000);
    add("sleep", "serial", 1000, 1020000);
    title_is("sleep: a task takes nothing measurable (serial)");
    char *text = chart_printed(&rows, &chart_memory, 60);
    has(text, "  serial: a task takes nothing measurable\n");
    free(text);
    add("sleep", "thread", 10, 1 << 20);
    add("sleep", "thread", 1000, 8 << 20);
    title_is("sleep: a task takes nothing measurable (serial) to 7.24 KiB (thread)");
    rows.count = 4;
    add("sleep", "thread-pool", 10, 1000000);
    add("sleep", "thread-pool", 1000, 900000);
    title_is("sleep: a task takes nothing measurable in each of 2 modes");
}

/* Of two warm-ups at each end the nearest must lie apart. */
static void warm_ups_that_overlap_show_no_growth(void **state)
{
    (void)state;
    rows.count = 0;
    add("sleep", "thread", 10, 1000000);
    add("sleep", "thread", 10, 1500000);
    add("sleep", "thread", 1000, 1400000);
    add("sleep", "thread", 1000, 2500000);
    title_is("sleep: a task takes nothing measurable (thread)");
    rows.row[4].peak_bytes = 1600000;
    title_is("sleep: a task takes 1010 B (thread)");
}

/* What divides the memory of a few tasks by all would flatter who is slow to start them. */
static void tasks_that_were_never_all_there_tell_nothing(void **state)
{
    (void)state;
    fill();
    rows.row[0].workers = rows.row[1].workers = 1000;
    rows.row[0].peak_alive = 354;
    title_is("sleep: a task takes 1.00 KiB (coroutine); thread ended too soon");
    char *csv = chart(&rows, &chart_memory);
    has(csv, ",at once: thread 354 of 1000; rounds=1000,");
    has(csv, "thread,ended too soon,1000,8388608,354,1000\n");
    free(csv);
    char *text = chart_printed(&rows, &chart_memory, 60);
    has(text, "  thread: 354 of 1000 at once; ended too soon\n");
    free(text);
    text = chart_printed(&rows, &chart_memory, 40);
    has(text, "  thread: 354 of 1000 at once; ended too\n    soon\n");
    widths(text, 40);
    free(text);
    rows.count = 4;
    title_is("sleep: tasks ended before all were there (thread: 354 of 1000)");
    rows.row[0].peak_alive = 900;
    title_is("sleep: a task takes 7.24 KiB (thread)");
    rows.row[0].peak_alive = FIGURE_UNKNOWN;
    title_is("sleep: a task takes 7.24 KiB (thread)");
}

/* Cells without a line leave room for those that have one; who finds none is counted. */
static void more_lines_than_the_legend_has_are_told(void **state)
{
    static char modes[2 * CHART_LINES + 1][16];
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i < 2 * CHART_LINES + 1; i++) {
        snprintf(modes[i], sizeof modes[i], "mode-%02zu", i);
        add("sleep", modes[i], 10, 1 << 20);
        if (i >= CHART_LINES)
            add("sleep", modes[i], 1000, (i + 1) << 20);
    }
    char *csv = chart(&rows, &chart_memory);
    has(csv, ",16 of 17 lines; rounds=1000,");
    has(csv, "\nline,0,1,mode-16,");
    has(csv, "\nline,0,16,");
    has_not(csv, "mode-00");
    free(csv);
}

static void groups_beyond_the_panels_are_counted(void **state)
{
    static char works[CHART_PANELS + 1][8];
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i <= CHART_PANELS; i++) {
        snprintf(works[i], sizeof works[i], "work%zu", i);
        add(works[i], "thread", 10, 1 << 20);
        add(works[i], "thread", 1000, 8 << 20);
    }
    char *text = chart(&rows, &chart_memory);
    has(text, "figure,9,0,work");
    has(text, "\ngroup,8,0,");
    has_not(text, "\ngroup,9,0,");
    free(text);
}

static void it_needs_two_numbers_of_tasks(void **state)
{
    (void)state;
    struct cell_table table;
    fill();
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_null(missing(&chart_memory, &table));
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows.row + 8, 4, 0), 0);
    has(missing(&chart_memory, &table), "--tasks 10,100,1000");
    cells_free(&table);
    for (size_t i = 0; i < rows.count; i++) /* nobody looked */
        rows.row[i].peak_bytes = FIGURE_OFF;
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    has(missing(&chart_memory, &table), "warm-up");
    cells_free(&table);
}

static void as_text(void **state)
{
    (void)state;
    fill();
    char *text = chart_printed(&rows, &chart_memory, 60);
    has(text, "sleep: mode and number of tasks\n  coroutine 10   =====");
    has(text, "  thread 1000    =======");
    has(text, "\n  thread: a task takes 7.24 KiB\n");
    widths(text, 60);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_cross_the_numbers_of_tasks),
        cmocka_unit_test(the_title_says_what_a_task_takes),
        cmocka_unit_test(growth_that_is_none_is_not_0_bytes),
        cmocka_unit_test(warm_ups_that_overlap_show_no_growth),
        cmocka_unit_test(tasks_that_were_never_all_there_tell_nothing),
        cmocka_unit_test(more_lines_than_the_legend_has_are_told),
        cmocka_unit_test(groups_beyond_the_panels_are_counted),
        cmocka_unit_test(it_needs_two_numbers_of_tasks),
        cmocka_unit_test(as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
