/* speedup.csv and the titles, against values worked out by hand. */
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

static void points_with_intervals(void **state)
{
    (void)state;
    fill_sweep(&rows);
    char *csv = chart(&rows, &chart_speedup);
    rectangular(csv);
    has(csv, "kind,group,line,name,note,workers,speedup,low,high,cap,sigma,kappa,preferred\n");
    has(csv, "group,1,0,cpu: 2.00x with 2 workers (thread-pool) at 100% efficiency,8 tasks of "
             "rounds=1000,");
    has(csv, ",NaN,NaN,NaN,NaN,2,NaN,NaN,NaN\n"); /* 2 cores, the work having filled a CPU */
    /* 124/62 = 2; 121/65 = 1.86154; 127/59 = 2.15254 */
    has(csv, "point,1,1,thread-pool,-,2,2,1.86154,2.15254,NaN,NaN,NaN,NaN\n");
    has(csv, "line,0,1,thread-pool,-,");
    has_not(csv, "thread,"); /* one worker count makes no line */
    assert_true(strstr(csv, "thread-pool,-,1,") < strstr(csv, "thread-pool,-,2,"));
    free(csv);
}

static void cap_of_waiting_work(void **state)
{
    (void)state;
    fill_sweep(&rows);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].user_ns = 31 * MS; /* a quarter of serial's 124 ms */
        rows.row[i].sys_ns = 0;
    }
    char *csv = chart(&rows, &chart_speedup);
    has(csv, ",NaN,NaN,NaN,NaN,8,NaN,NaN,NaN\n"); /* 2 cores * 124 / 31 */
    free(csv);
}

static void what_is_missing(void **state)
{
    (void)state;
    struct cell_table table;
    rows_add(&rows, "cpu", "thread", 1, 100);
    rows_add(&rows, "cpu", "thread", 2, 50);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    has(missing(&chart_speedup, &table), "--mode serial");
    cells_free(&table);
    rows_add(&rows, "cpu", "serial", 1, 100);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_null(missing(&chart_speedup, &table));
    cells_free(&table);
    rows.row[0].workers = 2;
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    has(missing(&chart_speedup, &table), "--workers 1..4");
    cells_free(&table);
}

/* Amdahl's law with a sigma of 10% to the digit; serial takes 1.2 times a single worker's time. */
static void fill_amdahl(uint64_t cores)
{
    static const uint64_t law[][2] = {{1, 1000}, {2, 550}, {3, 400}, {4, 325},
                                      {5, 280},  {6, 250}, {10, 190}};
    rows_add_runs(&rows, "cpu", "serial", 1, 1200, 0, 7);
    for (size_t i = 0; i < sizeof law / sizeof *law; i++)
        rows_add_runs(&rows, "cpu", "thread", law[i][0], law[i][1], 0, 7);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].cores = cores;
        rows.row[i].tasks = 1000;
        rows.row[i].user_ns = 1200 * MS;
        rows.row[i].sys_ns = 0;
    }
}

static void laws_over_serial(void **state)
{
    (void)state;
    fill_amdahl(16);
    char *csv = chart(&rows, &chart_speedup);
    rectangular(csv);
    has(csv, "law,1,1,Amdahl's law,sigma 10.0");
    has(csv, ",10,1.2,NaN,NaN,16,0.1,0,1\n");
    has(csv, "law,1,1,USL,sigma 10.0");
    has(csv, "text,1,1,thread,Amdahl's law (preferred): sigma 10.0");
    has(csv, "text,1,1,thread,USL: sigma 10.0");
    has_not(csv, "no fit");
    has_not(csv, "go past");
    free(csv);
}

static void a_fit_past_the_cores_says_so(void **state)
{
    (void)state;
    fill_amdahl(16);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].cores = 5;
        rows.row[i].wall_ns += 1000 * MS; /* no speed-up above the cores: it does not wait */
        rows.row[i].user_ns = 2200 * MS;
    }
    char *csv = chart(&rows, &chart_speedup);
    has(csv, ",NaN,NaN,5,"); /* what the script tells it by */
    has(csv, "both go past the 5 cores: they tell of these and not of the work,");
    free(csv);
}

static void too_few_counts_are_said_once(void **state)
{
    (void)state;
    fill_sweep(&rows);
    rows_add_runs(&rows, "cpu", "process", 1, 122, 1, 7);
    rows_add_runs(&rows, "cpu", "process", 2, 62, 1, 7);
    rows_add_runs(&rows, "cpu", "process", 3, 62, 1, 7);
    char *csv = chart(&rows, &chart_speedup);
    has(csv, "text,1,0,-,no fit of the laws: 3 worker counts; 6 needed,");
    size_t said = 0;
    for (const char *at = csv; (at = strstr(at, "\ntext,")); at++)
        said++;
    assert_int_equal(said, 1);
    has_not(csv, "\nlaw,");
    free(csv);
}

static void title_is(const char *title)
{
    assert_string_equal(chart_title_of(&rows, &chart_speedup), title);
}

static void pool(const char *workload, uint64_t serial, uint64_t two, size_t runs)
{
    rows_add_runs(&rows, workload, "serial", 1, serial, 1, runs);
    rows_add_runs(&rows, workload, "thread-pool", 1, serial + 9, 1, runs);
    rows_add_runs(&rows, workload, "thread-pool", 2, two, 1, runs);
}

static void a_gain_is_claimed_where_it_is_seen(void **state)
{
    (void)state;
    pool("cpu", 121, 61, 7); /* 124 / 64 */
    title_is("cpu: 1.94x with 2 workers (thread-pool) at 97% efficiency");
    rows.count = 0;
    pool("cpu", 121, 121, 7);
    title_is("cpu: no gain over serial (thread-pool x2: 1.00x)");
    rows.count = 0;
    pool("cpu", 121, 128, 7);
    title_is("cpu: slower than serial (thread-pool x2: 0.95x)");
    rows.count = 0;
    pool("cpu", 121, 61, 5); /* 123 / 63 */
    title_is("cpu: too few runs to judge: 5 of 7 (thread-pool x2: 1.95x)");
}

/* Seven runs give p = 1/64 at the least: enough for three cells, not for six (Holm). */
static void many_cells_want_many_runs(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 121, 1, 7);
    for (uint64_t workers = 1; workers <= 3; workers++)
        rows_add_runs(&rows, "cpu", "thread-pool", workers, 121 / workers, 1, 7);
    title_is("cpu: 2.88x with 3 workers (thread-pool) at 96% efficiency"); /* 124 / 43 */
    for (uint64_t workers = 4; workers <= 6; workers++)
        rows_add_runs(&rows, "cpu", "thread-pool", workers, 121 / workers, 1, 7);
    title_is("cpu: too few runs to judge: 7 of 8 (thread-pool x6: 5.39x)"); /* 124 / 23 */
}

static void noise_is_no_gain(void **state)
{
    (void)state;
    static const uint64_t noisy[] = {80, 125, 90, 110, 85, 120, 95};
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 0, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 1, 200, 0, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 2, 0, 0, 7);
    for (size_t i = 0; i < 7; i++)
        rows.row[14 + i].wall_ns = noisy[i] * MS;
    title_is("cpu: no gain over serial seen (thread-pool x2: 1.05x)");
}

static void several_pieces_of_work(void **state)
{
    (void)state;
    pool("cpu", 121, 59, 7);
    pool("io", 121, 121, 7);
    title_is("Speed-up over serial in 1 of 2 cases: 2.00x (cpu)");
    pool("tcp", 121, 28, 7);
    title_is("Speed-up over serial from 2.00x (cpu) to 4.00x (tcp) in 2 of 3 cases");
    rows.count = 0;
    pool("cpu", 121, 121, 7);
    pool("io", 121, 121, 7);
    title_is("No gain over serial seen in any of 2 cases");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(points_with_intervals, start),
        cmocka_unit_test_setup(cap_of_waiting_work, start),
        cmocka_unit_test_setup(what_is_missing, start),
        cmocka_unit_test_setup(laws_over_serial, start),
        cmocka_unit_test_setup(a_fit_past_the_cores_says_so, start),
        cmocka_unit_test_setup(too_few_counts_are_said_once, start),
        cmocka_unit_test_setup(a_gain_is_claimed_where_it_is_seen, start),
        cmocka_unit_test_setup(many_cells_want_many_runs, start),
        cmocka_unit_test_setup(noise_is_no_gain, start),
        cmocka_unit_test_setup(several_pieces_of_work, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
