/* From cells to what is said of more workers. The parameters in the sentences are scipy's
 * (reference/scaling_reference.py), rounded by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/scaling.h"
#include "tests/unit/reference/scaling_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MS           1e6

enum { ROWS_MOST = 256, LINES_MOST = 64 };

static struct timing rows[ROWS_MOST];
static size_t row_count;
static struct cell_table table;
static struct scaling lines[LINES_MOST];

static int start(void **state)
{
    (void)state;
    row_count = 0;
    table = (struct cell_table){0};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&table);
    return 0;
}

/* A measured row of plenty of tasks on 64 cores. */
static struct timing *add(const char *mode, uint64_t workers, double wall_ns)
{
    struct timing *row = &rows[row_count++];
    *row = (struct timing){
        .run = "unit",
        .workload = "cpu",
        .workload_version = 1,
        .params = "off",
        .mode = mode,
        .wait = "blocking",
        .workers = workers,
        .width = 1,
        .tasks = 1000,
        .pin = "none",
        .submit = "off",
        .stack = "off",
        .schedule = "off",
        .rate = FIGURE_OFF,
        .arrivals = "off",
        .cores = 64,
        .block = 1,
        .rep = 1,
        .status = STATUS_OK,
        .reason = "off",
        .wall_ns = (uint64_t)llround(wall_ns),
    };
    return row;
}

static void add_points(const char *mode, const struct scaling_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(mode, (uint64_t)points[i].workers, points[i].wall_ns);
}

/* Times that fall in proportion up to `most` workers and no further, for 1 to n workers. */
static void add_cliff(const char *mode, uint64_t n, uint64_t most)
{
    for (uint64_t workers = 1; workers <= n; workers++)
        add(mode, workers, 1000 * MS / (double)(workers < most ? workers : most));
}

static void all_have(uint64_t cores, uint64_t tasks)
{
    for (size_t i = 0; i < row_count; i++) {
        rows[i].cores = cores;
        rows[i].tasks = tasks;
    }
}

static size_t scale_into(size_t room)
{
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows, row_count, 0), 0);
    assert_int_equal(table.count, 1);
    const int count = scaling_of(&table.groups[0], lines, room);
    assert_true(count >= 0);
    return (size_t)count;
}

static const struct scaling *scale(void)
{
    assert_int_equal(scale_into(LINES_MOST), 1);
    return &lines[0];
}

static void says(const struct scaling *line, const char *sentence)
{
    assert_string_equal(line->sentence, sentence);
}

static void has(const struct scaling *line, const char *part)
{
    if (!strstr(line->sentence, part))
        fail_msg("\"%s\" lacks \"%s\"", line->sentence, part);
}

static void has_not(const struct scaling *line, const char *part)
{
    if (strstr(line->sentence, part))
        fail_msg("\"%s\" has \"%s\"", line->sentence, part);
}

static void a_knee_is_told(void **state)
{
    (void)state;
    static const struct scaling_point points[] = {{1, 1000 * MS}, {2, 526 * MS}, {4, 300 * MS},
                                                  {6, 241 * MS},  {8, 227 * MS}, {10, 228 * MS},
                                                  {12, 239 * MS}, {16, 271 * MS}};
    add_points("thread-pool", points, COUNT(points));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_KNEE);
    assert_int_equal(line->fitted, 8);
    assert_int_equal(line->counts, 8);
    assert_true(line->fit.usl_preferred);
    /* Speed-ups at neighbours of the knee, from the law itself, are not above its own. */
    const double top = scaling_law_speedup(&line->fit.usl, line->knee);
    assert_true(line->knee == 9);
    assert_true(top >= scaling_law_speedup(&line->fit.usl, line->knee - 1) &&
                top >= scaling_law_speedup(&line->fit.usl, line->knee + 1));
    has(line, "thread-pool stops gaining at 9 workers: contention ");
    has(line, ", coherency ");
    has(line,
        " (USL over 8 worker counts, +- 1 standard error); best measured 4.41x its own single "
        "worker, at 8");
    has_not(line, "Amdahl");
}

static void a_knee_without_a_single_worker(void **state)
{
    (void)state;
    add_points("thread-pool", reference_headless, COUNT(reference_headless));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_KNEE);
    assert_false(line->own_measured);
    assert_true(line->own_ns == line->fit.usl.t1_ns);
    /* sqrt(0.99018 / 0.00098408) = 31.7; 60838536513 / the time at 32 or 24 */
    has(line, "thread-pool stops gaining at 32 workers: contention 1.0% +- 0.2%, coherency 0.098% "
              "+- 0.006% (USL over 7 worker counts, +- 1 standard error); best measured ");
    has(line, "x its own single worker (fitted), at ");
}

static void a_knee_ahead_is_told(void **state)
{
    (void)state;
    add_points("thread-pool", reference_usl, COUNT(reference_usl));
    const struct scaling *line = scale();
    /* sqrt(0.972537 / 0.000233449) = 64.54, and 64 * 65 is below its square */
    assert_true(line->knee == 65);
    assert_int_equal(line->most, 64);
    has(line, "contention 2.75% +- 0.06%, coherency 0.023% +- 0.001% (USL over 10 worker counts, "
              "+- 1 standard error), with the most to be expected at 65 workers; best "
              "measured ");
}

static void still_gaining_by_amdahl(void **state)
{
    (void)state;
    add_points("thread-pool", reference_amdahl, COUNT(reference_amdahl));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_GAINING);
    assert_false(line->fit.usl_preferred);
    assert_true(isinf(line->knee));
    /* 1 / 0.041909 = 23.86 */
    says(line, "thread-pool is still gaining at 8 workers: contention 4.2% +- 0.4% (Amdahl's law "
               "over 8 worker counts, +- 1 standard error), so no more than about 23.9x its fitted "
               "single worker; best measured 6.3x its own single worker, at 8");
}

static void nothing_gained(void **state)
{
    (void)state;
    add_points("process", reference_flat, COUNT(reference_flat));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_NONE);
    has(line, "process gains nothing from more than 1 worker: contention 99.9% +- 0.4% (Amdahl's "
              "law over 12 worker counts, +- 1 standard error); best measured 1");
}

static void more_lost_than_gained(void **state)
{
    (void)state;
    add_points("process", reference_rising, COUNT(reference_rising));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_NONE);
    assert_true(line->knee == 1);
    has(line, "process gains nothing from more than 1 worker: contention 100%, coherency 20% +- 3% "
              "(USL");
    has(line, "; best measured 1x its own single worker, at 1");
}

static void no_limit_in_sight(void **state)
{
    (void)state;
    add_points("thread-pool", reference_superlinear, COUNT(reference_superlinear));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_GAINING);
    has(line, "is still gaining at 16 workers: contention 0% (Amdahl's law over 16 worker counts), "
              "without a limit in sight; best measured ");
}

static void a_contention_of_next_to_nothing(void **state)
{
    (void)state;
    const uint64_t counts[] = {1, 2, 5, 10, 20, 50, 2000};
    for (size_t i = 0; i < COUNT(counts); i++)
        add("thread-pool", counts[i], 1e15 * (1e-8 + (1 - 1e-8) / (double)counts[i]));
    all_have(4000, 4000);
    const struct scaling *line = scale();
    assert_true(line->fit.amdahl.sigma > 0);
    has(line, ", without a limit in sight; best measured 2000x its own single worker, at 2000");
}

/* sigma = 0.5: 64 workers gain 1.97x, 128 gain 1.98x. */
static void hardly_gaining(void **state)
{
    (void)state;
    const uint64_t counts[] = {1, 2, 5, 10, 20, 50, 64};
    for (size_t i = 0; i < COUNT(counts); i++)
        add("thread", counts[i], 1e12 * (0.5 + 0.5 / (double)counts[i]));
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_LEVEL);
    has(line, "thread hardly gains beyond 64 workers: contention 50.");
    has(line, ", so no more than about 2x its fitted single worker; best measured 1.97x its own "
              "single worker, at "
              "64");
}

static void the_last_count_was_not_the_fastest(void **state)
{
    (void)state;
    const double wall_ms[] = {1000, 530, 360, 270, 230, 200, 210};
    for (size_t i = 0; i < COUNT(wall_ms); i++)
        add("thread", i + 1, wall_ms[i] * MS);
    const struct scaling *line = scale();
    assert_false(line->fit.usl_preferred);
    assert_int_equal(line->kind, SCALING_UNSURE);
    has(line, "thread may or may not gain beyond 6 workers: contention ");
    has(line, "; best measured 5x its own single worker, at 6");
    has_not(line, "still gaining");
}

static void cores_are_not_contention(void **state)
{
    (void)state;
    add_cliff("thread-pool", 8, 2);
    all_have(2, 1000);
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_LIMITED);
    assert_int_equal(line->limit, 2);
    assert_false(line->limit_is_tasks || line->dropped);
    says(line,
         "thread-pool has 2 cores to gain from: best measured 2x its own single worker, at 2; "
         "the fit goes beyond, so it tells of the cores, not of the work: contention 48% +- "
         "9% (Amdahl's law over 8 worker counts, +- 1 standard error)");
    all_have(1, 1000);
    for (size_t i = 0; i < row_count; i++)
        rows[i].wall_ns = 1000;
    line = scale();
    has(line, "thread-pool has 1 core to gain from: ");
    has(line, "so it tells of the core, not");
}

static void counts_past_the_cores_are_left_out(void **state)
{
    (void)state;
    add_cliff("thread-pool", 12, 6);
    all_have(6, 1000);
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_GAINING);
    assert_true(line->dropped);
    assert_int_equal(line->fitted, 6);
    assert_int_equal(line->counts, 12);
    assert_int_equal(line->most, 6);
    assert_true(line->fit.amdahl.sigma < 1e-6);
    has(line, "thread-pool is still gaining at 6 workers: contention 0");
    has(line, " (Amdahl's law over 6 worker counts up to the 6 cores");
    has(line, "; best measured 6x its own single worker, at 6");
    rows[5].status = STATUS_CRASHED; /* five counts are left within the cores */
    line = scale();
    assert_int_equal(line->kind, SCALING_LIMITED);
    assert_int_equal(line->fitted, 11);
    has(line, "has 6 cores to gain from");
}

/* 5 of the 6 cores did best; that 7 workers were faster yet is no sign of what 6 cores do. */
static void what_was_left_out_does_not_judge(void **state)
{
    (void)state;
    const double wall_ms[] = {1000, 530, 360, 270, 230, 240, 220, 235, 235};
    for (size_t i = 0; i < COUNT(wall_ms); i++)
        add("thread", i + 1, wall_ms[i] * MS);
    all_have(6, 1000);
    const struct scaling *line = scale();
    assert_int_equal(line->fitted, 6);
    assert_int_equal(line->kind, SCALING_UNSURE);
    has(line, "thread may or may not gain beyond 5 workers: ");
    has(line, "; best measured 4.55x its own single worker, at 7");
}

/* Rows of a machine whose quota changed between appended invocations. */
static void the_least_cores_count(void **state)
{
    (void)state;
    add_cliff("thread-pool", 8, 2);
    all_have(8, 1000);
    rows[4].cores = 2;
    const struct scaling *line = scale();
    assert_int_equal(line->cores, 2);
    assert_int_equal(line->kind, SCALING_LIMITED);
    rows[4].cores = 0;
    assert_int_equal(scale()->cores, 8);
}

static void tasks_are_a_limit_too(void **state)
{
    (void)state;
    add_cliff("thread-pool", 12, 8);
    all_have(64, 8);
    const struct scaling *line = scale();
    assert_true(line->limit_is_tasks && line->dropped);
    assert_int_equal(line->fitted, 8);
    has(line, "(Amdahl's law over 8 worker counts up to the 8 tasks");
    all_have(64, 3);
    line = scale();
    assert_int_equal(line->kind, SCALING_LIMITED);
    has(line, "thread-pool has 3 tasks to gain from: best measured 8x");
}

/* Waiting needs no core: what a mode gains beyond them shows that the group's work waits. */
static void work_that_waits_is_not_limited_by_cores(void **state)
{
    (void)state;
    add_cliff("coroutine", 12, 12);
    all_have(2, 1000);
    const struct scaling *line = scale();
    assert_int_equal(line->limit, 1000);
    assert_int_equal(line->fitted, 12);
    assert_int_equal(line->kind, SCALING_GAINING);
    add_cliff("thread-pool", 8, 3); /* gains less than the bar allows by itself: 3x on 4 cores */
    all_have(4, 1000);
    assert_int_equal(scale_into(LINES_MOST), 2);
    assert_string_equal(lines[1].cell->key->mode, "thread-pool");
    assert_int_equal(lines[1].kind, SCALING_LIMITED);
    assert_int_equal(lines[1].limit, 4);
    add("serial", 1, 1000 * MS);
    all_have(4, 1000);
    assert_int_equal(scale_into(LINES_MOST), 2);
    assert_int_equal(lines[1].limit, 1000);
    assert_int_not_equal(lines[1].kind, SCALING_LIMITED);
}

static void the_bar_for_waiting_is_a_tenth(void **state)
{
    (void)state;
    add_cliff("thread-pool", 8, 2);
    all_have(2, 1000);
    add("serial", 1, 1090 * MS)->cores = 2; /* the fastest is at 500 ms: 2.18x */
    assert_int_equal(scale()->limit, 2);
    rows[row_count - 1].wall_ns = 1110000000; /* 2.22x */
    assert_int_equal(scale()->limit, 1000);
}

static void too_few_counts(void **state)
{
    (void)state;
    add_cliff("thread-pool", 4, 4);
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_FEW);
    assert_int_equal(line->counts, 4);
    assert_int_equal(line->fitted, 0);
    assert_int_equal(line->most, 4);
    assert_true(line->best_speedup == 4);
    assert_true(isnan(line->knee));
    says(line, "thread-pool: 4 worker counts are too few for a fit of Amdahl's law or the USL (6 "
               "are needed: --workers 1..2x)");
    all_have(2, 1000);
    has(scale(), "(6 are needed: --workers 1..6)");
}

static void simulated_cores(void **state)
{
    (void)state;
    add_cliff("thread-pool", 8, 2);
    for (size_t i = 0; i < row_count; i++)
        rows[i].pin = "simulated";
    const struct scaling *line = scale();
    assert_int_equal(line->kind, SCALING_SIMULATED);
    assert_int_equal(line->fitted, 0);
    says(line, "thread-pool: its cores are simulated, so how it scales with them is not told");
}

static void each_way_is_a_line(void **state)
{
    (void)state;
    static const char *const waits[] = {"epoll", "poll"}, *const pins[] = {"core", "none"},
                             *const submits[] = {"async", "sync"};
    double slower = 1;
    for (size_t i = 0; i < 8; i++) {
        for (uint64_t workers = 1; workers <= 2; workers++, slower += 0.1) {
            struct timing *row = add("coroutine", workers, slower * 100 * MS / (double)workers);
            row->wait = waits[i & 1];
            row->pin = pins[i >> 1 & 1];
            row->submit = submits[i >> 2];
        }
    }
    add("serial", 1, 50 * MS);
    add("thread", 3, 40 * MS);
    assert_int_equal(scale_into(LINES_MOST), 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(lines[i].counts, 2);
        assert_true(i == 0 || lines[i].cell->wall_ns >= lines[i - 1].cell->wall_ns);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(lines[i].sentence, lines[j].sentence);
    }
    has(&lines[0], "coroutine/epoll pin=core async: 2 worker counts");
    lines[3].counts = 77;
    assert_int_equal(scale_into(3), 3);
    assert_int_equal(lines[3].counts, 77);
    assert_int_equal(scale_into(0), 0);
}

static void cells_without_a_time_do_not_count(void **state)
{
    (void)state;
    add_cliff("thread-pool", 7, 7);
    rows[2].status = STATUS_TIMEOUT;
    rows[4].wall_ns = 0;
    add("thread-pool", 0, 5 * MS);
    rows[1].warmup = 1;
    assert_int_equal(scale()->counts, 4);
    for (size_t i = 0; i < row_count; i++)
        rows[i].status = STATUS_CRASHED;
    assert_int_equal(scale_into(LINES_MOST), 0);
    rows[0].status = STATUS_OK;
    assert_int_equal(scale_into(LINES_MOST), 0);
}

static void names_are_safe_and_sentences_whole(void **state)
{
    (void)state;
    char name[400];
    memset(name, 'm', sizeof name);
    memcpy(name, "\033[31m\n", 6);
    name[sizeof name - 1] = '\0';
    add_points(name, reference_usl, COUNT(reference_usl));
    const struct scaling *line = scale();
    for (const char *c = line->sentence; *c; c++)
        assert_in_range(*c, ' ', '~');
    has(line, "x its own single worker, at ");
    all_have(1, 1000);
    for (size_t i = 0; i < row_count; i++)
        rows[i].wall_ns = 1000;
    has(scale(), " has 1 core to gain from: ");
    assert_int_equal(line->sentence[strlen(line->sentence) - 1], ')');
}

static void extreme_rows_do_no_harm(void **state)
{
    (void)state;
    const uint64_t counts[] = {1, 2, 3, 1000000, UINT64_MAX, UINT64_MAX / 2, 5};
    for (size_t i = 0; i < COUNT(counts); i++)
        add("thread-pool", counts[i], i % 2 ? 1 : 9e18);
    for (uint64_t cores = 0; cores < 3; cores++) {
        all_have(cores ? UINT64_MAX - cores : 0, cores);
        const struct scaling *line = scale();
        assert_true(line->fitted >= SCALING_COUNTS);
        assert_true(line->knee >= 1 && isfinite(line->best_speedup));
        assert_true(strlen(line->sentence) < SCALING_SENTENCE - 1);
        has_not(line, "nan");
        has_not(line, "inf");
    }
    for (size_t i = 0; i < row_count; i++) /* distinct as numbers, not as doubles */
        rows[i].workers = UINT64_MAX - i;
    assert_int_equal(scale()->kind, SCALING_FEW);
    assert_int_equal(lines[0].fitted, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_knee_is_told),
        TEST(a_knee_without_a_single_worker),
        TEST(a_knee_ahead_is_told),
        TEST(still_gaining_by_amdahl),
        TEST(nothing_gained),
        TEST(more_lost_than_gained),
        TEST(no_limit_in_sight),
        TEST(a_contention_of_next_to_nothing),
        TEST(hardly_gaining),
        TEST(the_last_count_was_not_the_fastest),
        TEST(cores_are_not_contention),
        TEST(counts_past_the_cores_are_left_out),
        TEST(what_was_left_out_does_not_judge),
        TEST(the_least_cores_count),
        TEST(tasks_are_a_limit_too),
        TEST(work_that_waits_is_not_limited_by_cores),
        TEST(the_bar_for_waiting_is_a_tenth),
        TEST(too_few_counts),
        TEST(simulated_cores),
        TEST(each_way_is_a_line),
        TEST(cells_without_a_time_do_not_count),
        TEST(names_are_safe_and_sentences_whole),
        TEST(extreme_rows_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
