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
    has(csv, "thread,7.24 KiB,10,1048576\n");
    has(csv, "thread,7.24 KiB,1000,8388608\n");
    has(csv, "coroutine,1.00 KiB,1000,2062336\n");
    has_not(csv, "serial");
    has_not(csv, "cpu");
    free(csv);
}

static void the_title_says_what_a_task_takes(void **state)
{
    (void)state;
    struct cell_table table;
    char title[CHART_TITLE];
    fill();
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    const struct chart_data data = {.table = &table};
    chart_memory.title(title, sizeof title, &data);
    assert_string_equal(title,
                        "sleep: a task takes from 1.00 KiB (coroutine) to 7.24 KiB (thread)");
    cells_free(&table);
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
    struct cell_table table;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fill();
    assert_non_null(out);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    const struct chart_data data = {.table = &table};
    assert_int_equal(chart_memory.print(out, &data, 60), 0);
    cells_free(&table);
    fclose(out);
    has(text, "thread, 7.24 KiB a task\n  10 tasks   =====");
    has(text, "  1000 tasks ======");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_cross_the_numbers_of_tasks),
        cmocka_unit_test(the_title_says_what_a_task_takes),
        cmocka_unit_test(it_needs_two_numbers_of_tasks),
        cmocka_unit_test(as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
