/* Tasks over time: lanes, overlaps, shares and what is told of them, from hand-made tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/timeline.h"
#include "tests/unit/report_charts.h"

enum { TASKS = 64 };

static struct rows rows;
static struct task_row tasks[8][TASKS];
static struct task_cell cells[8];
static size_t cell_count;

static struct task_row task(uint64_t worker, uint64_t queued, uint64_t start, uint64_t end)
{
    return (struct task_row){
        .worker = worker, .queued_ns = queued, .start_ns = start, .end_ns = end};
}

static void of_tasks(struct lanes *lanes, struct task_row *row, size_t count)
{
    const struct task_cell cell = {.rows = row, .count = count};
    assert_int_equal(lanes_of(lanes, &cell), 0);
}

static void one_worker_has_one_lane(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[] = {task(0, 0, 20, 30), task(0, 0, 0, 10), task(0, 0, 10, 20)};
    of_tasks(&lanes, row, 3);
    assert_int_equal(lanes.lanes, 1);
    assert_int_equal(lanes.workers, 1);
    assert_int_equal(lanes.peak, 1); /* one ends as the next starts */
    assert_int_equal(lanes.end_ns, 30);
    assert_int_equal(lanes.bars[1].from_ns, 10); /* by time */
    assert_int_equal((int)lanes.queued_ns, 30);
    assert_int_equal((int)lanes.under_way_ns, 30);
    lanes_free(&lanes);
}

static void tasks_that_overlap_in_a_worker_get_lanes_of_their_own(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[] = {task(7, 0, 0, 10), task(7, 0, 2, 5), task(7, 0, 5, 9),
                             task(7, 0, 9, 20), task(3, 0, 4, 6), task(9, 0, 30, 31)};
    of_tasks(&lanes, row, 6);
    assert_int_equal(lanes.workers, 3);
    assert_int_equal(lanes.lanes, 4); /* workers 3 and 9 one, worker 7 two */
    assert_int_equal(lanes.peak, 3);
    assert_int_equal(lanes.bars[0].from_ns, 4);
    for (size_t i = 1; i < lanes.count; i++)
        if (lanes.bars[i].lane == lanes.bars[i - 1].lane)
            assert_true(lanes.bars[i].from_ns >= lanes.bars[i - 1].to_ns);
    lanes_free(&lanes);
}

static void unknown_times_are_left_out(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[] = {task(0, 0, 5, 3), task(0, 0, FIGURE_OFF, 3),
                             task(0, 0, 1, FIGURE_UNKNOWN), task(FIGURE_UNKNOWN, FIGURE_OFF, 1, 1)};
    of_tasks(&lanes, row, 4);
    assert_int_equal(lanes.count, 1);
    assert_int_equal(lanes.peak, 1);
    assert_int_equal(lanes.bars[0].queued_ns, 1);
    lanes_free(&lanes);
    of_tasks(&lanes, row, 3);
    assert_int_equal(lanes.count, 0);
    assert_int_equal(lanes.lanes, 0);
    assert_int_equal(lanes.peak, 0);
    lanes_free(&lanes);
    of_tasks(&lanes, NULL, 0);
    lanes_free(&lanes);
}

static void many_lanes_are_thinned(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[10];
    for (uint64_t i = 0; i < 10; i++)
        row[i] = task(i, 0, i, 100);
    of_tasks(&lanes, row, 10);
    assert_int_equal(lanes_thin(&lanes, 10), 1);
    assert_int_equal(lanes_thin(&lanes, 4), 3);
    assert_int_equal(lanes.lanes, 4);
    assert_int_equal(lanes.count, 4);
    assert_int_equal(lanes.bars[3].lane, 3);
    assert_int_equal(lanes.bars[3].from_ns, 9);
    assert_int_equal(lanes.peak, 10); /* of all of them */
    lanes_free(&lanes);
}

static void short_tasks_merge_and_keep_their_sum(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[] = {task(0, 0, 0, 4), task(0, 0, 6, 8), task(0, 0, 10, 110),
                             task(0, 0, 110, 112), task(0, 0, 150, 151)};
    of_tasks(&lanes, row, 5);
    lanes_merge(&lanes, 10, 100);
    assert_int_equal(lanes.count, 4);
    assert_int_equal(lanes.bars[0].tasks, 2);
    assert_int_equal(lanes.bars[0].to_ns, 8);
    assert_int_equal(lanes.bars[0].filled_ns, 6);
    assert_int_equal(lanes.bars[1].tasks, 1); /* a long one stands alone */
    lanes_merge(&lanes, 10, 1);
    assert_int_equal(lanes.count, 1);
    assert_int_equal(lanes.bars[0].tasks, 5);
    assert_int_equal(lanes.bars[0].filled_ns, 109);
    lanes_free(&lanes);
    struct task_row far[] = {task(0, 0, 0, 1), task(0, 0, FIGURE_OFF - 2, FIGURE_OFF - 1)};
    of_tasks(&lanes, far, 2);
    lanes_merge(&lanes, 1, 1); /* ends */
    lanes_free(&lanes);
}

static void shares_are_of_the_time_under_way(void **state)
{
    (void)state;
    struct timeline_states states;
    struct timing row = {.running_ns = 40, .ready_ns = 40, .blocked_ns = 20};
    struct lanes lanes = {.under_way_ns = 100, .queued_ns = 500};
    timeline_states(&states, &row, &lanes);
    assert_int_equal((int)(100 * states.ready + 0.5), 40);
    lanes.under_way_ns = 80; /* the other 20 were spent in the queue */
    lanes.queued_ns = 20;
    timeline_states(&states, &row, &lanes);
    assert_int_equal((int)(100 * states.running + 0.5), 50);
    assert_int_equal((int)(100 * states.ready + 0.5), 25);
    assert_int_equal((int)(100 * states.blocked + 0.5), 25);
    row.ready_ns = row.blocked_ns = FIGURE_UNKNOWN;
    timeline_states(&states, &row, &lanes);
    assert_int_equal((int)(100 * states.running + 0.5), 50);
    assert_true(states.ready != states.ready && states.blocked != states.blocked);
    row.running_ns = FIGURE_UNKNOWN;
    timeline_states(&states, &row, &lanes);
    assert_true(states.running != states.running);
}

/* A repetition of a cell, and its tasks: `workers` with an equal share each, `width` at once. */
static void add(const char *workload, const char *mode, uint64_t workers, uint64_t width)
{
    struct timing *row = rows_add(&rows, workload, mode, workers, 64 / workers / width);
    row->tasks = TASKS;
    row->width = width;
    row->running_ns = 16 * MS;
    row->ready_ns = width > 1 ? FIGURE_UNKNOWN : 16 * MS;
    row->blocked_ns = width > 1 ? FIGURE_UNKNOWN : 32 * MS;
    cells[cell_count] = (struct task_cell){.key = *row, .rows = tasks[cell_count], .count = TASKS};
    for (uint64_t i = 0; i < TASKS; i++) {
        const uint64_t turn = i / (workers * width);
        tasks[cell_count][i] = task(i % workers, turn * MS, turn * MS, (turn + 1) * MS);
    }
    cell_count++;
}

static int start(void **state)
{
    (void)state;
    rows.count = cell_count = 0;
    return 0;
}

static void gather(struct cell_table *table, struct chart_data *data)
{
    assert_int_equal(cells_gather(table, rows.row, rows.count, 0), 0);
    *data = (struct chart_data){.table = table, .tasks = cells, .task_cells = cell_count};
}

/* The derived CSV, or the text for a terminal. */
static char *drawn(size_t width)
{
    struct cell_table table;
    struct chart_data data;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    gather(&table, &data);
    assert_int_equal(
        width ? chart_timeline.print(out, &data, width) : chart_timeline.write(out, &data), 0);
    cells_free(&table);
    fclose(out);
    return text;
}

static void a_panel_for_each_mode(void **state)
{
    (void)state;
    add("cpu", "thread-pool", 2, 1);
    add("cpu", "serial", 1, 1);
    add("cpu", "coroutine", 1, 64);
    char *text = drawn(0);
    rectangular(text);
    has(text, "figure,0,0,0,cpu: at most 1 task at once in serial; 2 in thread-pool; 64 in "
              "coroutine,");
    has(text, "group,1,0,0,cpu,64 tasks of rounds=1000,0,64000000,");
    has(text,
        "panel,1,1,1,serial,1 worker; at most 1 at once; running 25%; ready 25%; blocked 50%,");
    has(text, "panel,1,2,2,thread-pool,2 workers; at most 2 at once;");
    has(text, "panel,1,3,32,coroutine,1 worker; at most 64 at once; running 25%; waiting 75%; "
              "every 2nd lane drawn,");
    has(text, "bar,1,1,1,-,-,1000000,2000000,1,0.25,0.25,0.5\n");
    has(text, "bar,1,3,32,-,-,0,1000000,1,0.25,NaN,NaN\n");
    has_not(text, "queued,");
    free(text);
}

static void the_wait_for_a_worker_is_shown_where_the_lane_is_free(void **state)
{
    (void)state;
    add("cpu", "thread", 64, 1);
    for (size_t i = 0; i < TASKS; i++) {
        tasks[0][i].start_ns += 3 * MS;
        tasks[0][i].end_ns += 3 * MS;
    }
    char *text = drawn(0);
    has(text, "queued,1,1,1,-,-,0,3000000,1,NaN,NaN,NaN\nbar,1,1,1,-,-,3000000,4000000,");
    free(text);
}

static void of_many_workloads_two_are_drawn(void **state)
{
    (void)state;
    static const char *const names[] = {"cpu", "file", "sleep"};
    for (size_t i = 0; i < 3; i++) {
        add(names[i], "serial", 1, 1);
        rows.row[rows.count - 1].user_ns = i == 0 ? 64 * MS : i == 1 ? 10 * MS : 1 * MS;
        add(names[i], "thread-pool", 2, 1);
    }
    char *text = drawn(0);
    has(text, "figure,0,2,0,");
    has(text, "group,1,0,0,cpu,");
    has(text, "group,2,0,0,sleep,");
    has_not(text, "file");
    free(text);
}

static void text_shows_lanes(void **state)
{
    (void)state;
    add("cpu", "serial", 1, 1);
    add("cpu", "thread-pool", 2, 1);
    add("cpu", "coroutine", 1, 64);
    char *text = drawn(44);
    has(text, "serial\n  1 worker; at most 1 at once;");
    has(text, "  |----------------------------------------|\n");
    has(text, "  |---------------------                   |\n"
              "  |---------------------                   |\n");
    has(text, "coroutine\n  1 worker; at most 64 at once; running 25%;\n  |-  ");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 44);
    free(text);
}

static void hostile_names_stay_texts(void **state)
{
    (void)state;
    add("`touch M`,\"\n", "\x1b[2J$(touch M),", 2, 1);
    char *text = drawn(0);
    rectangular(text);
    has_not(text, "\x1b");
    has_not(text, "\"");
    free(text);
    text = drawn(80);
    has_not(text, "\x1b");
    free(text);
}

static void it_needs_tasks(void **state)
{
    (void)state;
    struct cell_table table;
    struct chart_data data;
    char title[CHART_TITLE];
    add("cpu", "serial", 1, 1);
    gather(&table, &data);
    assert_null(chart_timeline.missing(&data));
    data.task_cells = 0;
    has(chart_timeline.missing(&data), "tasks.csv");
    chart_timeline.title(title, sizeof title, &data);
    data.task_cells = 1;
    cells[0].count = 0; /* it has a cell, but no tasks */
    chart_timeline.title(title, sizeof title, &data);
    has(title, "at most 0 tasks at once in serial");
    cells_free(&table);
    char *text = drawn(0);
    rectangular(text);
    free(text);
    text = drawn(80);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_has_one_lane),
        cmocka_unit_test(tasks_that_overlap_in_a_worker_get_lanes_of_their_own),
        cmocka_unit_test(unknown_times_are_left_out),
        cmocka_unit_test(many_lanes_are_thinned),
        cmocka_unit_test(short_tasks_merge_and_keep_their_sum),
        cmocka_unit_test(shares_are_of_the_time_under_way),
        cmocka_unit_test_setup(a_panel_for_each_mode, start),
        cmocka_unit_test_setup(the_wait_for_a_worker_is_shown_where_the_lane_is_free, start),
        cmocka_unit_test_setup(of_many_workloads_two_are_drawn, start),
        cmocka_unit_test_setup(text_shows_lanes, start),
        cmocka_unit_test_setup(hostile_names_stay_texts, start),
        cmocka_unit_test_setup(it_needs_tasks, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
