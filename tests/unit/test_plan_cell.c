/* What follows for a cell from its workload, mode, wait and number of workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/coroutine/coroutine.h"
#include "bench/plan_cell.h"
#include "bench/plan_reason.h"

enum { CORES = 4 };

/* --- workloads, modes and waits of the tests' own --- */

static uint64_t task_ns;

static uint64_t estimate(const uint64_t *values)
{
    (void)values;
    return task_ns;
}

static uint64_t three(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks < 3 ? tasks : 3;
}

static const struct workload waits = {
    .name = "waits", .kind = WORKLOAD_IO, .estimate_ns = estimate};
static const struct workload files = {
    .name = "files", .kind = WORKLOAD_IO, .files = true, .estimate_ns = estimate};
static uint64_t seven_thousand(const uint64_t *values)
{
    (void)values;
    return 7000;
}

static const struct workload paces = {.name = "paces",
                                      .kind = WORKLOAD_IO,
                                      .own_pace = true,
                                      .request_count = seven_thousand,
                                      .estimate_ns = estimate};
static const struct workload together = {
    .name = "together", .kind = WORKLOAD_IO, .together = three, .estimate_ns = estimate};
static const struct workload computes = {
    .name = "computes", .kind = WORKLOAD_CPU, .estimate_ns = estimate};
static const struct workload both = {
    .name = "both", .kind = WORKLOAD_MIXED, .estimate_ns = estimate};

static uint64_t same_for_all(const void *state, uint64_t index)
{
    (void)state;
    (void)index;
    return 1;
}

static const struct workload lengths = {
    .name = "lengths", .kind = WORKLOAD_CPU, .estimate_ns = estimate, .length_ns = same_for_all};
static const struct workload urgent = {
    .name = "urgent", .kind = WORKLOAD_CPU, .estimate_ns = estimate, .priority = same_for_all};

static const char *never(const struct workload *workload)
{
    return workload == &waits ? NULL : "only waits";
}

static const struct mode serial = {.name = "serial", .workers = MODE_WORKERS_ONE};
static const struct mode per_task = {.name = "per-task", .workers = MODE_WORKERS_PER_TASK};
static const struct mode pool = {.name = "pool", .workers = MODE_WORKERS_FIXED};
static const struct mode queue = {.name = "queue", .workers = MODE_WORKERS_FIXED, .queue = true};
static const struct mode locked = {
    .name = "locked", .workers = MODE_WORKERS_PER_TASK, .interpreter = true};
static const struct mode processes = {
    .name = "processes", .workers = MODE_WORKERS_FIXED, .processes = true};
static const struct mode images = {
    .name = "images", .workers = MODE_WORKERS_FIXED, .processes = true, .image_per_worker = true};
static const struct mode coroutines = {
    .name = "coroutines", .workers = MODE_WORKERS_ONE, .inner = MODE_INNER_COROUTINES};
static const struct mode thread_coroutines = {
    .name = "thread-coroutines", .workers = MODE_WORKERS_FIXED, .inner = MODE_INNER_COROUTINES};
static const struct mode process_coroutines = {.name = "process-coroutines",
                                               .workers = MODE_WORKERS_FIXED,
                                               .processes = true,
                                               .inner = MODE_INNER_COROUTINES};
static const struct mode process_threads = {.name = "process-threads",
                                            .workers = MODE_WORKERS_FIXED,
                                            .processes = true,
                                            .inner = MODE_INNER_THREADS};
static const struct mode steps = {
    .name = "steps", .workers = MODE_WORKERS_ONE, .inner = MODE_INNER_STEPS};
static const struct mode picky = {
    .name = "picky", .workers = MODE_WORKERS_FIXED, .unsupported = never};

static const char *missing(void)
{
    return "not offered here";
}

static const struct loop_engine engine;
static const struct wait wait_missing = {
    .name = "missing", .engine = &engine, .unavailable = missing};

static struct options options;

/* A cell of 64 tasks with so many workers; the wait is what auto stands for. */
static struct cell settled(const struct workload *workload, const struct mode *mode,
                           const struct wait *wait, uint64_t workers, uint64_t tasks)
{
    struct cell cell = {.workload = workload, .mode = mode, .workers = workers, .tasks = tasks};
    cell.wait = plan_wait(wait, workload, mode);
    plan_settle(&cell, &options, CORES);
    return cell;
}

static int start(void **state)
{
    (void)state;
    memset(&options, 0, sizeof options);
    task_ns = 1000000;
    return 0;
}

/* --- which wait --- */

static void auto_is_what_suits_the_mode(void **state)
{
    static const struct mode *const blocking[] = {&serial,    &per_task, &pool,
                                                  &processes, &images,   &process_threads};
    static const struct mode *const looping[] = {&coroutines, &thread_coroutines,
                                                 &process_coroutines, &steps};
    (void)state;
    for (size_t i = 0; i < sizeof blocking / sizeof blocking[0]; i++) {
        assert_ptr_equal(plan_wait(NULL, &waits, blocking[i]), &wait_blocking);
        assert_ptr_equal(plan_wait(NULL, &files, blocking[i]), &wait_blocking);
    }
    /* Files are truly asynchronous under io_uring only, where there is one. */
    const struct wait *for_files = wait_uring.unavailable() ? &wait_epoll : &wait_uring;
    for (size_t i = 0; i < sizeof looping / sizeof looping[0]; i++) {
        assert_ptr_equal(plan_wait(NULL, &waits, looping[i]), &wait_epoll);
        assert_ptr_equal(plan_wait(NULL, &files, looping[i]), for_files);
    }
    for (size_t i = 0; registry_waits[i]; i++) { /* what is asked for is not bettered */
        assert_ptr_equal(plan_wait(registry_waits[i], &files, &coroutines), registry_waits[i]);
        assert_ptr_equal(plan_wait(registry_waits[i], &waits, &serial), registry_waits[i]);
    }
}

/* --- the width --- */

static void a_worker_has_its_share_at_once(void **state)
{
    static const struct mode *const wide[] = {&coroutines, &thread_coroutines, &process_coroutines,
                                              &process_threads, &steps};
    (void)state;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        options.width = 0;
        assert_int_equal(settled(&waits, wide[i], NULL, 1, 64).width, 64);
        assert_int_equal(settled(&waits, wide[i], NULL, 4, 64).width, 16);
        assert_int_equal(settled(&waits, wide[i], NULL, 5, 64).width, 13); /* the largest share */
        assert_int_equal(settled(&waits, wide[i], NULL, 100, 64).width, 1);
        options.width = 10;
        assert_int_equal(settled(&waits, wide[i], NULL, 4, 64).width, 10);
        assert_int_equal(settled(&waits, wide[i], NULL, 32, 64).width, 2); /* cut to the share */
        options.width = 16;
        assert_int_equal(settled(&waits, wide[i], NULL, 4, 64).width, 16);
    }
}

static void what_blocks_runs_one_at_a_time(void **state)
{
    static const struct mode *const narrow[] = {&serial, &per_task, &pool, &processes, &images};
    (void)state;
    for (uint64_t width = 0; width <= 7; width += 7) {
        options.width = width;
        for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++) {
            assert_int_equal(settled(&waits, narrow[i], NULL, 2, 64).width, 1);
            assert_int_equal(settled(&waits, narrow[i], NULL, 2, 64).threads, 1);
        }
        /* A task that blocks its loop keeps the others from it; a thread does not. */
        assert_int_equal(settled(&waits, &coroutines, &wait_blocking, 1, 64).width, 1);
        assert_int_equal(settled(&waits, &thread_coroutines, &wait_blocking, 2, 64).width, 1);
        assert_int_equal(settled(&waits, &steps, &wait_blocking, 1, 64).width, 1);
        assert_int_equal(settled(&waits, &process_threads, &wait_blocking, 2, 64).width,
                         width ? 7 : 32);
    }
}

static void only_inner_threads_have_records_of_their_own(void **state)
{
    (void)state;
    options.width = 6;
    assert_int_equal(settled(&waits, &process_threads, NULL, 3, 64).threads, 6);
    assert_int_equal(settled(&waits, &process_threads, NULL, 32, 64).threads, 2);
    assert_int_equal(settled(&waits, &process_coroutines, NULL, 3, 64).threads, 1);
    assert_int_equal(settled(&waits, &steps, NULL, 1, 64).threads, 1);
}

/* --- stacks --- */

static void above_a_number_a_process_shares_one_stack(void **state)
{
    static const struct {
        const struct mode *mode;
        uint64_t workers, tasks;
        bool shared;
    } all[] = {
        {&coroutines, 1, OWN_STACKS_MAX, false},
        {&coroutines, 1, OWN_STACKS_MAX + 1, true},
        /* Threads live in one process: all of their coroutines count. */
        {&thread_coroutines, 2, OWN_STACKS_MAX, false},
        {&thread_coroutines, 2, OWN_STACKS_MAX + 1, true},
        {&thread_coroutines, 8, OWN_STACKS_MAX + 8, true},
        /* Of processes each counts by itself. */
        {&process_coroutines, 2, OWN_STACKS_MAX + 2, false},
        {&process_coroutines, 2, 2 * OWN_STACKS_MAX, false},
        {&process_coroutines, 2, 2 * OWN_STACKS_MAX + 2, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct cell cell = settled(&waits, all[i].mode, NULL, all[i].workers, all[i].tasks);
        assert_int_equal(cell.shared_stack, all[i].shared);
        assert_string_equal(plan_stack(&cell), all[i].shared ? "shared" : "own");
        assert_int_equal(cell.stack_bytes, all[i].shared ? SHARED_STACK_BYTES : OWN_STACK_BYTES);
    }
    options.width = OWN_STACKS_MAX; /* it is those alive at once that count */
    assert_false(settled(&waits, &coroutines, NULL, 1, 1000000).shared_stack);
    assert_false(settled(&waits, &coroutines, &wait_blocking, 1, 1000000).shared_stack);
}

static void a_kind_of_stack_may_be_asked_for(void **state)
{
    (void)state;
    options.stacks = STACKS_SHARED;
    assert_true(settled(&waits, &coroutines, NULL, 1, 2).shared_stack);
    options.stacks = STACKS_OWN;
    assert_false(settled(&waits, &coroutines, NULL, 1, 10 * OWN_STACKS_MAX).shared_stack);
    options.stack_bytes = 12345;
    assert_int_equal(settled(&waits, &coroutines, NULL, 1, 2).stack_bytes, 12345);
    options.stacks = STACKS_SHARED;
    assert_int_equal(settled(&waits, &coroutines, NULL, 1, 2).stack_bytes, 12345);
}

static void own_stacks_are_guarded_where_the_number_allows(void **state)
{
    const uint64_t most = coroutine_guards_most();
    (void)state;
    assert_true(settled(&waits, &coroutines, NULL, 1, 64).guarded_stacks);
    options.stacks = STACKS_OWN;
    if (most < UINT64_MAX) {
        assert_true(settled(&waits, &coroutines, NULL, 1, most).guarded_stacks);
        assert_false(settled(&waits, &coroutines, NULL, 1, most + 1).guarded_stacks);
        assert_false(settled(&waits, &thread_coroutines, NULL, 2, 2 * most).guarded_stacks);
        assert_true(settled(&waits, &process_coroutines, NULL, 2, 2 * most).guarded_stacks);
    } else {
        assert_true(settled(&waits, &coroutines, NULL, 1, 10000000).guarded_stacks);
    }
    options.stacks = STACKS_SHARED;
    assert_false(settled(&waits, &coroutines, NULL, 1, 64).guarded_stacks);
}

static void what_makes_no_coroutines_has_no_stacks(void **state)
{
    static const struct mode *const none[] = {&serial, &per_task, &process_threads, &steps};
    (void)state;
    options.stacks = STACKS_SHARED;
    options.stack_bytes = 12345;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct cell cell = settled(&waits, none[i], NULL, 1, 64);
        assert_string_equal(plan_stack(&cell), "off");
        assert_false(cell.shared_stack || cell.guarded_stacks);
        assert_int_equal(cell.stack_bytes, 0);
    }
}

/* --- schedules --- */

static struct cell scheduled(const struct workload *workload, const struct mode *mode,
                             enum schedule_kind kind)
{
    struct cell cell = {.workload = workload, .mode = mode, .workers = 1, .tasks = 64};
    cell.wait = plan_wait(NULL, workload, mode);
    plan_schedule(&cell, &options, kind);
    plan_settle(&cell, &options, CORES);
    return cell;
}

static void a_schedule_has_what_belongs_to_it(void **state)
{
    static const struct mode *const without[] = {&serial, &per_task, &pool,
                                                 &images, &steps,    &process_threads};
    (void)state;
    options.slice_ns = 20;
    options.levels = 5;
    options.boost_ns = 300;
    options.switch_ns = 7;
    for (enum schedule_kind kind = SCHEDULE_OFF; kind <= SCHEDULE_MLFQ; kind++) {
        struct schedule right = {.kind = kind};
        right.slice_ns = schedule_slices(kind) ? 20 : 0;
        right.levels = kind == SCHEDULE_MLFQ ? 5 : 0;
        right.boost_ns = kind == SCHEDULE_MLFQ ? 300 : 0;
        struct cell cell = scheduled(&waits, &coroutines, kind);
        assert_true(schedule_equal(&cell.schedule, &right));
        cell = scheduled(&waits, &queue, kind);
        assert_true(schedule_equal(&cell.schedule, &right));
        for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
            const struct schedule none = {.kind = SCHEDULE_OFF};
            cell = scheduled(&waits, without[i], kind);
            assert_true(schedule_equal(&cell.schedule, &none));
        }
        /* Its own, whatever others are asked for. */
        const struct schedule interval = {.kind = SCHEDULE_GIL, .slice_ns = 7};
        cell = scheduled(&waits, &locked, kind);
        assert_true(schedule_equal(&cell.schedule, &interval));
    }
    options.boost_ns = 0;
    assert_int_equal(scheduled(&waits, &coroutines, SCHEDULE_MLFQ).schedule.boost_ns, 0);
}

/* --- unsupported --- */

static void is_unsupported(const struct cell *cell, const char *word)
{
    if (!cell->unsupported || !strstr(cell->unsupported, word)) {
        fail_msg("'%s' is not in: %s", word, cell->unsupported ? cell->unsupported : "(runs)");
    }
}

static void ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    if (length < tail || strcmp(text + length - tail, end) != 0) {
        fail_msg("'%s' does not end with '%s'", text, end);
    }
}

static void loops_are_for_loops(void **state)
{
    static const struct mode *const blocking[] = {&serial,    &per_task, &pool,
                                                  &processes, &images,   &process_threads};
    static const struct wait *const loops[] = {&wait_nonblock, &wait_select, &wait_poll,
                                               &wait_epoll, &wait_uring};
    (void)state;
    for (size_t i = 0; i < sizeof blocking / sizeof blocking[0]; i++) {
        for (size_t w = 0; w < sizeof loops / sizeof loops[0]; w++) {
            struct cell cell = settled(&waits, blocking[i], loops[w], 1, 64);
            is_unsupported(&cell, "--wait blocking");
        }
        assert_null(settled(&waits, blocking[i], &wait_blocking, 1, 64).unsupported);
    }
    for (size_t w = 0; w < sizeof loops / sizeof loops[0]; w++) {
        if (!loops[w]->unavailable) {
            assert_null(settled(&waits, &coroutines, loops[w], 1, 64).unsupported);
            assert_null(settled(&waits, &steps, loops[w], 1, 64).unsupported);
        }
    }
    /* Coroutines that block are a lesson, call-backs that block are none. */
    assert_null(settled(&waits, &coroutines, &wait_blocking, 1, 64).unsupported);
    struct cell cell = settled(&waits, &steps, &wait_blocking, 1, 64);
    is_unsupported(&cell, "event loop");
    is_unsupported(&cell, "--wait epoll");
}

static void schedules_need_what_they_order_by(void **state)
{
    (void)state;
    for (enum schedule_kind kind = SCHEDULE_OFF; kind <= SCHEDULE_MLFQ; kind++) {
        struct cell cell = scheduled(&computes, &coroutines, kind);
        if (kind == SCHEDULE_SJF) {
            is_unsupported(&cell, "--workload jobs");
            is_unsupported(&cell, "lengths");
        } else if (kind == SCHEDULE_PRIORITY) {
            is_unsupported(&cell, "--workload jobs");
            is_unsupported(&cell, "priority");
        } else {
            assert_null(cell.unsupported);
        }
        assert_true(!scheduled(&lengths, &coroutines, kind).unsupported ||
                    kind == SCHEDULE_PRIORITY);
        assert_true(!scheduled(&urgent, &coroutines, kind).unsupported || kind == SCHEDULE_SJF);

        cell = scheduled(&computes, &queue, kind);
        if (schedule_slices(kind)) {
            is_unsupported(&cell, "to its end");
        }

        cell = (struct cell){.workload = &lengths,
                             .mode = &coroutines,
                             .wait = &wait_blocking,
                             .workers = 1,
                             .tasks = 4};
        plan_schedule(&cell, &options, kind);
        plan_settle(&cell, &options, CORES);
        if (kind != SCHEDULE_OFF) {
            is_unsupported(&cell, "--wait epoll");
        } else {
            assert_null(cell.unsupported);
        }
    }
}

static void a_missing_wait_says_so(void **state)
{
    (void)state;
    struct cell cell = settled(&waits, &coroutines, &wait_missing, 1, 64);
    assert_string_equal(cell.unsupported, "not offered here");
    cell = settled(&waits, &serial, &wait_missing, 1, 64); /* it would not do if it were there */
    is_unsupported(&cell, "--wait blocking");
    cell = settled(&waits, &coroutines, &wait_uring, 1, 64);
    const char *why = wait_uring.unavailable();
    assert_string_equal(cell.unsupported ? cell.unsupported : "", why ? why : "");
}

static void the_modes_own_reason_comes_first(void **state)
{
    (void)state;
    struct cell cell = settled(&computes, &picky, &wait_epoll, 1, 64);
    assert_string_equal(cell.unsupported, "only waits");
    assert_null(settled(&waits, &picky, NULL, 1, 64).unsupported);
}

static void tasks_that_wait_for_each_other_must_run_at_once(void **state)
{
    static const struct {
        const struct mode *mode;
        const struct wait *wait;
        uint64_t workers, width, tasks;
        const char *told; /* NULL: it runs */
    } all[] = {
        {&serial, NULL, 1, 0, 64, "3 must run at once, and 1 does: another mode"},
        {&serial, NULL, 1, 0, 1, NULL}, /* alone it has none to wait for */
        {&pool, NULL, 2, 0, 64, "and 2 do: --workers 3, or --tasks 2"},
        {&pool, NULL, 3, 0, 64, NULL},
        {&per_task, NULL, 2, 0, 64, "and 2 do: --workers 3, or --tasks 2"},
        {&per_task, NULL, 64, 0, 64, NULL},
        {&coroutines, NULL, 1, 0, 64, NULL},
        {&coroutines, NULL, 1, 2, 64, "and 2 do: --width 3, or --tasks 2"},
        {&coroutines, NULL, 1, 3, 64, NULL},
        {&coroutines, &wait_blocking, 1, 0, 64, "and 1 does: --wait epoll"},
        {&thread_coroutines, &wait_blocking, 2, 0, 64,
         "and 2 do: --workers 3, or --wait epoll, or --tasks 2"},
        {&process_coroutines, NULL, 2, 1, 64, "and 2 do: --workers 3, or --width 2, or --tasks 2"},
        {&process_coroutines, NULL, 2, 2, 64, NULL},
        {&process_threads, NULL, 1, 2, 64, "and 2 do: --workers 2, or --width 3, or --tasks 2"},
        {&process_threads, NULL, 3, 1, 64, NULL},
        {&steps, NULL, 1, 0, 64, NULL},
    };
    char text[TEXT_REASON];
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        options.width = all[i].width;
        struct cell cell =
            settled(&together, all[i].mode, all[i].wait, all[i].workers, all[i].tasks);
        assert_int_equal(cell.together, all[i].told ? 3 : 0);
        if (all[i].told) {
            is_unsupported(&cell, "wait for each other");
            ends_with(plan_reason(&cell, text, sizeof text), all[i].told);
        } else {
            assert_null(cell.unsupported);
            assert_string_equal(plan_reason(&cell, text, sizeof text), "");
        }
    }
}

static void a_pool_that_is_fed_one_by_one_runs_one(void **state)
{
    char text[TEXT_REASON];
    (void)state;
    for (uint64_t workers = 2; workers <= 3; workers++) {
        struct cell cell = {.workload = &together,
                            .mode = &queue,
                            .wait = &wait_blocking,
                            .workers = workers,
                            .tasks = 64,
                            .sync = true};
        plan_settle(&cell, &options, CORES);
        ends_with(plan_reason(&cell, text, sizeof text),
                  workers == 2 ? "and 1 does: --submit async with --workers 3"
                               : "and 1 does: --submit async");
    }
}

static uint64_t all_of_them(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks;
}

static void fewer_tasks_can_meet_too(void **state)
{
    static const struct workload meet = {
        .name = "meet", .kind = WORKLOAD_SYNC, .together = all_of_them, .estimate_ns = estimate};
    char text[TEXT_REASON];
    (void)state;
    struct cell cell = settled(&meet, &pool, NULL, 2, 64);
    ends_with(plan_reason(&cell, text, sizeof text),
              "64 must run at once, and 2 do: --workers 64, or --tasks 2");
    cell = settled(&meet, &serial, NULL, 1, 64);
    ends_with(plan_reason(&cell, text, sizeof text), "and 1 does: another mode");
}

static void other_reasons_are_told_as_they_are(void **state)
{
    char text[TEXT_REASON], limit[] = "too much of it";
    (void)state;
    struct cell cell = settled(&together, &picky, NULL, 1, 64);
    assert_int_equal(cell.together, 0);
    assert_string_equal(plan_reason(&cell, text, sizeof text), "only waits");
    cell = (struct cell){.limit = limit};
    assert_string_equal(plan_reason(&cell, text, sizeof text), "too much of it");
    assert_string_equal(plan_reason(&cell, text, 4), "too");
}

static const char *odd_ones(const uint64_t *values, uint64_t tasks)
{
    return tasks % 2 == 1 && values[0] == 0 ? "comes in pairs" : NULL;
}

static void a_workload_may_refuse_its_numbers(void **state)
{
    static const struct workload pairs = {.name = "pairs",
                                          .kind = WORKLOAD_IO,
                                          .unsupported = odd_ones,
                                          .together = three,
                                          .estimate_ns = estimate};
    (void)state;
    assert_null(settled(&pairs, &pool, NULL, 3, 64).unsupported);
    struct cell cell = settled(&pairs, &serial, NULL, 1, 63);
    assert_string_equal(cell.unsupported, "comes in pairs"); /* however many run at once */
    cell.values[0] = 1;
    plan_settle(&cell, &options, CORES);
    is_unsupported(&cell, "wait for each other");
}

/* --- estimates --- */

static uint64_t estimated(const struct workload *workload, const struct mode *mode,
                          uint64_t workers, uint64_t tasks)
{
    return settled(workload, mode, NULL, workers, tasks).estimate_ns;
}

static void waiting_at_once_takes_as_long_as_one(void **state)
{
    (void)state;
    task_ns = UINT64_C(1000000000);
    /* 1000 tasks of a second: at once, ten rounds of a hundred, and one by one. */
    assert_in_range(estimated(&waits, &coroutines, 1, 1000), task_ns, 2 * task_ns);
    options.width = 100;
    assert_in_range(estimated(&waits, &coroutines, 1, 1000), 10 * task_ns, 11 * task_ns);
    options.width = 1;
    assert_in_range(estimated(&waits, &coroutines, 1, 1000), 1000 * task_ns, 1001 * task_ns);
    options.width = 5;
    assert_in_range(estimated(&waits, &process_threads, 20, 1000), 10 * task_ns, 11 * task_ns);
    /* Computing is bounded by cores, whatever is at once. */
    options.width = 0;
    assert_in_range(estimated(&computes, &thread_coroutines, CORES, 1000), 250 * task_ns,
                    251 * task_ns);
    assert_in_range(estimated(&computes, &per_task, 1000, 1000), 250 * task_ns, 251 * task_ns);
    /* And the tasks of one worker share one of them, though they may also wait. */
    assert_in_range(estimated(&computes, &coroutines, 1, 1000), 1000 * task_ns, 1001 * task_ns);
    assert_in_range(estimated(&both, &coroutines, 1, 1000), 1000 * task_ns, 1001 * task_ns);
    assert_in_range(estimated(&computes, &process_threads, 2, 1000), 500 * task_ns, 501 * task_ns);
    assert_in_range(estimated(&computes, &locked, 1000, 1000), 1000 * task_ns, 1001 * task_ns);
    assert_in_range(estimated(&waits, &locked, 1000, 1000), task_ns, 2 * task_ns);
    options.sync = true;
    struct cell cell = settled(&computes, &queue, NULL, CORES, 1000);
    cell.sync = true;
    plan_settle(&cell, &options, CORES);
    assert_in_range(cell.estimate_ns, 1000 * task_ns, 1001 * task_ns);
}

static uint64_t half_of_it(const uint64_t *values)
{
    (void)values;
    return task_ns / 2;
}

static uint64_t five(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks < 5 ? tasks : 5;
}

static void what_lets_few_in_takes_longer(void **state)
{
    static const struct workload narrow = {
        .name = "narrow", .kind = WORKLOAD_SYNC, .side_by_side = five, .estimate_ns = estimate};
    static const struct workload half = {
        .name = "half", .kind = WORKLOAD_SYNC, .computes_ns = half_of_it, .estimate_ns = estimate};
    (void)state;
    task_ns = UINT64_C(1000000000);
    assert_in_range(estimated(&narrow, &per_task, 1000, 1000), 200 * task_ns, 201 * task_ns);
    assert_in_range(estimated(&narrow, &pool, 2, 1000), 500 * task_ns, 501 * task_ns);
    assert_in_range(estimated(&narrow, &per_task, 3, 3), task_ns, 2 * task_ns);
    /* Twice as many as there are cores keep them busy. */
    assert_in_range(estimated(&half, &per_task, 1000, 1000), 125 * task_ns, 126 * task_ns);
    assert_in_range(estimated(&half, &locked, 1000, 1000), 500 * task_ns, 501 * task_ns);
    assert_in_range(estimated(&half, &pool, 2, 1000), 500 * task_ns, 501 * task_ns);
}

static uint64_t estimated_with(const char *name, const char *const *sets, const struct mode *mode,
                               uint64_t tasks)
{
    struct cell cell = {.workload = registry_workload(name),
                        .mode = mode,
                        .wait = &wait_blocking,
                        .workers = mode == &per_task ? tasks : 1,
                        .tasks = tasks};
    struct error err;
    for (size_t i = 0; i < cell.workload->param_count; i++) {
        const struct param *param = &cell.workload->params[i];
        cell.values[i] = param->initial;
        for (size_t k = 0; sets[k]; k += 2) {
            if (strcmp(sets[k], param->name) == 0) {
                assert_int_equal(param_parse(param, sets[k + 1], &cell.values[i], &err), 0);
            }
        }
    }
    if (mode->inner == MODE_INNER_COROUTINES) {
        cell.wait = &wait_epoll;
    }
    plan_settle(&cell, &options, CORES);
    return cell.estimate_ns;
}

#define MS        UINT64_C(1000000)
#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Each is ended at 60 s and ten times its estimate. */
static void what_shares_is_estimated_by_what_it_shares(void **state)
{
    (void)state;
    assert_in_range(estimated_with("semaphore", SETS("hold", "1s"), &per_task, 400), 80000 * MS,
                    81000 * MS);
    assert_in_range(
        estimated_with("semaphore", SETS("hold", "1s", "places", "400"), &per_task, 400), 1000 * MS,
        1100 * MS);
    assert_in_range(estimated_with("semaphore",
                                   SETS("hold", "0", "places", "400", "rounds", "750000000"),
                                   &per_task, 400),
                    100000 * MS, 101000 * MS);
    /* 64 tasks of 200 updates. */
    assert_in_range(estimated_with("lock", SETS("wait", "10ms"), &per_task, 64), 128000 * MS,
                    129000 * MS);
    assert_in_range(estimated_with("lock", SETS("wait", "10ms", "locks", "8"), &per_task, 64),
                    16000 * MS, 16100 * MS);
    assert_in_range(estimated_with("lock", SETS("wait", "10ms", "kind", "none"), &per_task, 64),
                    2000 * MS, 2100 * MS);
    /* Computing without the lock is bounded by the cores: 10 ms an update, four at once. */
    assert_in_range(estimated_with("lock", SETS("hold", "0", "outside", "7500000"), &per_task, 64),
                    32000 * MS, 32100 * MS);
    assert_in_range(estimated_with("lock", SETS("hold", "7500000", "kind", "none"), &per_task, 64),
                    32000 * MS, 32100 * MS);
    assert_in_range(estimated_with("deadlock", SETS("order", "same", "hold", "1s"), &per_task, 60),
                    60000 * MS, 60100 * MS);
    /* 20 rounds of a second. */
    assert_in_range(estimated_with("barrier", SETS("work", "750000000"), &per_task, 64),
                    320000 * MS, 321000 * MS);
    /* Coroutines that do not give way: eight compute for a second, and ten times that is given. */
    assert_in_range(
        estimated_with("beside", SETS("waits", "5", "most", "750000000"), &coroutines, 9),
        2000 * MS, 2500 * MS);
    assert_in_range(estimated_with("beside", SETS("waits", "1000", "most", "1"), &coroutines, 2),
                    1000 * MS, 3000 * MS);
}

static void making_them_takes_time(void **state)
{
    (void)state;
    task_ns = 0;
    uint64_t few = estimated(&waits, &coroutines, 1, 1000);
    uint64_t many = estimated(&waits, &coroutines, 1, 1000000);
    assert_true(many > few);
    assert_true(estimated(&waits, &per_task, 1000, 1000) > few); /* threads cost more */
    assert_true(estimated(&waits, &process_threads, 2, 1000) >
                estimated(&waits, &process_coroutines, 2, 1000));
    assert_true(estimated(&waits, &processes, 8, 1000) > estimated(&waits, &pool, 8, 1000));
    assert_true(estimated(&waits, &images, 8, 1000) > estimated(&waits, &processes, 8, 1000));
}

static void arrivals_take_their_time(void **state)
{
    (void)state;
    task_ns = 0;
    uint64_t closed = estimated(&waits, &coroutines, 1, 1000);
    options.rate = 100;
    assert_int_equal(estimated(&waits, &coroutines, 1, 1000), closed + 10 * NS_PER_SECOND);
    options.rate = 10;
    assert_int_equal(estimated(&waits, &coroutines, 1, 1000), closed + 100 * NS_PER_SECOND);
    /* Where the workload paces its own requests, it is these that arrive. */
    assert_int_equal(estimated(&paces, &coroutines, 1, 1000), closed + 700 * NS_PER_SECOND);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(auto_is_what_suits_the_mode),
        TEST(a_worker_has_its_share_at_once),
        TEST(what_blocks_runs_one_at_a_time),
        TEST(only_inner_threads_have_records_of_their_own),
        TEST(above_a_number_a_process_shares_one_stack),
        TEST(a_kind_of_stack_may_be_asked_for),
        TEST(own_stacks_are_guarded_where_the_number_allows),
        TEST(what_makes_no_coroutines_has_no_stacks),
        TEST(a_schedule_has_what_belongs_to_it),
        TEST(loops_are_for_loops),
        TEST(schedules_need_what_they_order_by),
        TEST(a_missing_wait_says_so),
        TEST(the_modes_own_reason_comes_first),
        TEST(tasks_that_wait_for_each_other_must_run_at_once),
        TEST(a_pool_that_is_fed_one_by_one_runs_one),
        TEST(fewer_tasks_can_meet_too),
        TEST(other_reasons_are_told_as_they_are),
        TEST(a_workload_may_refuse_its_numbers),
        TEST(waiting_at_once_takes_as_long_as_one),
        TEST(what_lets_few_in_takes_longer),
        TEST(what_shares_is_estimated_by_what_it_shares),
        TEST(making_them_takes_time),
        TEST(arrivals_take_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
