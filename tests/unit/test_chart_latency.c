/* The chart of latencies: the tasks' distribution, and percentiles by an independent count. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/report_charts.h"

enum { TASKS = 400 };

static struct rows rows;
static struct task_row tasks[2][TASKS];
static struct task_cell cells[2];

/* Task i of n ends after `step` * (i + 1), shuffled. */
static void fill_tasks(size_t cell, size_t n, uint64_t step)
{
    cells[cell] = (struct task_cell){rows.row[cell], tasks[cell], n};
    cells[cell].key.workload_version = 0; /* tasks.csv does not tell it */
    for (size_t i = 0; i < n; i++)
        tasks[cell][i] = (struct task_row){
            .task = i, .queued_ns = 5, .start_ns = 6, .end_ns = step * ((i * 7 + 3) % n + 1)};
}

static void fill(size_t n)
{
    rows.count = 0;
    rows_add(&rows, "sleep", "serial", 1, 400);
    rows_add(&rows, "sleep", "thread", 2, 40);
    fill_tasks(0, n, 1000);
    fill_tasks(1, n, 10);
}

static void gather(struct cell_table *table, struct chart_data *data)
{
    assert_int_equal(cells_gather(table, rows.row, rows.count, 0), 0);
    *data = (struct chart_data){.table = table, .tasks = cells, .task_cells = 2};
}

static char *csv(void)
{
    struct cell_table table;
    struct chart_data data;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    gather(&table, &data);
    assert_int_equal(chart_latency.write(out, &data), 0);
    cells_free(&table);
    fclose(out);
    rectangular(text);
    return text;
}

/* How many tasks of the cell were done after that time. */
static size_t done_by(size_t cell, double ns)
{
    size_t count = 0;
    for (size_t i = 0; i < cells[cell].count; i++)
        count += (double)tasks[cell][i].end_ns <= ns;
    return count;
}

static void the_distribution_counts_every_task(void **state)
{
    (void)state;
    fill(TASKS);
    char *text = csv();
    size_t points = 0;
    double last = 0;
    for (char *line = text; *line; line += strcspn(line, "\n") + 1) {
        double ns, level;
        if (sscanf(line, "point,1,1,%*[^,],-,%lf,NaN,NaN,%lf", &ns, &level) != 2)
            continue;
        const size_t cell = strncmp(line + 10, "serial", 6) == 0 ? 0 : 1;
        assert_true(fabs(level * TASKS + 0.5 - (double)done_by(cell, ns)) < 1e-5);
        assert_true(ns > last);
        last = ns;
        points++;
    }
    assert_in_range(points, 60, 161);
    assert_true(last == 10.0 * TASKS || last == 1000.0 * TASKS); /* the longest is among them */
    free(text);
}

static void percentiles_are_told_as_far_as_the_tasks_bound_them(void **state)
{
    (void)state;
    fill(TASKS);
    char *text = csv();
    has(text, "serial,p50,200000,NaN,NaN,0.5\n"); /* the 200th of 400 */
    has(text, "serial,p90,360000,NaN,NaN,0.9\n");
    has(text, "serial,p99,396000,NaN,NaN,0.99\n");
    has(text, "thread,p99,3960,NaN,NaN,0.99\n");
    has_not(text, "p99.9");
    free(text);
    fill(35);
    text = csv();
    has(text, "p50");
    has_not(text, "p90");
    free(text);
}

static void the_title_says_who_was_done_when(void **state)
{
    (void)state;
    struct cell_table table;
    struct chart_data data;
    char title[CHART_TITLE];
    fill(TASKS);
    gather(&table, &data);
    chart_latency.title(title, sizeof title, &data);
    assert_string_equal(title, "sleep: 99% done after 3.96 us (thread) to 396 us (serial)");
    cells_free(&table);
    fill(20);
    gather(&table, &data);
    chart_latency.title(title, sizeof title, &data);
    assert_string_equal(title, "sleep: half done after 100 ns (thread) to 10.0 us (serial)");
    cells_free(&table);
}

static void at_a_rate_a_task_arrives_when_it_is_due(void **state)
{
    (void)state;
    struct cell_table table;
    struct chart_data data;
    fill(TASKS);
    for (size_t c = 0; c < 2; c++) {
        rows.row[c].rate = cells[c].key.rate = 1000;
        for (size_t i = 0; i < TASKS; i++) {
            tasks[c][i].queued_ns = i * 1000000;
            tasks[c][i].end_ns += i * 1000000;
        }
    }
    char *text = csv();
    has(text, "serial,p50,200000,NaN,NaN,0.5\n");
    free(text);
    gather(&table, &data);
    cells_free(&table);
}

static void requests_have_percentiles_of_their_own(void **state)
{
    (void)state;
    rows.count = 0;
    for (uint64_t i = 0; i < 7; i++) {
        struct timing *row = rows_add(&rows, "tcp", "event", 1, 400);
        row->requests = 1000;
        row->latency_p50_ns = (10 + i) * MS;
        row->latency_p99_ns = (20 + i) * MS;
    }
    struct cell_table table;
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    const struct chart_data data = {.table = &table};
    char title[CHART_TITLE];
    chart_latency.title(title, sizeof title, &data);
    assert_string_equal(title, "tcp: p99 latency 23.0 ms (event)");
    assert_null(chart_latency.missing(&data));
    cells_free(&table);
    char *text = chart(&rows, &chart_latency);
    has(text, "mark,1,1,event,p50,13000000,10000000,16000000,0.5\n");
    has_not(text, "point,");
    free(text);
}

static void it_needs_tasks_or_requests(void **state)
{
    (void)state;
    struct cell_table table;
    fill(1); /* one task is no distribution */
    struct chart_data data;
    gather(&table, &data);
    has(chart_latency.missing(&data), "tasks.csv");
    data.task_cells = 0;
    has(chart_latency.missing(&data), "tasks.csv");
    cells_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distribution_counts_every_task),
        cmocka_unit_test(percentiles_are_told_as_far_as_the_tasks_bound_them),
        cmocka_unit_test(the_title_says_who_was_done_when),
        cmocka_unit_test(at_a_rate_a_task_arrives_when_it_is_due),
        cmocka_unit_test(requests_have_percentiles_of_their_own),
        cmocka_unit_test(it_needs_tasks_or_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
