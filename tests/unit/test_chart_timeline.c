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
static struct state_row segments[8][3 * TASKS];
static struct state_cell state_cells[8];
static size_t state_count;

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
    assert_int_equal(lanes.bars[1].to_ns, 102); /* a long one gives no more than a step lacks */
    assert_int_equal(lanes.bars[2].tasks, 2);
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

/* What is short takes what it lacks of a step from what stands next to it. */
static void a_short_task_borrows_from_a_long_one(void **state)
{
    (void)state;
    struct lanes lanes;
    struct task_row row[] = {task(0, 0, 0, 50),    task(0, 0, 50, 51),   task(0, 0, 51, 100),
                             task(0, 0, 130, 160), task(0, 0, 160, 163), task(0, 0, 180, 181)};
    of_tasks(&lanes, row, 6);
    lanes_merge(&lanes, 10, 100);
    static const uint64_t from[] = {0, 50, 60, 130, 153, 180}, to[] = {50, 60, 100, 153, 163, 181};
    static const uint64_t tasks_in[] = {1, 1, 1, 0, 2, 1};
    assert_int_equal(lanes.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(lanes.bars[i].from_ns, from[i]);
        assert_int_equal(lanes.bars[i].to_ns, to[i]);
        assert_int_equal(lanes.bars[i].filled_ns, to[i] - from[i]);
        assert_int_equal(lanes.bars[i].tasks, tasks_in[i]);
    }
    lanes_free(&lanes);
}

/* --- of recorded states --- */

/* A segment, all of it in one state: 'r'unning, rea'd'y, 'b'locked or 'u'nknown. */
static struct state_row segment(uint64_t number, uint64_t worker, uint64_t from, uint64_t to,
                                char what)
{
    const uint64_t ns = to - from;
    return (struct state_row){.task = number,
                              .worker = worker,
                              .from_ns = from,
                              .to_ns = to,
                              .running_ns = what == 'r' ? ns : 0,
                              .ready_ns = what == 'd' ? ns : 0,
                              .blocked_ns = what == 'b' ? ns : 0,
                              .unknown_ns = what == 'u' ? ns : 0,
                              .doing = "computing",
                              .joined = 1};
}

static void of_states(struct lanes *lanes, struct state_row *row, size_t count)
{
    const struct state_cell cell = {.rows = row, .count = count};
    assert_int_equal(lanes_of_states(lanes, &cell), 0);
}

static void segments_lie_in_the_lane_of_their_task(void **state)
{
    (void)state;
    struct lanes lanes;
    struct state_row row[] = {segment(0, 5, 2, 10, 'r'),  segment(0, 5, 10, 30, 'b'),
                              segment(0, 5, 30, 34, 'd'), segment(1, 5, 12, 36, 'u'),
                              segment(2, 5, 34, 40, 'r'), segment(3, 9, 0, 50, 'b')};
    of_states(&lanes, row, 6);
    assert_true(lanes.moments);
    assert_int_equal(lanes.workers, 2);
    assert_int_equal(lanes.lanes, 3);
    assert_int_equal(lanes.peak, 3);
    assert_int_equal(lanes.count, 6);
    assert_int_equal(lanes.end_ns, 50);
    assert_int_equal((int)lanes.under_way_ns, 32 + 24 + 6 + 50);
    assert_int_equal((int)lanes.running_ns, 14);
    assert_int_equal((int)lanes.ready_ns, 4);
    assert_int_equal((int)lanes.blocked_ns, 70);
    assert_int_equal((int)lanes.queued_ns, 2 + 12 + 34); /* a task waits once */
    /* The first lane has task 0 with its segments, then task 2. */
    static const uint64_t from[] = {2, 10, 30, 34}, tasks_in[] = {0, 0, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(lanes.bars[i].lane, 0);
        assert_int_equal(lanes.bars[i].from_ns, from[i]);
        assert_int_equal(lanes.bars[i].tasks, tasks_in[i]);
    }
    assert_int_equal(lanes.bars[4].lane, 1);
    lanes_merge(&lanes, 100, 1); /* as many as there are lanes: no time is lost */
    assert_int_equal(lanes.count, 3);
    assert_int_equal(lanes.bars[0].filled_ns, 38);
    assert_int_equal((int)lanes.bars[0].running_ns, 14);
    assert_int_equal((int)lanes.bars[0].ready_ns, 4);
    assert_int_equal((int)lanes.bars[0].blocked_ns, 20);
    assert_int_equal(lanes.bars[0].tasks, 2);
    lanes_free(&lanes);
}

static void senseless_segments_are_left_out(void **state)
{
    (void)state;
    struct lanes lanes;
    struct state_row row[] = {segment(0, 0, 0, 10, 'r'), segment(0, 0, 10, 20, 'b'),
                              segment(0, 0, 20, 30, 'r'), segment(0, 0, 25, 40, 'r'),
                              segment(1, 0, 40, 50, 'r')};
    row[1].blocked_ns = UINT64_MAX - 5; /* more than it is long */
    row[4].queued_ns = FIGURE_OFF;
    of_states(&lanes, row, 5);
    assert_int_equal(lanes.count, 4);
    assert_int_equal((int)lanes.blocked_ns, 0);
    for (size_t i = 1; i < lanes.count; i++)
        if (lanes.bars[i].lane == lanes.bars[i - 1].lane)
            assert_true(lanes.bars[i].from_ns >= lanes.bars[i - 1].to_ns);
    lanes_free(&lanes);
    of_states(&lanes, NULL, 0);
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

/* The cell that was added last also has a warm-up, twice as slow, in which each task runs, is ready
 * and is blocked for 1 ms each, in one worker. */
static void add_states(void)
{
    struct timing *row = &rows.row[rows.count];
    *row = rows.row[rows.count - 1];
    rows.count++;
    row->warmup = 1;
    row->wall_ns *= 2;
    state_cells[state_count] =
        (struct state_cell){.key = *row, .rows = segments[state_count], .count = 3 * TASKS};
    for (uint64_t i = 0; i < TASKS; i++)
        for (uint64_t part = 0; part < 3; part++)
            segments[state_count][3 * i + part] =
                segment(i, 0, (3 * i + part) * MS, (3 * i + part + 1) * MS, "rdb"[part]);
    state_count++;
}

static int start(void **state)
{
    (void)state;
    rows.count = cell_count = state_count = 0;
    return 0;
}

static void gather(struct cell_table *table, struct chart_data *data)
{
    assert_int_equal(cells_gather(table, rows.row, rows.count, 0), 0);
    *data = (struct chart_data){.table = table,
                                .tasks = cells,
                                .task_cells = cell_count,
                                .states = state_cells,
                                .state_cells = state_count};
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
    has(text, "panel,1,1,1,serial,1 worker; 1 at once; running 25%; ready 25%; blocked 50%; "
              "when is not recorded,");
    has(text, "panel,1,2,2,thread-pool,2 workers; 2 at once;");
    has(text, "panel,1,3,32,coroutine,1 worker; 64 at once; running 25%; waiting 75%; "
              "every 2nd lane drawn; when is not recorded,");
    has(text, "bar,1,1,1,-,-,1000000,2000000,1,0.25,0.25,0.5\n");
    has(text, "bar,1,3,32,-,-,0,1000000,1,0.25,NaN,NaN\n");
    has_not(text, "queued,");
    free(text);
}

static void recorded_states_are_drawn_when_they_were(void **state)
{
    (void)state;
    add("cpu", "serial", 1, 1);
    add_states();
    add("cpu", "thread-pool", 2, 1);
    char *text = drawn(0);
    rectangular(text);
    has(text, "group,1,0,0,cpu,64 tasks of rounds=1000,0,192000000,");
    has(text, "panel,1,1,1,serial,1 worker; 1 at once; took 2.00x; running 33%; ready 33%; "
              "blocked 33%,");
    has(text, "part,1,1,1,-,-,0,1000000,1,1,0,0\n"
              "part,1,1,1,-,-,1000000,2000000,1,0,1,0\n"
              "bar,1,1,1,-,-,2000000,3000000,1,0,0,1\n"
              "part,1,1,1,-,-,3000000,4000000,1,1,0,0\n");
    has(text, "panel,1,2,2,thread-pool,2 workers; 2 at once; running 25%; ready 25%; blocked 50%; "
              "when is not recorded,");
    free(text);
    cell_count = 0; /* tasks.csv is not needed for it */
    text = drawn(0);
    has(text, "part,1,1,1,-,-,0,1000000,1,1,0,0\n");
    has_not(text, "thread-pool");
    free(text);
}

/* What a sheet shows of each state, running, ready, blocked: a row is drawn no narrower than a
 * pixel, over those before it. Fails where one reaches into the next. */
static void drawn_areas(const char *csv, double pixel, double area[3])
{
    double reached = 0;
    area[0] = area[1] = area[2] = 0;
    for (const char *line = csv; *line; line += strcspn(line, "\n") + 1) {
        double from, to, height, share[3];
        if (sscanf(line, "%*[a-z],1,1,1,-,-,%lf,%lf,%lf,%lf,%lf,%lf", &from, &to, &height,
                   &share[0], &share[1], &share[2]) != 6)
            continue;
        assert_true(from >= reached);
        reached = to - from < pixel ? from + pixel : to;
        for (size_t i = 0; i < 3; i++)
            area[i] += (reached - from) * height * share[i];
    }
}

/* A task that computes for two pixels, or one, or less, and waits for a tenth of one in turn. */
static void areas_are_true_to_the_shares(void **state)
{
    (void)state;
    enum { TURNS = 3 * TASKS / 2 };
    static const uint64_t longs[] = {2 * MS, MS, MS / 5};
    for (size_t n = 0; n < sizeof longs / sizeof *longs; n++) {
        start(NULL);
        add("cpu", "serial", 1, 1);
        add_states();
        cell_count = 0;
        double time[3] = {0}, area[3];
        uint64_t at = 0;
        for (size_t i = 0; i < TURNS; i++) {
            const uint64_t ends = at + longs[n], next = ends + MS / 10 * (1 + i % 3 / 2);
            segments[0][2 * i] = segment(0, 0, at, ends, 'r');
            segments[0][2 * i + 1] = segment(0, 0, ends, next, i % 8 ? 'd' : 'b');
            time[0] += (double)(ends - at);
            time[i % 8 ? 1 : 2] += (double)(next - ends);
            at = next;
        }
        segments[0][2 * TURNS - 1].to_ns = 700 * MS; /* so that a pixel is a millisecond */
        segments[0][2 * TURNS - 1].blocked_ns = 0;
        segments[0][2 * TURNS - 1].ready_ns = 700 * MS - segments[0][2 * TURNS - 1].from_ns;
        time[1] += (double)(700 * MS - at);
        char *text = drawn(0);
        rectangular(text);
        drawn_areas(text, 1.0 * MS, area);
        for (size_t i = 0; i < 3; i++)
            if (area[i] < 0.98 * time[i] || area[i] > 1.02 * time[i])
                fail_msg("state %zu lasts %g ns, drawn are %g", i, time[i], area[i]);
        free(text);
    }
}

static void text_shows_states_when_they_were(void **state)
{
    (void)state;
    add("cpu", "serial", 1, 1);
    add_states();
    state_cells[0].count = 6;
    segments[0][4] = segment(1, 0, 4 * MS, 5 * MS, 'u');
    cell_count = 0;
    char *text = drawn(4 + 60);
    has(text, "  |##########rrrrrrrrrr----------##########==========----------|\n");
    free(text);
    for (size_t i = 0; i < 6; i++) /* short ones: what took most of a column's time */
        segments[0][i] = segment(0, 0, i * 10000, (i + 1) * 10000, i == 3 ? 'r' : 'b');
    segments[0][6] = segment(0, 0, 60000, 60 * MS, 'd');
    state_cells[0].count = 7;
    text = drawn(4 + 60);
    has(text, "  |rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr|\n");
    free(text);
}

static void states_of_another_repetition_are_not_drawn(void **state)
{
    (void)state;
    add("cpu", "serial", 1, 1);
    add_states();
    state_cells[0].key.block += 7;
    char *text = drawn(0);
    has(text, "when is not recorded");
    has_not(text, "part,");
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
    has(text, "serial\n  1 worker; 1 at once;");
    has(text, "  |----------------------------------------|\n");
    has(text, "  |---------------------                   |\n"
              "  |---------------------                   |\n");
    has(text, "coroutine\n  1 worker; 64 at once; running 25%; waiting\n    75%; every 8th lane "
              "drawn; when is not\n    recorded\n  |-  ");
    widths(text, 44);
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

/* Of six modes there is room for the peaks of some; that there are more is said. */
static void a_title_without_room_says_of_how_many_more(void **state)
{
    (void)state;
    static const char *const modes[] = {"serial",  "thread-pool", "coroutine",
                                        "process", "thread",      "process-pool"};
    enum { MODES = sizeof modes / sizeof *modes };
    struct cell_table table;
    struct chart_data data;
    char title[CHART_TITLE], more[32];
    for (size_t i = 0; i < MODES; i++)
        add("cpu", modes[i], 2, 2);
    gather(&table, &data);
    chart_timeline.title(title, sizeof title, &data);
    cells_free(&table);
    size_t told = 0;
    for (const char *at = title; (at = strstr(at, " in ")); at++)
        told++;
    assert_true(told > 0 && told < MODES);
    snprintf(more, sizeof more, "; and %zu more", MODES - told);
    has(title, more);
    assert_true(strlen(title) <= 88);
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
        cmocka_unit_test(a_short_task_borrows_from_a_long_one),
        cmocka_unit_test(segments_lie_in_the_lane_of_their_task),
        cmocka_unit_test(senseless_segments_are_left_out),
        cmocka_unit_test(shares_are_of_the_time_under_way),
        cmocka_unit_test_setup(a_panel_for_each_mode, start),
        cmocka_unit_test_setup(recorded_states_are_drawn_when_they_were, start),
        cmocka_unit_test_setup(areas_are_true_to_the_shares, start),
        cmocka_unit_test_setup(text_shows_states_when_they_were, start),
        cmocka_unit_test_setup(states_of_another_repetition_are_not_drawn, start),
        cmocka_unit_test_setup(the_wait_for_a_worker_is_shown_where_the_lane_is_free, start),
        cmocka_unit_test_setup(of_many_workloads_two_are_drawn, start),
        cmocka_unit_test_setup(text_shows_lanes, start),
        cmocka_unit_test_setup(hostile_names_stay_texts, start),
        cmocka_unit_test_setup(a_title_without_room_says_of_how_many_more, start),
        cmocka_unit_test_setup(it_needs_tasks, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
