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
    gather(&table, &data);
    char *text = chart_text(&chart_latency, &data, 0);
    cells_free(&table);
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
        const double done = (double)done_by(cell, ns);
        assert_true(fabs(level * TASKS - (done < TASKS ? done : TASKS - 0.5)) < 1e-5);
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

static void title_of_tasks(const char *expected)
{
    struct cell_table table;
    struct chart_data data;
    char title[CHART_TITLE];
    gather(&table, &data);
    assert_string_equal(chart_latency.title(title, sizeof title, &data), expected);
    cells_free(&table);
}

/* They are figures of one repetition, and it says so. */
static void the_title_says_who_was_done_when(void **state)
{
    (void)state;
    fill(TASKS);
    title_of_tasks("sleep: 99% done after 3.96 us (thread) to 396 us (serial) in one repetition");
    char *text = csv();
    has(text,
        "group,1,0,sleep: 99% done after 3.96 us (thread) to 396 us (serial),one repetition; ");
    free(text);
    fill(36);
    title_of_tasks("sleep: 90% done after 330 ns (thread) to 33.0 us (serial) in one repetition");
    fill(20);
    title_of_tasks("sleep: half done after 100 ns (thread) to 10.0 us (serial) in one repetition");
    fill(5);
    title_of_tasks("sleep: too few tasks for a percentile");
    rows.row[0].status = STATUS_CRASHED;
    fill_tasks(1, TASKS, 10);
    title_of_tasks("sleep: 99% done after 3.96 us (thread) in one repetition");
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

/* `runs` blocks of requests; p99.9 swings by `swing` from one block to the next. */
static void serve(const char *workload, const char *mode, uint64_t p99, uint64_t p999,
                  uint64_t swing, size_t runs)
{
    for (uint64_t i = 0; i < runs; i++) {
        struct timing *row = rows_add(&rows, workload, mode, 1, 400);
        row->block = i + 1;
        row->requests = 10000;
        row->latency_p50_ns = p99 * 1000 / 2;
        row->latency_p90_ns = FIGURE_UNKNOWN;
        row->latency_p99_ns = (p99 + i) * 1000;
        row->latency_p999_ns = (p999 + i + (i % 2 ? swing : 0)) * 1000;
        row->latency_max_ns = 5000 * MS;
    }
}

static void title_is(const char *expected)
{
    assert_string_equal(chart_title_of(&rows, &chart_latency), expected);
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
    title_is("tcp: p99 latency 23.0 ms (event)");
    char *text = chart(&rows, &chart_latency);
    has(text, "mark,1,1,event,p50,13000000,10000000,16000000,0.5\n");
    has_not(text, "point,");
    free(text);
}

/* Serial answers 99 of 100 at once, and starves the last. */
static void the_furthest_percentile_decides(void **state)
{
    (void)state;
    rows.count = 0;
    serve("tcp", "serial", 900, 2240000, 0, 8);
    serve("tcp", "event", 2000, 5000, 0, 8);
    serve("tcp", "thread", 3000, 7500, 0, 8);
    title_is("tcp: lowest p99.9 latency 5.00 ms (event); next 1.50x (thread)");
    for (size_t i = 16; i < 24; i++) /* one of them has none */
        rows.row[i].latency_p999_ns = FIGURE_UNKNOWN;
    title_is("tcp: lowest p99 latency 904 us (serial); next 2.22x (event)");
}

static void a_title_claims_no_more_than_the_runs_show(void **state)
{
    (void)state;
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 0, 1);
    serve("tcp", "serial", 900, 2240000, 0, 1);
    title_is("tcp: p99.9 latency 5.00 ms (event) to 2.24 s (serial); not judged: 1 of 6 runs");
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 5000, 9); /* now the one, now the other */
    serve("tcp", "thread", 2000, 7000, 0, 9);
    title_is("tcp: no difference in p99.9 latency seen: 5.01 ms (event) to 7.00 ms (thread)");
    serve("tcp", "serial", 900, 2240000, 0, 9);
    title_is("tcp: p99.9 latency 5.01 ms (event) to 2.24 s (serial); lowest undecided");
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 0, 9);
    serve("tcp", "thread", 2000, 5010, 0, 9);
    title_is("tcp: p99.9 latency alike: 5.00 ms (event) to 5.01 ms (thread)");
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].latency_p999_ns = 5 * MS;
    title_is("tcp: p99.9 latency alike: 5.00 ms");
}

/* Two pieces of work are two chances: six blocks each decide no more what they would alone. */
static void all_groups_are_judged_together(void **state)
{
    (void)state;
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 0, 6);
    serve("tcp", "thread", 2000, 7000, 0, 6);
    title_is("tcp: lowest p99.9 latency 5.00 ms (event); next 1.40x (thread)");
    serve("udp", "event", 2000, 5000, 0, 6);
    serve("udp", "thread", 2000, 6000, 0, 6);
    title_is("tcp: p99.9 latency 5.00 ms (event) to 7.00 ms (thread); not judged: 6 of 7 runs");
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 5000, 9);
    serve("tcp", "thread", 2000, 7000, 0, 9);
    serve("udp", "event", 2000, 5000, 0, 9);
    serve("udp", "thread", 2000, 6000, 0, 9);
    title_is("udp: lowest p99.9 latency 5.00 ms (event); next 1.20x (thread)"); /* though nearer */
}

static void what_failed_takes_no_line_of_the_legend(void **state)
{
    static char modes[CHART_LINES][16];
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i < CHART_LINES; i++) {
        snprintf(modes[i], sizeof modes[i], "mode-%02zu", i);
        rows_add(&rows, "tcp", modes[i], 1, 10)->status = STATUS_UNSUPPORTED;
    }
    serve("tcp", "event", 2000, 5000, 0, 6);
    serve("tcp", "thread", 2000, 7000, 0, 6);
    char *text = chart(&rows, &chart_latency);
    rectangular(text);
    has(text, ",requests; 2 of 18 cells; 8 tasks of rounds=1000,");
    has(text, "line,0,1,event,");
    has(text, "line,0,2,thread,");
    has_not(text, "mode-");
    free(text);
}

static void groups_beyond_the_panels_are_counted(void **state)
{
    static char works[CHART_PANELS + 1][8];
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i <= CHART_PANELS; i++) {
        snprintf(works[i], sizeof works[i], "tcp%zu", i);
        serve(works[i], "event", 2000, 5000, 0, 6);
    }
    char *text = chart(&rows, &chart_latency);
    has(text, "figure,9,0,tcp");
    has(text, "\ngroup,8,0,");
    has_not(text, "\ngroup,9,0,");
    free(text);
}

static void as_text(void **state)
{
    (void)state;
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 0, 6);
    serve("tcp", "process-coroutine-of-a-long-name", 2000, 7000, 0, 6);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].params = "rounds=1000;reply=100;alternations=10";
    char *text = chart_printed(&rows, &chart_latency, 80);
    has(text, "tcp: lowest p99.9 latency 5.00 ms (event); next 1.40x\n"
              "  (process-coroutine-of-a-long-name)\nrequests; 8 tasks of rounds=1000 reply=100 ");
    has(text, "  process-coroutine-of-a-long-name\n            ");
    has(text, "       p50       p90       p99     p99.9   longest\n");
    has(text, "  event                          1.00 ms         -   2.00 ms   5.00 ms    5.00 s\n");
    widths(text, 80);
    free(text);
    text = chart_printed(&rows, &chart_latency, 40);
    has(text, "       p50       p99     p99.9   longest\n");
    has(text, "  event\n   1.00 ms   2.00 ms   5.00 ms    5.00 s\n");
    has(text, "alternations=10\n");
    widths(text, 40);
    free(text);
}

/* A narrow terminal has room for three percentiles. */
static void the_percentile_of_the_finding_is_shown(void **state)
{
    struct cell_table table;
    struct chart_data data;
    (void)state;
    fill(36);
    gather(&table, &data);
    char *text = chart_text(&chart_latency, &data, 40);
    has(text, "sleep: 90% done after 330 ns (thread) to\n  33.0 us (serial)\none repetition; ");
    has(text, "       p50       p90       p99   longest\n");
    widths(text, 40);
    free(text);
    cells_free(&table);
}

/* A panel has two lines for its finding. */
static void a_panel_names_the_modes(void **state)
{
    (void)state;
    rows.count = 0;
    serve("tcp", "event", 2000, 5000, 0, 6);
    serve("tcp", "process-coroutine-of-a-long-name", 2000, 7000, 0, 6);
    char *text = chart(&rows, &chart_latency);
    has(text, "group,1,0,tcp: lowest p99.9 latency 5.00 ms (event); next 1.40x "
              "(process-coroutine-of-a-long-name),requests; ");
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
        cmocka_unit_test(the_furthest_percentile_decides),
        cmocka_unit_test(a_title_claims_no_more_than_the_runs_show),
        cmocka_unit_test(all_groups_are_judged_together),
        cmocka_unit_test(what_failed_takes_no_line_of_the_legend),
        cmocka_unit_test(groups_beyond_the_panels_are_counted),
        cmocka_unit_test(as_text),
        cmocka_unit_test(the_percentile_of_the_finding_is_shown),
        cmocka_unit_test(a_panel_names_the_modes),
        cmocka_unit_test(it_needs_tasks_or_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
