/* Rows gathered into cells: every figure against a value worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/report/cells.h"
#include "bench/report/verdict.h"
#include "tests/unit/report_rows.h"

static struct rows rows;
static struct cell_table table;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    table = (struct cell_table){0};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&table);
    return 0;
}

static const struct cell_group *gather(uint64_t cache_bytes)
{
    assert_int_equal(cells_gather(&table, rows.row, rows.count, cache_bytes), 0);
    return table.count ? &table.groups[0] : NULL;
}

static void near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.12g is not %.12g", value, expected);
}

static const struct cell_figures *cell_of(const struct cell_group *group, const char *mode)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->cells[i].key->mode, mode) == 0)
            return &group->cells[i];
    fail_msg("no cell of mode %s", mode);
    return NULL;
}

static void test_nothing(void **state)
{
    (void)state;
    assert_null(gather(0));
    assert_int_equal(table.count, 0);
}

static void test_groups_are_the_same_work(void **state)
{
    (void)state;
    rows_add(&rows, "zeta", "serial", 1, 100);
    rows_add(&rows, "alpha", "serial", 1, 100);
    rows_add(&rows, "zeta", "serial", 1, 100)->tasks = 9;
    rows_add(&rows, "zeta", "serial", 1, 100)->workload_version = 2;
    rows_add(&rows, "zeta", "serial", 1, 100)->params = "rounds=2";
    rows_add(&rows, "zeta", "thread", 2, 100);
    gather(0);
    assert_int_equal(table.count, 5);
    assert_string_equal(table.groups[0].first->workload, "alpha");
    assert_string_equal(table.groups[1].first->params, "rounds=2");
    assert_string_equal(table.groups[2].first->workload, "zeta");
    assert_int_equal(table.groups[3].first->tasks, 9);
    assert_int_equal(table.groups[4].first->workload_version, 2);
    assert_int_equal(table.groups[0].count, 1);
    assert_int_equal(table.groups[2].count, 2);
}

/* Whatever the order of the rows, and not as their texts. */
static void test_groups_come_by_their_numbers(void **state)
{
    (void)state;
    static const char *const shares[] = {"share=100%", "share=20%", "share=0%", "share=10%"};
    static const char *const sorted[] = {"share=0%", "share=10%", "share=20%", "share=100%"};
    for (size_t i = 0; i < 4; i++)
        rows_add(&rows, "mixed", "serial", 1, 100)->params = shares[i];
    gather(0);
    assert_int_equal(table.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(table.groups[i].first->params, sorted[i]);
    struct timing a = *table.groups[0].first, b = a;
    a.schedule = "rr;slice=2ms";
    b.schedule = "rr;slice=10ms";
    assert_true(cells_compare_way(&a, &b) < 0);
}

static void test_cells_are_the_same_way(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "thread-pool", 2, 100);
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->seed = 99;
    rows_add(&rows, "cpu", "thread-pool", 4, 100);
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->pin = "core";
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->submit = "sync";
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->wait = "epoll";
    rows_add(&rows, "cpu", "process-pool", 2, 100);
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->width = 3;
    rows_add(&rows, "cpu", "thread-pool", 2, 100)->stack = "shared";
    const struct cell_group *group = gather(0);
    assert_int_equal(table.count, 1);
    assert_int_equal(group->count, 8);
    size_t twos = 0;
    for (size_t i = 0; i < group->count; i++)
        twos += group->cells[i].row_count == 2;
    assert_int_equal(twos, 1);
}

/* Serial: 100, 110 ... 160 ms; four pool workers on 2 cores: 62, 63 ... 68 ms. */
static void fill_serial_and_pool(void)
{
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 10, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 62, 1, 7);
}

/* 64 waits of 10 ms: a worker's chain is its share of them, however many cores there are. */
static void test_ideal_of_waiting(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "sleep", "serial", 1, 640);
    row->user_ns = row->sys_ns = 0;
    rows_add(&rows, "sleep", "thread-pool", 4, 160);
    rows_add(&rows, "sleep", "thread", 64, 12);
    const struct cell_group *group = gather(0);
    near(cell_of(group, "thread-pool")->ideal_ns, 160e6);
    near(cell_of(group, "thread")->ideal_ns, 10e6);
    row->pin = "simulated";
    assert_true(isnan(cells_ideal(group->serial, 4, 1)));
}

/* 64 waits of 10 ms in two workers of 16 at once: 2 in each place's chain. */
static void test_ideal_of_a_wide_worker(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "sleep", "serial", 1, 640);
    row->user_ns = 24 * MS;
    row->sys_ns = 0;
    rows_add(&rows, "sleep", "coroutine", 2, 30)->width = 16;
    rows_add(&rows, "sleep", "event", 1, 30)->width = 64;
    const struct cell_group *group = gather(0);
    near(cell_of(group, "coroutine")->ideal_ns, 20e6);
    near(cell_of(group, "event")->ideal_ns, 24e6); /* one core has all of the CPU time */
    assert_true(isnan(cells_ideal(group->serial, 2, 0)));
}

/* Serial's times know nothing of locks, places and meetings. */
static void test_no_ideal_where_tasks_share(void **state)
{
    (void)state;
    for (int figure = 0; figure < 4; figure++) {
        rows.count = 0;
        rows_add_runs(&rows, "shared", "serial", 1, 160, 1, 6);
        rows_add_runs(&rows, "shared", "thread", 8, 20, 1, 6);
        struct timing *row = &rows.row[5]; /* one is enough */
        *(uint64_t *[]){&row->lost_updates, &row->peak_inside, &row->visible_writes,
                        &row->wake_spread_ns}[figure] = 0;
        const struct cell_group *group = gather(0);
        assert_true(isnan(cell_of(group, "thread")->distance));
        near(cell_of(group, "thread")->speedup, 162.5 / 22.5);
        row->warmup = 1;
        cells_free(&table);
        group = gather(0);
        assert_true(!isnan(cell_of(group, "thread")->distance));
        cells_free(&table);
    }
}

/* Arrivals decide how long it takes. */
static void test_no_ideal_in_an_open_loop(void **state)
{
    (void)state;
    rows_add(&rows, "sleep", "serial", 1, 640);
    rows_add(&rows, "sleep", "thread-pool", 4, 160);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].rate = 100;
        rows.row[i].arrivals = "constant";
    }
    const struct cell_figures *pool = cell_of(gather(0), "thread-pool");
    assert_true(isnan(pool->ideal_ns) && isnan(pool->distance));
    near(pool->speedup, 4);
}

static void test_rate_and_arrivals_are_the_work(void **state)
{
    (void)state;
    rows_add(&rows, "tcp", "event", 1, 100);
    rows_add(&rows, "tcp", "event", 1, 100)->rate = 1000;
    struct timing *row = rows_add(&rows, "tcp", "event", 1, 100);
    row->rate = 1000;
    row->arrivals = "poisson";
    gather(0);
    assert_int_equal(table.count, 3);
    assert_true(cells_open_loop(row));
    assert_false(cells_open_loop(&rows.row[0]));
}

static void test_cpu_use_counts_the_joining(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "cpu", "process", 2, 100);
    row->user_ns = 150000000;
    row->sys_ns = 0;
    row->join_ns = 50000000;
    const struct cell_group *group = gather(0);
    near(cell_of(group, "process")->cpu_use, 1);
}

static void test_figures(void **state)
{
    (void)state;
    fill_serial_and_pool();
    const struct cell_group *group = gather(0);
    const struct cell_figures *serial = cell_of(group, "serial");
    const struct cell_figures *pool = cell_of(group, "thread-pool");
    near(serial->wall_ns, 130e6);
    /* 7 runs: lowest and highest cover 1 - 2/128 = 98.4%; the next pair only 87.5%. */
    assert_true(serial->wall_interval.exists);
    near(serial->wall_interval.lo, 100e6);
    near(serial->wall_interval.hi, 160e6);
    near(serial->speedup, 1);
    near(serial->ideal_ns, 130e6); /* its one worker's chain */
    near(serial->distance, 0);
    near(serial->cpu_ns, 124e6);
    near(serial->cpu_use, 124.0 / 130);
    near(serial->longest_ns, 10e6);
    near(serial->spawn_ns, 1e6);
    assert_true(isnan(serial->ready_ns));
    near(pool->wall_ns, 65e6);
    near(pool->speedup, 2);
    near(pool->ideal_ns, 62e6); /* 124 ms over min(4 workers, 2 cores) */
    near(pool->distance, 65.0 / 62 - 1);
    near(pool->cpu_use, 124.0 / 65);
    assert_int_equal(pool->runs, 7);
    assert_int_equal(pool->troubled, 0);
    assert_null(pool->trouble);
    assert_ptr_equal(group->best, pool);
    assert_ptr_equal(group->next, serial);
    assert_ptr_equal(group->serial, serial);
    assert_int_equal(group->lead.judged, JUDGED_SLOWER);
    assert_null(group->lead.ratios);
}

static void test_longest_task_bounds_the_ideal(void **state)
{
    (void)state;
    fill_serial_and_pool();
    for (size_t i = 0; i < rows.count; i++) /* the pool's own longest task plays no part */
        rows.row[i].longest_task_ns = strcmp(rows.row[i].mode, "serial") == 0 ? 80 * MS : 90 * MS;
    near(cell_of(gather(0), "thread-pool")->ideal_ns, 80e6);
}

static void test_unknown_figures(void **state)
{
    (void)state;
    fill_serial_and_pool();
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].user_ns = FIGURE_UNKNOWN;
    rows.row[0].longest_task_ns = FIGURE_OFF;
    const struct cell_group *group = gather(0);
    const struct cell_figures *pool = cell_of(group, "thread-pool");
    assert_true(isnan(pool->cpu_use));
    assert_true(isnan(pool->ideal_ns));
    assert_true(isnan(pool->distance));
    assert_true(isnan(pool->peak_bytes));
    near(pool->speedup, 2);
    near(cell_of(group, "serial")->longest_ns, 10e6);
    assert_non_null(strstr(group->bound, "CPU time of serial is unknown"));
}

static void test_warm_up_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct timing *row = rows_add(&rows, "cpu", "serial", 1, 900);
        row->warmup = 1;
        row->peak_bytes = i == 0 ? 3000 : 1000;
    }
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 10, 3);
    const struct cell_figures *serial = cell_of(gather(0), "serial");
    near(serial->wall_ns, 110e6);
    near(serial->peak_bytes, 3000);
    assert_int_equal(serial->runs, 3);
    assert_false(serial->wall_interval.exists);
}

static void test_troubled_rows(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 10, 3);
    rows_add(&rows, "cpu", "serial", 1, 1)->status = STATUS_CRASHED;
    rows_add(&rows, "cpu", "serial", 1, 1)->status = STATUS_TIMEOUT;
    rows_add(&rows, "cpu", "thread", 8, 1)->status = STATUS_UNSUPPORTED;
    rows_add(&rows, "cpu", "process", 8, 1)->status = STATUS_FAILED;
    rows.row[rows.count - 1].warmup = 1;
    const struct cell_group *group = gather(0);
    const struct cell_figures *serial = cell_of(group, "serial");
    const struct cell_figures *thread = cell_of(group, "thread");
    near(serial->wall_ns, 110e6);
    assert_int_equal(serial->runs, 3);
    assert_int_equal(serial->troubled, 2);
    assert_ptr_equal(serial->trouble, &rows.row[3]);
    assert_true(isnan(thread->wall_ns));
    assert_int_equal(thread->troubled, 0);
    assert_ptr_equal(thread->trouble, &rows.row[5]);
    assert_int_equal(cell_of(group, "process")->troubled, 1);
    assert_ptr_equal(&group->cells[0], serial);
    assert_ptr_equal(group->best, serial);
    assert_null(group->next);
}

static void test_without_serial(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 8, 100, 10, 3);
    rows_add(&rows, "cpu", "serial", 1, 50)->status = STATUS_CRASHED;
    const struct cell_group *group = gather(0);
    assert_null(group->serial);
    assert_true(isnan(group->best->speedup));
    assert_true(isnan(group->best->ideal_ns));
}

static void test_judging(void **state)
{
    (void)state;
    /* In the first of six blocks thread is ahead: 99 against 100, then 111 against 110, ... */
    rows_add_runs(&rows, "a-crossing", "serial", 1, 100, 10, 6);
    rows_add_runs(&rows, "a-crossing", "thread", 8, 99, 12, 6);
    /* Behind by 10 ms in every block, though the walls of both range from 100 to 210. */
    rows_add_runs(&rows, "b-apart", "serial", 1, 100, 20, 6);
    rows_add_runs(&rows, "b-apart", "thread", 8, 110, 20, 6);
    rows_add_runs(&rows, "c-few", "serial", 1, 100, 10, 6);
    rows_add_runs(&rows, "c-few", "thread", 8, 500, 10, 5);
    /* In every block, but by less than what counts. */
    rows_add_runs(&rows, "d-equal", "serial", 1, 100, 20, 6);
    rows_add_runs(&rows, "d-equal", "thread", 8, 101, 20, 6);
    gather(0);
    assert_int_equal(verdict_of(&table.groups[0]), VERDICT_CLOSE);
    assert_int_equal(verdict_of(&table.groups[1]), VERDICT_WINNER);
    assert_int_equal(verdict_of(&table.groups[2]), VERDICT_FEW);
    assert_int_equal(verdict_of(&table.groups[3]), VERDICT_EQUAL);
    const struct judge_pair *lead = &table.groups[1].lead;
    /* The pseudo-median of the six logs, worked out from all 21 means of pairs. */
    assert_true(fabs(lead->ratio - 1.0693542530) < 1e-9);
    near(lead->p, 2.0 / 64);
    assert_true(lead->interval.lo >= 210.0 / 200 && lead->interval.lo < lead->ratio);
    assert_true(lead->interval.hi <= 110.0 / 100 && lead->interval.hi > lead->ratio);
}

/* Behind by 10 ms in every block, as b-apart above. */
static void test_open_loops_are_not_judged_by_wall_time(void **state)
{
    (void)state;
    rows_add_runs(&rows, "a", "serial", 1, 100, 20, 6);
    rows_add_runs(&rows, "a", "thread", 8, 110, 20, 6);
    rows_add_runs(&rows, "b-alone", "thread", 8, 110, 20, 6);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].rate = 50;
    rows_add(&rows, "c-none", "thread", 8, 1)->status = STATUS_FAILED;
    gather(0);
    assert_int_equal(verdict_of(&table.groups[0]), VERDICT_OPEN);
    assert_int_equal(verdict_of(&table.groups[1]), VERDICT_ALONE);
    assert_int_equal(verdict_of(&table.groups[2]), VERDICT_NONE);
}

static void test_rival_is_another_way(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread-pool", 2, 100, 1, 6);
    rows_add_runs(&rows, "cpu", "thread-pool", 3, 100, 1, 6);
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 103, 1, 6);
    rows_add_runs(&rows, "cpu", "process-pool", 2, 120, 1, 6);
    rows_add_runs(&rows, "cpu", "serial", 1, 200, 1, 6);
    rows_add_runs(&rows, "lone", "thread-pool", 2, 100, 1, 6);
    rows_add_runs(&rows, "lone", "thread-pool", 3, 110, 1, 6);
    rows_add_runs(&rows, "lone", "thread-pool", 4, 120, 1, 6);
    const struct cell_group *group = gather(0);
    assert_string_equal(group->next->key->mode, "process-pool");
    assert_int_equal(group->lead.judged, JUDGED_SLOWER);
    assert_int_equal(table.groups[1].next->key->workers, 3);
}

/* Rows whose CPU time is a share of their wall time. */
static void fill_share(uint64_t percent)
{
    rows_add_runs(&rows, "work", "serial", 1, 100, 0, 6);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].user_ns = percent * MS;
        rows.row[i].sys_ns = 0;
    }
}

static struct timing *fill_warm_up(uint64_t misses, uint64_t peak)
{
    struct timing *row = rows_add(&rows, "work", "serial", 1, 100);
    row->warmup = 1;
    row->user_ns = 90 * MS;
    row->sys_ns = 10 * MS; /* 100 ms of CPU time: 500,000 misses are 5 per us */
    row->cache_misses = misses;
    row->peak_bytes = peak;
    return row;
}

static void bound_is(uint64_t cache_bytes, const char *sentence)
{
    assert_string_equal(gather(cache_bytes)->bound, sentence);
}

static void test_bound_ignores_the_wait_for_a_cpu(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "cpu", "serial", 1, 100);
    row->user_ns = 20 * MS;
    row->sys_ns = 0;
    row->running_ns = 20 * MS;
    row->ready_ns = 80 * MS;
    row->blocked_ns = 0;
    bound_is(0, "CPU-bound: serial kept a CPU busy 100% of the time; its tasks waited for a CPU "
                "80% of their time: others used the machine, so compare with care");
}

static void test_bound_without_warm_up(void **state)
{
    (void)state;
    rows_add(&rows, "memory", "serial", 1, 100);
    bound_is(1024, "CPU-bound or memory-bound: serial kept a CPU busy 100% of the time; memory is "
                   "measured in warm-up repetitions, and there was none");
}

static void test_bound_of_a_moment(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "empty", "serial", 1, 100);
    row->wall_ns = 999999;
    bound_is(0, "not known what bounded the work: serial took less than 1 ms");
}

static void test_bound_cpu(void **state)
{
    (void)state;
    fill_share(80);
    bound_is(0, "CPU-bound: serial kept a CPU busy 80% of the time");
}

static void test_bound_mixed(void **state)
{
    (void)state;
    fill_share(79);
    bound_is(0,
             "neither CPU- nor IO-bound: serial kept the CPU busy 79% and waited 21% of its time");
}

static void test_bound_mixed_low(void **state)
{
    (void)state;
    fill_share(21);
    bound_is(0,
             "neither CPU- nor IO-bound: serial kept the CPU busy 21% and waited 79% of its time");
}

static void test_bound_io(void **state)
{
    (void)state;
    fill_share(20);
    fill_warm_up(500000, 4096); /* a waiting workload is not memory-bound, whatever it misses */
    bound_is(1024, "IO-bound: serial waited 80% of its time (CPU busy 20%)");
}

static void test_bound_memory_counted(void **state)
{
    (void)state;
    fill_share(99);
    fill_warm_up(500000, 4096);
    bound_is(0, "memory-bound: serial kept a CPU busy 99% of the time, with 5 last-level cache "
                "misses per us of CPU time");
}

static void test_bound_counters_say_cpu(void **state)
{
    (void)state;
    fill_share(99);
    fill_warm_up(499000, 4096); /* its size over the cache's does not matter once counted */
    bound_is(1024, "CPU-bound: serial kept a CPU busy 99% of the time, with 5 last-level cache "
                   "misses per us of CPU time");
}

static void test_bound_memory_by_size(void **state)
{
    (void)state;
    fill_share(99);
    fill_warm_up(FIGURE_UNKNOWN, UINT64_C(960) << 20);
    bound_is(UINT64_C(480) << 20,
             "memory-bound: serial kept a CPU busy 99% of the time and its working set of 960 MiB "
             "exceeds the 480 MiB last-level cache; no hardware counters here to confirm");
}

static void test_bound_fits_the_cache(void **state)
{
    (void)state;
    fill_share(99);
    fill_warm_up(FIGURE_UNKNOWN, UINT64_C(480) << 20);
    bound_is(UINT64_C(480) << 20, "CPU-bound: serial kept a CPU busy 99% of the time");
}

static void test_bound_without_serial(void **state)
{
    (void)state;
    rows_add_runs(&rows, "work", "thread-pool", 8, 100, 0, 6); /* on 2 cores */
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].user_ns = 186 * MS;
    bound_is(0, "CPU-bound: thread-pool kept its 2 CPUs busy 95% of the time");
}

static void test_bound_nothing_measured(void **state)
{
    (void)state;
    rows_add(&rows, "work", "serial", 1, 100)->status = STATUS_CRASHED;
    bound_is(0, "not known what bounded the work: no measured run came out ok");
}

static void name_is(const struct cell_group *group, size_t row, const char *expected)
{
    char name[VERDICT_NAME];
    for (size_t i = 0; i < group->count; i++)
        for (size_t r = 0; r < group->cells[i].row_count; r++)
            if (group->cells[i].rows[r] == &rows.row[row])
                assert_string_equal(verdict_name(name, sizeof name, group, &group->cells[i]),
                                    expected);
}

static void test_names_tell_cells_apart(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "serial", 1, 100);
    rows_add(&rows, "cpu", "thread", 2, 101);
    rows_add(&rows, "cpu", "thread", 4, 102);
    rows_add(&rows, "cpu", "thread-pool", 2, 103)->submit = "async";
    rows_add(&rows, "cpu", "thread-pool", 2, 104)->submit = "sync";
    rows_add(&rows, "cpu", "coroutine", 2, 105)->wait = "epoll";
    rows_add(&rows, "cpu", "coroutine", 2, 106)->wait = "uring";
    const struct cell_group *group = gather(0);
    name_is(group, 0, "serial");
    name_is(group, 1, "thread x2");
    name_is(group, 2, "thread x4");
    name_is(group, 3, "thread-pool async");
    name_is(group, 4, "thread-pool sync");
    name_is(group, 5, "coroutine/epoll");
    name_is(group, 6, "coroutine/uring");
}

/* 8 tasks: x1 width=8 and x2 width=4 both run all at once. */
static void test_width_and_stack_are_named_where_they_vary(void **state)
{
    (void)state;
    rows_add(&rows, "sleep", "thread-coroutine", 1, 100)->width = 8;
    rows_add(&rows, "sleep", "thread-coroutine", 2, 101)->width = 4;
    rows_add(&rows, "sleep", "process-coroutine", 1, 102)->width = 8;
    rows_add(&rows, "sleep", "process-coroutine", 1, 103)->width = 2;
    rows_add(&rows, "sleep", "coroutine", 1, 104)->stack = "own";
    rows_add(&rows, "sleep", "coroutine", 1, 105)->stack = "shared";
    rows_add(&rows, "sleep", "serial", 1, 106);
    const struct cell_group *group = gather(0);
    name_is(group, 0, "thread-coroutine x1");
    name_is(group, 1, "thread-coroutine x2");
    name_is(group, 2, "process-coroutine width=8");
    name_is(group, 3, "process-coroutine width=2");
    name_is(group, 4, "coroutine stack=own");
    name_is(group, 5, "coroutine stack=shared");
    name_is(group, 6, "serial");
    assert_true(cells_same_way(&rows.row[0], &rows.row[1]));
    assert_false(cells_same_way(&rows.row[2], &rows.row[3]));
    assert_true(cells_compare_way(&rows.row[2], &rows.row[3]) > 0);
    assert_true(cells_compare_way(&rows.row[4], &rows.row[5]) < 0);
    assert_false(cells_same_way(&rows.row[4], &rows.row[5]));
}

static void test_pin_is_named_where_it_varies(void **state)
{
    (void)state;
    rows_add(&rows, "cpu", "serial", 1, 100);
    rows_add(&rows, "cpu", "thread", 2, 101)->pin = "core";
    const struct cell_group *group = gather(0);
    name_is(group, 0, "serial pin=none");
    name_is(group, 1, "thread pin=core");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing),
        TEST(test_groups_are_the_same_work),
        TEST(test_groups_come_by_their_numbers),
        TEST(test_cells_are_the_same_way),
        TEST(test_figures),
        TEST(test_cpu_use_counts_the_joining),
        TEST(test_ideal_of_waiting),
        TEST(test_ideal_of_a_wide_worker),
        TEST(test_no_ideal_where_tasks_share),
        TEST(test_no_ideal_in_an_open_loop),
        TEST(test_rate_and_arrivals_are_the_work),
        TEST(test_bound_ignores_the_wait_for_a_cpu),
        TEST(test_bound_without_warm_up),
        TEST(test_bound_of_a_moment),
        TEST(test_longest_task_bounds_the_ideal),
        TEST(test_unknown_figures),
        TEST(test_warm_up_rows),
        TEST(test_troubled_rows),
        TEST(test_without_serial),
        TEST(test_judging),
        TEST(test_open_loops_are_not_judged_by_wall_time),
        TEST(test_rival_is_another_way),
        TEST(test_bound_cpu),
        TEST(test_bound_mixed),
        TEST(test_bound_mixed_low),
        TEST(test_bound_io),
        TEST(test_bound_memory_counted),
        TEST(test_bound_counters_say_cpu),
        TEST(test_bound_memory_by_size),
        TEST(test_bound_fits_the_cache),
        TEST(test_bound_without_serial),
        TEST(test_bound_nothing_measured),
        TEST(test_names_tell_cells_apart),
        TEST(test_width_and_stack_are_named_where_they_vary),
        TEST(test_pin_is_named_where_it_varies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
