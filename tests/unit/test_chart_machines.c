/* The chart of runs compared: the verdicts are those of real comparisons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/compare_runs.h"
#include "tests/unit/report_charts.h"

enum { INVOCATIONS = 10 };

static struct compare_runs runs;
static struct compared_run list[2];

static void add(struct rows *rows, const char *mode, uint64_t wall_us)
{
    for (uint64_t i = 1; i <= INVOCATIONS; i++) {
        struct timing *row = rows_add(rows, "cpu", mode, 1, 0);
        row->wall_ns = (wall_us + i) * 1000;
        row->invocation = i;
        row->block = row->rep = 1;
    }
}

static int start(void **state)
{
    (void)state;
    memset(&runs, 0, sizeof runs);
    add(&runs.rows_a, "serial", 40000);
    add(&runs.rows_b, "serial", 40000);
    add(&runs.rows_a, "thread", 20000);
    add(&runs.rows_b, "thread", 30000);
    add(&runs.rows_a, "process", 20000);
    add(&runs.rows_b, "process", 10000);
    add(&runs.rows_a, "coroutine", 40000); /* on one side only */
    compare_runs_gather(&runs);
    list[0] = runs.a;
    list[1] = runs.b;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    compare_runs_free(&runs);
    return 0;
}

static struct chart_data data_of(size_t count)
{
    return (struct chart_data){.table = &list[0].table, .runs = list, .run_count = count};
}

static char *text_of(int (*write)(FILE *out, const struct chart_data *data), size_t width)
{
    const struct chart_data data = data_of(2);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(write ? write(out, &data) : chart_machines.print(out, &data, width), 0);
    fclose(out);
    return text;
}

static void cells_and_verdicts(void **state)
{
    (void)state;
    char *csv = text_of(chart_machines.write, 0);
    rectangular(csv);
    has(csv, "group,1,0,after: faster than before in 1 of 3 cells; slower in 1 (times 0.91x on "
             "average),after over before; 3 of 3 cells; 1 on one side only,-,");
    has(csv, "cell,1,1,cpu process,-,faster,0.5001"); /* the largest change */
    has(csv, "cell,1,2,cpu thread,-,slower,1.499");
    has(csv, "cell,1,3,cpu serial,-,equivalent,1,");
    has(csv, ",1.99973,1.33327\n"); /* what threads gain over serial before, and after */
    free(csv);
}

static void the_title_counts_what_differs(void **state)
{
    (void)state;
    const struct chart_data data = data_of(2);
    char title[CHART_TITLE];
    chart_machines.title(title, sizeof title, &data);
    assert_string_equal(title, "after: faster than before in 1 of 3 cells; slower in 1 (times "
                               "0.91x on average)");
}

static void one_run_or_none_in_common_declines(void **state)
{
    (void)state;
    struct chart_data data = data_of(1);
    has(charts_missing(&chart_machines, &data), "bench plot DIR DIR");
    data = data_of(2);
    assert_null(charts_missing(&chart_machines, &data));
    for (size_t i = 0; i < runs.rows_b.count; i++)
        runs.rows_b.row[i].workload = "sleep";
    cells_free(&list[1].table);
    assert_int_equal(cells_gather(&list[1].table, runs.rows_b.row, runs.rows_b.count, 0), 0);
    runs.b = list[1];
    has(charts_missing(&chart_machines, &data), "in common");
}

static void as_text(void **state)
{
    (void)state;
    char *text = text_of(NULL, 80);
    has(text, "cpu process      #               .                  0.500x  faster\n");
    has(text, "1.000x  equivalent\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_and_verdicts, start, stop),
        cmocka_unit_test_setup_teardown(the_title_counts_what_differs, start, stop),
        cmocka_unit_test_setup_teardown(one_run_or_none_in_common_declines, start, stop),
        cmocka_unit_test_setup_teardown(as_text, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
