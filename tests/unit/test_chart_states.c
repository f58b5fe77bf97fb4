/* The chart of what tasks spend their time on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/report_charts.h"

static struct rows rows;

static struct timing *add(const char *workload, const char *mode, uint64_t running, uint64_t ready,
                          uint64_t blocked)
{
    struct timing *row = rows_add(&rows, workload, mode, 2, 70);
    row->running_ns = running * MS;
    row->ready_ns = ready * MS;
    row->blocked_ns = blocked * MS;
    return row;
}

static void fill(void)
{
    rows.count = 0;
    add("cpu", "serial", 99, 1, 0);
    add("cpu", "thread", 50, 150, 0);
    add("sleep", "thread", 1, 0, 399);
    add("sleep", "coroutine", 5, 0, 0)->ready_ns = FIGURE_UNKNOWN;
    rows.row[3].blocked_ns = FIGURE_UNKNOWN;
}

static void shares_are_of_the_summed_time(void **state)
{
    (void)state;
    fill();
    char *csv = chart(&rows, &chart_states);
    rectangular(csv);
    has(csv, ",serial,100 ms,-,99,1,0,100000000,NaN\n");
    has(csv, ",thread,200 ms,-,25,75,0,200000000,NaN\n");
    has(csv, ",thread,400 ms,-,0.25,0,99.75,400000000,NaN\n");
    has(csv, ",coroutine,running 5.00 ms; the rest is not told apart,-,NaN,NaN,NaN,NaN,NaN\n");
    free(csv);
}

static void the_title_names_the_extremes(void **state)
{
    (void)state;
    fill();
    assert_string_equal(chart_title_of(&rows, &chart_states),
                        "Up to 99% running (cpu serial); 75% ready (cpu thread); 100% blocked "
                        "(sleep thread)");
    rows.count = 1; /* what takes 1% is no finding */
    assert_string_equal(chart_title_of(&rows, &chart_states), "cpu serial: 99% running");
    rows.row[0].ready_ns = 60 * MS; /* of 159 ms */
    assert_string_equal(chart_title_of(&rows, &chart_states), "cpu serial: 62% running; 38% ready");
}

static void it_needs_a_known_split(void **state)
{
    (void)state;
    struct cell_table table;
    fill();
    assert_int_equal(cells_gather(&table, rows.row, 4, 0), 0);
    assert_null(missing(&chart_states, &table));
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows.row + 3, 1, 0), 0);
    has(missing(&chart_states, &table), "thread or process");
    cells_free(&table);
}

static void as_text(void **state)
{
    (void)state;
    fill();
    char *text = chart_printed(&rows, &chart_states, 48);    /* 20 for the bar */
    has(text, " ######.................   25%  75%   0%\n"); /* 23, of shorter names */
    has(text, " --------------------    0%   0% 100%\n");
    has(text, "running 5.00 ms; the rest is not");
    free(text);
    rows.row[2].mode = "thread-coroutine-of-a-length";
    text = chart_printed(&rows, &chart_states, 40); /* 22 for the bar, below the name */
    has(text, "\n  thread-coroutine-of-a-length\n  ----------------------    0%   0% 100%\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_of_the_summed_time),
        cmocka_unit_test(the_title_names_the_extremes),
        cmocka_unit_test(it_needs_a_known_split),
        cmocka_unit_test(as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
