/* What tasks did to each other, as the summary tells it, from rows made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/observed.h"
#include "bench/report/summary.h"
#include "tests/unit/report_charts.h"

static struct rows rows;
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
    free(text);
    return 0;
}

enum { RUNS = 7 };

static struct timing *add(const char *mode)
{
    struct timing *first = &rows.row[rows.count];
    rows_add_runs(&rows, "shared", mode, 1, 100, 1, RUNS);
    return first;
}

static void print(void)
{
    struct cell_table table;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_int_equal(summary_print(out, &table, 0, false), 0);
    assert_int_equal(fclose(out), 0);
    cells_free(&table);
}

static void lost_updates_have_their_median_and_range(void **state)
{
    (void)state;
    struct timing *serial = add("serial"), *thread = add("thread"), *pool = add("thread-pool");
    for (size_t i = 0; i < RUNS; i++) {
        serial[i].lost_updates = 0;
        thread[i].lost_updates = 1000 * i;
        pool[i].lost_updates = i == 3;
    }
    thread[0].warmup = 1; /* leaves 1,000 to 6,000 */
    pool[6].status = STATUS_CRASHED;
    print();
    has(text, "\n  mode                 lost updates\n");
    has(text, "\n  serial                          0\n");
    has(text, "\n  thread       3,500 (1,000..6,000)\n");
    has(text, "\n  thread-pool              0 (0..1)\n");
    has(text,
        "updates were lost, most under thread (in 6 of 6 repetitions, median 3,500): without a");
    has_not(text, "most inside");
}

static void rare_losses_are_told_though_their_median_is_nothing(void **state)
{
    (void)state;
    struct timing *serial = add("serial"), *pool = add("thread-pool");
    for (size_t i = 0; i < RUNS; i++) {
        serial[i].lost_updates = 0;
        pool[i].lost_updates = i == 3;
    }
    print();
    has(text, "most under thread-pool (in 1 of 7 repetitions, median 0)");
}

static void that_none_was_lost_is_told(void **state)
{
    (void)state;
    struct timing *thread = add("thread");
    for (size_t i = 0; i < RUNS; i++)
        thread[i].lost_updates = 0;
    add("process"); /* saw nothing */
    print();
    has(text, "no update was lost in 7 repetitions\n");
    has(text, "\n  process           n/a\n");
    has_not(text, "what happens");
}

static void each_figure_has_a_column(void **state)
{
    (void)state;
    struct timing *thread = add("thread");
    for (size_t i = 0; i < RUNS; i++) {
        thread[i].peak_inside = i < 6 ? 2 : 3; /* the most of all */
        thread[i].visible_writes = 6;
        thread[i].wake_spread_ns = 150000 + i;
    }
    print();
    has(text, "\n  mode    most inside  visible writes  wake-up spread\n");
    has(text, "\n  thread            3               6          150 us\n");
    has_not(text, "lost");
}

static void other_workloads_have_no_such_table(void **state)
{
    (void)state;
    struct cell_table table;
    add("thread")->warmup = 1;
    rows.row[0].lost_updates = 3; /* not measured */
    print();
    has_not(text, "lost");
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    for (enum observed_kind kind = 0; kind < OBSERVED_KINDS; kind++)
        assert_false(observed_any(&table.groups[0], kind));
    cells_free(&table);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(lost_updates_have_their_median_and_range),
        TEST(rare_losses_are_told_though_their_median_is_nothing),
        TEST(that_none_was_lost_is_told),
        TEST(each_figure_has_a_column),
        TEST(other_workloads_have_no_such_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
