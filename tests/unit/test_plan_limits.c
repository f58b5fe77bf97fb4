/* Cells that this system's limits would stop half-way are marked before anything starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "bench/plan_limits.h"
#include "tests/unit/fake_root_fixture.h"

enum { TASKS = 40000 };

static struct plan plan;
static struct options options;

static void put(const char *path, const char *text)
{
    fake_root_write(&root, path, text);
}

/* A machine where no more ids are given than `pid_max`, and `maps` to each process. */
static void put_machine(const char *pid_max, const char *maps)
{
    put("/proc/loadavg", "0.10 0.20 0.30 3/120 4711\n");
    put("/proc/sys/kernel/pid_max", pid_max);
    put("/proc/sys/kernel/threads-max", "1000000\n");
    put("/proc/sys/vm/max_map_count", maps);
    put("/proc/meminfo", "MemTotal: 99999999 kB\nMemAvailable: 67108864 kB\n");
}

static char told[1024];

static void note_line(const char *line)
{
    snprintf(told, sizeof told, "%s", line);
}

static void make(const char *workload, const char *const *modes, uint64_t tasks)
{
    static const struct topology_counts counts = {.usable = 2};
    char note[256];
    struct error err;
    options.workloads[0] = registry_workload(workload);
    options.workload_count = 1;
    for (options.mode_count = 0; modes[options.mode_count]; options.mode_count++) {
        options.modes[options.mode_count] = registry_mode(modes[options.mode_count]);
        assert_non_null(options.modes[options.mode_count]);
    }
    options.tasks[0].number = tasks;
    options.tasks_count = 1;
    options.min_runs = options.max_runs = 1;
    options.invocations = 1;
    if (plan_make(&plan, &options, &counts, false, note, sizeof note, &err) != 0 ||
        plan_limits(&plan, &options, root.path, note_line, &err) != 0) {
        fail_msg("%s", err.text);
    }
}

#define MAKE(workload, tasks, ...) make(workload, (const char *const[]){__VA_ARGS__, NULL}, tasks)

static const struct cell *cell_of(const char *mode)
{
    for (size_t i = 0; i < plan.count; i++) {
        if (strcmp(plan.cells[i].mode->name, mode) == 0 && !plan.cells[i].reference) {
            return &plan.cells[i];
        }
    }
    fail_msg("no cell of %s", mode);
    return NULL;
}

static void forbidden(const char *mode, const char *word)
{
    const struct cell *cell = cell_of(mode);
    if (!cell->limit || !strstr(cell->limit, word)) {
        fail_msg("%s: '%s' is not in: %s", mode, word, cell->limit ? cell->limit : "(runs)");
    }
    assert_false(plan_runs(cell));
}

static void allowed(const char *mode)
{
    const struct cell *cell = cell_of(mode);
    if (cell->limit) {
        fail_msg("%s: %s", mode, cell->limit);
    }
    assert_true(plan_runs(cell));
}

static int start(void **state)
{
    memset(&options, 0, sizeof options);
    told[0] = '\0';
    return make_root(state);
}

static int stop(void **state)
{
    plan_free(&plan);
    return remove_root(state);
}

/* The stock limits of most machines. */
static void forty_thousand_threads_do_not_fit(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    MAKE("sleep", TASKS, "thread", "process", "coroutine", "event", "thread-pool",
         "thread-coroutine", "process-coroutine");
    forbidden("thread", "pid_max");
    forbidden("process", "pid_max");
    allowed("coroutine");
    allowed("event");
    allowed("thread-pool");
    allowed("thread-coroutine");
    allowed("process-coroutine");
    const struct cell *last = &plan.cells[plan.count - 1];
    assert_true(last->reference);
    assert_null(last->limit);
}

static void small_ones_fit(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    MAKE("sleep", 1000, "thread", "process", "process-thread", "process-spawn", "serial");
    for (size_t i = 0; i < plan.count; i++) {
        assert_null(plan.cells[i].limit);
    }
}

static void a_raised_limit_lets_them_run(void **state)
{
    (void)state;
    put_machine("4194304\n", "65530\n");
    MAKE("sleep", TASKS, "thread", "process");
    allowed("thread"); /* their stacks are cut from one mapping */
    allowed("process");
}

/* Each process has threads enough to need more maps than it may have. */
static void inner_threads_count(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    MAKE("sleep", TASKS, "process-thread");
    forbidden("process-thread", "pid_max");
    plan_free(&plan);
    put_machine("4194304\n", "20000\n");
    MAKE("sleep", TASKS, "process-thread");
    forbidden("process-thread", "max_map_count");
    plan_free(&plan);
    options.width = 100; /* so many at once only */
    MAKE("sleep", TASKS, "process-thread");
    allowed("process-thread");
}

static void memory_counts(void **state)
{
    (void)state;
    put_machine("4194304\n", "1000000\n");
    put("/proc/meminfo", "MemTotal: 999999 kB\nMemAvailable: 102400 kB\n");
    options.stacks = STACKS_OWN;
    MAKE("sleep", TASKS, "coroutine", "event", "thread");
    forbidden("coroutine", "MiB"); /* 40,000 pages are more than 100 MiB */
    forbidden("thread", "MiB");
    allowed("event");
    plan_free(&plan);
    options.stacks = STACKS_SHARED;
    MAKE("sleep", TASKS, "coroutine");
    allowed("coroutine");
}

/* What cannot run for another reason keeps that one. */
static void the_unsupported_is_not_asked(void **state)
{
    (void)state;
    put_machine("5\n", "5\n");
    options.waits[0] = registry_wait("epoll");
    options.wait_count = 1;
    MAKE("sleep", 64, "thread", "coroutine");
    const struct cell *cell = cell_of("thread");
    assert_non_null(cell->unsupported);
    assert_null(cell->limit);
    assert_true(plan.cells[plan.count - 1].reference);
    assert_null(plan.cells[plan.count - 1].limit); /* nor the reference: it is always there */
}

/* Equal needs are asked for once; each cell has a text of its own to free, and one that
 * needs less between two that need too much is not touched by theirs. */
static void answers_do_not_stick(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    options.workers[0] = (struct amount_range){{TASKS, false}, {TASKS, false}};
    options.workers[1] = (struct amount_range){{8, false}, {8, false}};
    options.workers[2] = (struct amount_range){{TASKS - 1, false}, {TASKS - 1, false}};
    options.workers_count = 3;
    MAKE("sleep", TASKS, "thread-pool", "thread");
    size_t marked = 0;
    for (size_t i = 0; i < plan.count; i++) {
        const struct cell *cell = &plan.cells[i];
        assert_int_equal(cell->limit != NULL, cell->workers > 1000);
        marked += cell->limit != NULL;
        for (size_t k = 0; k < i && cell->limit; k++) {
            assert_ptr_not_equal(cell->limit, plan.cells[k].limit);
        }
    }
    assert_int_equal(marked, 4);
}

static void what_a_cell_needs(void **state)
{
    struct limits_need need;
    (void)state;
    put_machine("4194304\n", "1000000\n");
    options.workers[0] = (struct amount_range){{3, false}, {3, false}};
    options.workers_count = 1;
    options.width = 10;
    MAKE("sleep", 300, "thread", "process", "process-thread", "process-coroutine",
         "thread-coroutine", "coroutine", "event");
    plan_need(cell_of("thread"), &need);
    assert_int_equal(need.threads, 3);
    assert_int_equal(need.processes, 0);
    assert_int_equal(need.maps, 6);
    uint64_t thread_bytes = need.bytes;
    plan_need(cell_of("process"), &need);
    assert_int_equal(need.threads, 3);
    assert_int_equal(need.processes, 3);
    assert_true(need.bytes > thread_bytes);
    plan_need(cell_of("process-thread"), &need);
    assert_int_equal(need.threads, 3 + 30);
    assert_int_equal(need.processes, 3);
    assert_int_equal(need.maps, 20); /* of one of them */
    uint64_t inner_bytes = need.bytes;
    plan_need(cell_of("process-coroutine"), &need);
    assert_int_equal(need.threads, 3);
    assert_int_equal(need.processes, 3);
    assert_true(need.bytes < inner_bytes);
    plan_need(cell_of("thread-coroutine"), &need);
    assert_int_equal(need.threads, 3);
    assert_int_equal(need.processes, 0);
    plan_need(cell_of("coroutine"), &need);
    assert_int_equal(need.threads, 1);
    uint64_t coroutine_bytes = need.bytes;
    plan_need(cell_of("event"), &need);
    assert_int_equal(need.threads, 1);
    assert_int_equal(need.maps, 2); /* no stacks beside its own */
    assert_true(need.bytes < coroutine_bytes);
    assert_true(need.bytes >= 300 * sizeof(struct task_record));
}

static uint64_t seven_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return 7;
}

/* Loops that wake each other need a descriptor each, in every process. */
static void tasks_that_share_objects_need_more(void **state)
{
    (void)state;
    put_machine("4194304", "1000000");
    MAKE("sleep", 100, "coroutine", "thread-coroutine", "process-coroutine", "process-thread");
    static const struct {
        const char *mode;
        bool bells;
    } cases[] = {{"coroutine", false},
                 {"thread-coroutine", true},
                 {"process-coroutine", true},
                 {"process-thread", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell = *cell_of(cases[i].mode);
        struct workload sharing = *cell.workload;
        struct limits_need without, with;
        plan_need(&cell, &without);
        sharing.objects = seven_objects;
        cell.workload = &sharing;
        plan_need(&cell, &with);
        assert_int_equal(with.descriptors - without.descriptors, cases[i].bells ? cell.workers : 0);
        assert_int_equal(with.bytes - without.bytes,
                         sync_area_bytes(7, 100, cell.workers * cell.threads));
    }
}

/* --- --on-limit --- */

static void clamped_to_as_many_as_fit(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    options.on_limit = ON_LIMIT_CLAMP;
    MAKE("sleep", TASKS, "thread", "coroutine");
    allowed("thread");
    assert_int_equal(cell_of("thread")->workers, 16384); /* 32768 - what is in use */
    assert_int_equal(cell_of("thread")->tasks, TASKS);   /* the work stays */
    assert_non_null(strstr(told, "sleep under thread: clamped from 40000 workers"));
    assert_non_null(strstr(told, "to 16384"));
    assert_non_null(strstr(told, "pid_max"));
    assert_int_equal(cell_of("coroutine")->width, TASKS); /* it fits */
}

/* The threads of each process first: so many processes are wanted. */
static void the_width_goes_first(void **state)
{
    (void)state;
    put_machine("4194304\n", "20000\n");
    options.on_limit = ON_LIMIT_CLAMP;
    MAKE("sleep", TASKS, "process-thread");
    const struct cell *cell = cell_of("process-thread");
    allowed("process-thread");
    assert_int_equal(cell->workers, 2);
    assert_int_equal(cell->width, 8192); /* two maps each */
    assert_int_equal(cell->threads, 8192);
}

static void what_no_number_helps_is_skipped(void **state)
{
    (void)state;
    put_machine("310\n", "65530\n"); /* the kernel keeps 300 ids to itself, 120 are in use */
    options.on_limit = ON_LIMIT_CLAMP;
    MAKE("sleep", TASKS, "thread");
    forbidden("thread", "pid_max");
    assert_int_equal(cell_of("thread")->workers, TASKS);
    assert_string_equal(told, "");
}

static void a_twin_is_not_run_twice(void **state)
{
    (void)state;
    put_machine("32768\n", "65530\n");
    options.on_limit = ON_LIMIT_CLAMP;
    for (size_t i = 0; i < 3; i++) {
        const uint64_t workers = i == 0 ? 16384 : TASKS - i;
        options.workers[i] = (struct amount_range){{workers, false}, {workers, false}};
    }
    options.workers_count = 3;
    MAKE("sleep", TASKS, "thread-pool");
    size_t run = 0, skipped = 0;
    for (size_t i = 0; i < plan.count; i++) {
        if (plan.cells[i].mode->queue) {
            run += plan_runs(&plan.cells[i]);
            skipped += plan.cells[i].limit && strstr(plan.cells[i].limit, "another cell again");
        }
    }
    assert_int_equal(run, 1);
    assert_int_equal(skipped, 2);
}

static void fail_says_which_and_why(void **state)
{
    static const struct topology_counts counts = {.usable = 2};
    struct error err;
    char note[256];
    (void)state;
    put_machine("32768\n", "65530\n");
    MAKE("sleep", TASKS, "coroutine", "thread");
    plan_free(&plan);
    options.on_limit = ON_LIMIT_FAIL;
    assert_int_equal(plan_make(&plan, &options, &counts, false, note, sizeof note, &err), 0);
    assert_int_equal(plan_limits(&plan, &options, root.path, note_line, &err), -EAGAIN);
    assert_non_null(strstr(err.text, "--on-limit fail: sleep under thread with 40000 workers"));
    assert_non_null(strstr(err.text, "pid_max"));
}

/* A tebibyte for each of 40,000 tasks at once. */
static void the_disk_counts(void **state)
{
    (void)state;
    put_machine("4194304\n", "1000000\n");
    options.output = "/tmp/test_plan_limits/not/there";
    options.sets[0] = (struct option_set){registry_workload("file"), 0, {UINT64_C(1) << 40}, 1};
    options.set_count = 1;
    options.no_baseline = true;
    MAKE("file", TASKS, "thread");
    forbidden("thread", "disk: scratch files and results take up to");
    forbidden("thread", "/tmp/test_plan_limits/not/there");
    plan_free(&plan);
    options.set_count = 0;
    MAKE("file", 4, "thread");
    allowed("thread");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(forty_thousand_threads_do_not_fit),
        TEST(small_ones_fit),
        TEST(a_raised_limit_lets_them_run),
        TEST(inner_threads_count),
        TEST(memory_counts),
        TEST(the_unsupported_is_not_asked),
        TEST(answers_do_not_stick),
        TEST(what_a_cell_needs),
        TEST(tasks_that_share_objects_need_more),
        TEST(clamped_to_as_many_as_fit),
        TEST(the_width_goes_first),
        TEST(what_no_number_helps_is_skipped),
        TEST(a_twin_is_not_run_twice),
        TEST(fail_says_which_and_why),
        TEST(the_disk_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
