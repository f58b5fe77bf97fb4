#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan.h"

enum { CORES = 4 };

/* --- workloads and modes of the tests' own: the rules must not depend on the table --- */

static uint64_t estimated_ns;

static uint64_t estimate(const uint64_t *values)
{
    (void)values;
    return estimated_ns;
}

static const struct param two_params[] = {
    {"rounds", "", PARAM_COUNT, 7, 1, 1000, NULL, 0, NULL},
    {"bytes", "", PARAM_SIZE, 4096, 1, 1 << 30, NULL, 0, NULL},
};
static const struct workload computing = {.name = "computing",
                                          .kind = WORKLOAD_CPU,
                                          .version = 3,
                                          .params = two_params,
                                          .param_count = 2,
                                          .estimate_ns = estimate};
static const struct workload waiting = {
    .name = "waiting", .kind = WORKLOAD_IO, .version = 1, .estimate_ns = estimate};

static uint64_t three_per_round(const uint64_t *values)
{
    return 3 * values[0];
}

static const struct workload many = {.name = "many",
                                     .kind = WORKLOAD_IO,
                                     .version = 1,
                                     .params = two_params,
                                     .param_count = 2,
                                     .default_tasks = three_per_round,
                                     .estimate_ns = estimate};

static uint64_t both(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks > 1 ? 2 : 1;
}

static const struct workload paired = {
    .name = "paired", .kind = WORKLOAD_IO, .version = 1, .together = both, .estimate_ns = estimate};

static const char *refuse_waiting(const struct workload *workload)
{
    return workload == &waiting ? "cannot wait" : NULL;
}

/* Plays serial: nothing is added beside it. */
static const struct mode one = {.name = "one", .workers = MODE_WORKERS_ONE, .baseline = true};
static const struct mode loop = {
    .name = "loop", .workers = MODE_WORKERS_ONE, .inner = MODE_INNER_COROUTINES};
static const struct mode threads = {.name = "threads",
                                    .workers = MODE_WORKERS_FIXED,
                                    .processes = true,
                                    .inner = MODE_INNER_THREADS};
static const struct mode per_task = {.name = "per-task", .workers = MODE_WORKERS_PER_TASK};
static const struct mode fixed = {.name = "fixed", .workers = MODE_WORKERS_FIXED, .queue = true};
static const struct mode picky = {
    .name = "picky", .workers = MODE_WORKERS_FIXED, .unsupported = refuse_waiting};

static const struct topology_counts counts = {.usable = CORES};

struct fixture {
    struct options options;
    struct plan plan;
    struct error err;
    char note[256];
};

/* One workload under one mode, 64 tasks of a millisecond. */
static struct fixture fixture_of(const struct workload *workload, const struct mode *mode)
{
    struct fixture f = {.options = {.tasks = {{64, false}},
                                    .tasks_count = 1,
                                    .min_runs = 10,
                                    .max_runs = 10,
                                    .invocations = 1,
                                    .warmup = 1,
                                    .queue = 4096,
                                    .no_reference = true}};
    f.options.workloads[0] = workload;
    f.options.workload_count = 1;
    f.options.modes[0] = mode;
    f.options.mode_count = 1;
    estimated_ns = 1000000;
    return f;
}

static int make(struct fixture *f)
{
    return plan_make(&f->plan, &f->options, &counts, false, f->note, sizeof f->note, &f->err);
}

static void made(struct fixture *f)
{
    if (make(f) != 0) {
        fail_msg("%s", f->err.text);
    }
}

static void refused(struct fixture *f, const char *word)
{
    assert_int_equal(make(f), -EINVAL);
    if (!strstr(f->err.text, word)) {
        fail_msg("'%s' is not in: %s", word, f->err.text);
    }
    assert_null(f->plan.cells);
    assert_int_equal(f->plan.count, 0);
}

static void add_range(struct fixture *f, struct amount from, struct amount to)
{
    f->options.workers[f->options.workers_count++] = (struct amount_range){from, to};
}

static void add_workers(struct fixture *f, uint64_t number)
{
    add_range(f, (struct amount){number, false}, (struct amount){number, false});
}

/* How many cells fit; NULL: any mode; 0: any number of workers. */
static size_t count_cells(const struct plan *plan, const struct workload *workload,
                          const struct mode *mode, uint64_t workers)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        count += (!workload || cell->workload == workload) && (!mode || cell->mode == mode) &&
                 (!workers || cell->workers == workers);
    }
    return count;
}

/* --- the product --- */

static void lists_make_a_cross_product(void **state)
{
    static const uint64_t rounds[] = {1, 2}, bytes[] = {64, 128, 256};
    struct fixture f = fixture_of(&computing, &one);
    (void)state;
    f.options.workloads[f.options.workload_count++] = &waiting;
    f.options.modes[f.options.mode_count++] = &fixed;
    f.options.sets[0] = (struct option_set){&computing, 0, {1, 2}, 2};
    f.options.sets[1] = (struct option_set){&computing, 1, {64, 128, 256}, 3};
    f.options.set_count = 2;
    add_workers(&f, 3);
    add_workers(&f, 5);
    made(&f);

    assert_int_equal(f.plan.count, (2 * 3 + 1) * (1 + 2));
    for (size_t r = 0; r < 2; r++) {
        for (size_t b = 0; b < 3; b++) {
            for (uint64_t workers = 3; workers <= 5; workers += 2) {
                size_t found = 0;
                for (size_t i = 0; i < f.plan.count; i++) {
                    const struct cell *cell = &f.plan.cells[i];
                    found += cell->workload == &computing && cell->mode == &fixed &&
                             cell->values[0] == rounds[r] && cell->values[1] == bytes[b] &&
                             cell->workers == workers;
                }
                assert_int_equal(found, 1);
            }
        }
    }
    assert_int_equal(count_cells(&f.plan, &waiting, &fixed, 0), 2);
    for (size_t i = 0; i < f.plan.count; i++) {
        assert_int_equal(f.plan.cells[i].tasks, 64);
        assert_false(f.plan.cells[i].baseline);
        assert_ptr_equal(f.plan.cells[i].wait, registry_waits[0]);
    }
    plan_free(&f.plan);
}

static void parameters_default_to_their_initial_value(void **state)
{
    struct fixture f = fixture_of(&computing, &one);
    char text[64];
    (void)state;
    f.options.sets[0] = (struct option_set){&computing, 1, {2048}, 1};
    f.options.set_count = 1;
    made(&f);
    assert_int_equal(f.plan.cells[0].values[0], 7);
    assert_int_equal(f.plan.cells[0].values[1], 2048);
    assert_string_equal(plan_params(&f.plan.cells[0], text, sizeof text), "rounds=7;bytes=2KiB");
    assert_string_equal(plan_params(&f.plan.cells[0], text, 12), "rounds=7;by");
    plan_free(&f.plan);

    f = fixture_of(&waiting, &one);
    made(&f);
    assert_string_equal(plan_params(&f.plan.cells[0], text, sizeof text), "off");
    plan_free(&f.plan);
}

static void the_plan_keeps_what_was_asked(void **state)
{
    struct fixture f = fixture_of(&computing, &one);
    (void)state;
    f.options.seed = 99;
    f.options.warmup = 2;
    f.options.min_runs = 7;
    f.options.max_runs = 8;
    f.options.precision = 0.05;
    f.options.invocations = 3;
    f.options.pause_ns = 4;
    f.options.max_time_ns = 5;
    f.options.pin = PIN_CORE;
    f.options.sync = true;
    assert_int_equal(plan_make(&f.plan, &f.options, &counts, true, f.note, sizeof f.note, &f.err),
                     0);
    assert_int_equal(f.plan.seed, 99);
    assert_int_equal(f.plan.warmup, 2);
    assert_int_equal(f.plan.min_runs, 7);
    assert_int_equal(f.plan.max_runs, 8);
    assert_true(f.plan.precision == 0.05);
    assert_int_equal(f.plan.invocations, 3);
    assert_int_equal(f.plan.pause_ns, 4);
    assert_int_equal(f.plan.max_time_ns, 5);
    assert_int_equal(f.plan.cores, CORES);
    assert_int_equal(f.plan.pin, PIN_CORE);
    assert_true(f.plan.simulated);
    plan_free(&f.plan);
}

/* --- workers --- */

static void each_kind_of_mode_has_its_default(void **state)
{
    struct fixture f = fixture_of(&computing, &one);
    (void)state;
    f.options.modes[f.options.mode_count++] = &per_task;
    f.options.modes[f.options.mode_count++] = &fixed;
    made(&f);
    assert_int_equal(f.plan.count, 3);
    assert_int_equal(f.plan.cells[0].workers, 1);
    assert_int_equal(f.plan.cells[1].workers, 64);
    assert_int_equal(f.plan.cells[2].workers, CORES);
    plan_free(&f.plan);
}

static void workers_apply_as_the_mode_allows(void **state)
{
    struct fixture f = fixture_of(&computing, &one);
    (void)state;
    f.options.tasks[0] = (struct amount){6, false};
    f.options.modes[f.options.mode_count++] = &per_task;
    f.options.modes[f.options.mode_count++] = &fixed;
    add_workers(&f, 2);
    add_range(&f, (struct amount){5, false}, (struct amount){9, false});
    made(&f);
    assert_int_equal(count_cells(&f.plan, NULL, &one, 0), 1);
    assert_int_equal(count_cells(&f.plan, NULL, &one, 1), 1);
    /* More than one per task cannot live: 6, 7, 8 and 9 are the same cell. */
    assert_int_equal(count_cells(&f.plan, NULL, &per_task, 0), 3);
    assert_int_equal(count_cells(&f.plan, NULL, &per_task, 6), 1);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 0), 6);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 9), 1);
    plan_free(&f.plan);
}

static void amounts_may_be_relative_to_the_cores(void **state)
{
    struct fixture f = fixture_of(&computing, &fixed);
    (void)state;
    f.options.modes[f.options.mode_count++] = &one;
    f.options.tasks[0] = (struct amount){8, true};
    add_range(&f, (struct amount){0, false}, (struct amount){0, false});
    add_range(&f, (struct amount){2, true}, (struct amount){2, true});
    made(&f);
    assert_int_equal(f.plan.cells[0].tasks, 8 * CORES);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 0), 2);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, CORES), 1);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 2 * CORES), 1);
    plan_free(&f.plan);
}

static void the_same_cell_is_planned_once(void **state)
{
    struct fixture f = fixture_of(&computing, &fixed);
    (void)state;
    f.options.modes[f.options.mode_count++] = &one;
    add_workers(&f, CORES);
    add_range(&f, (struct amount){1, true}, (struct amount){1, true});
    add_range(&f, (struct amount){1, false}, (struct amount){CORES, false});
    made(&f);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 0), CORES);
    plan_free(&f.plan);
}

static void ranges_have_limits(void **state)
{
    struct fixture f = fixture_of(&computing, &fixed);
    (void)state;
    add_range(&f, (struct amount){3, false}, (struct amount){2, false});
    refused(&f, "backwards");

    f.options.workers[0] = (struct amount_range){{1, false}, {4097, false}};
    refused(&f, "4096");
    f.options.workers[0].to.number = 4096;
    made(&f);
    assert_int_equal(count_cells(&f.plan, NULL, &fixed, 0), 4096);
    plan_free(&f.plan);

    f.options.workers[0] = (struct amount_range){{TASKS_MAX, true}, {TASKS_MAX, true}};
    refused(&f, "--workers");
    f.options.workers_count = 0;
    f.options.tasks[0] = (struct amount){TASKS_MAX, true};
    refused(&f, "--tasks");
    f.options.tasks[0] = (struct amount){TASKS_MAX / CORES, true};
    made(&f);
    assert_int_equal(f.plan.cells[0].tasks, TASKS_MAX);
    plan_free(&f.plan);
}

static void a_plan_has_a_largest_size(void **state)
{
    struct fixture f = fixture_of(&computing, &fixed);
    (void)state;
    f.options.sets[0] = (struct option_set){.workload = &computing, .param = 0, .count = 50};
    for (uint64_t i = 0; i < 50; i++) {
        f.options.sets[0].values[i] = i + 1;
    }
    f.options.set_count = 1;
    add_range(&f, (struct amount){1, false}, (struct amount){4096, false});
    refused(&f, "combinations");
}

static void the_queue_is_a_power_of_two(void **state)
{
    static const uint64_t pairs[][2] = {{1, 1},       {2, 2},       {3, 4},
                                        {4096, 4096}, {4097, 8192}, {1 << 24, 1 << 24}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct fixture f = fixture_of(&computing, &one);
        f.options.queue = pairs[i][0];
        made(&f);
        assert_int_equal(f.plan.queue, pairs[i][1]);
        plan_free(&f.plan);
    }
}

/* --- waits --- */

static const struct cell *find_cell(const struct plan *plan, const struct mode *mode,
                                    const char *wait)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->cells[i].mode == mode && strcmp(plan->cells[i].wait->name, wait) == 0) {
            return &plan->cells[i];
        }
    }
    return NULL;
}

static void each_wait_makes_a_cell(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    (void)state;
    f.options.modes[f.options.mode_count++] = &loop;
    f.options.waits[0] = registry_wait("epoll");
    f.options.waits[1] = registry_wait("poll");
    f.options.waits[2] = registry_wait("blocking");
    f.options.wait_count = 3;
    made(&f);
    assert_int_equal(f.plan.count, 6);
    for (size_t i = 0; i < 3; i++) {
        const char *name = f.options.waits[i]->name;
        const struct cell *blocks = find_cell(&f.plan, &one, name);
        const struct cell *loops = find_cell(&f.plan, &loop, name);
        assert_non_null(blocks);
        assert_non_null(loops);
        /* A loop's wait is nothing for workers that block: said, not left out. */
        assert_int_equal(blocks->unsupported != NULL, i != 2);
        assert_null(loops->unsupported);
        assert_int_equal(loops->width, i == 2 ? 1 : 64);
    }
    plan_free(&f.plan);
}

/* auto is one of those that were asked for by name. */
static void the_same_wait_makes_one_cell(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    (void)state;
    f.options.modes[f.options.mode_count++] = &loop;
    f.options.waits[0] = registry_wait("blocking");
    f.options.waits[1] = NULL;
    f.options.waits[2] = registry_wait("epoll");
    f.options.wait_count = 3;
    made(&f);
    assert_int_equal(f.plan.count, 4);
    assert_non_null(find_cell(&f.plan, &one, "blocking"));
    assert_non_null(find_cell(&f.plan, &one, "epoll"));
    assert_non_null(find_cell(&f.plan, &loop, "blocking"));
    assert_non_null(find_cell(&f.plan, &loop, "epoll"));
    plan_free(&f.plan);
}

/* The settings of one mode do not stick to the cells of the next. */
static void each_cell_is_settled_by_itself(void **state)
{
    const struct mode *const modes[] = {&loop, &threads, &one, &fixed};
    struct fixture f = fixture_of(&waiting, &loop);
    (void)state;
    f.options.modes[f.options.mode_count++] = &threads;
    f.options.modes[f.options.mode_count++] = &one;
    f.options.modes[f.options.mode_count++] = &fixed;
    f.options.stacks = STACKS_SHARED;
    made(&f);
    assert_int_equal(f.plan.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct cell *cell = &f.plan.cells[i];
        assert_ptr_equal(cell->mode, modes[i]);
        assert_int_equal(cell->shared_stack, i == 0);
        assert_int_equal(cell->stack_bytes > 0, i == 0);
        assert_false(cell->guarded_stacks);
        assert_string_equal(plan_stack(cell), i == 0 ? "shared" : "off");
        assert_int_equal(cell->threads, i == 1 ? 64 / CORES : 1);
        assert_int_equal(cell->width, i == 0 ? 64 : i == 1 ? 64 / CORES : 1);
    }
    plan_free(&f.plan);
}

/* --- arrivals --- */

static void rows_say_how_tasks_arrive(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    (void)state;
    f.options.no_reference = false;
    made(&f);
    assert_int_equal(f.plan.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(plan_rate(&f.plan, &f.plan.cells[i]) == FIGURE_OFF);
        assert_string_equal(plan_arrivals(&f.plan, &f.plan.cells[i]), "off");
    }
    plan_free(&f.plan);
    f.options.rate = 250;
    made(&f);
    assert_true(plan_rate(&f.plan, &f.plan.cells[0]) == 250);
    assert_string_equal(plan_arrivals(&f.plan, &f.plan.cells[0]), "constant");
    assert_true(f.plan.cells[1].reference);
    assert_true(plan_rate(&f.plan, &f.plan.cells[1]) == FIGURE_OFF);
    assert_string_equal(plan_arrivals(&f.plan, &f.plan.cells[1]), "off");
    plan_free(&f.plan);
    f.options.poisson = true;
    made(&f);
    assert_string_equal(plan_arrivals(&f.plan, &f.plan.cells[0]), "poisson");
    assert_string_equal(plan_arrivals(&f.plan, &f.plan.cells[1]), "off");
    plan_free(&f.plan);
}

/* --- tasks --- */

static void a_workload_may_have_its_own_number_of_tasks(void **state)
{
    struct fixture f = fixture_of(&many, &one);
    (void)state;
    f.options.tasks_count = 0;
    f.options.workloads[f.options.workload_count++] = &waiting;
    f.options.sets[0] = (struct option_set){&many, 0, {5, 40}, 2};
    f.options.set_count = 1;
    f.options.modes[f.options.mode_count++] = &per_task;
    made(&f);
    assert_int_equal(f.plan.count, 6);
    for (size_t i = 0; i < f.plan.count; i++) {
        const struct cell *cell = &f.plan.cells[i];
        uint64_t tasks = cell->workload == &many ? 3 * cell->values[0] : 64;
        assert_int_equal(cell->tasks, tasks);
        assert_int_equal(cell->workers, cell->mode == &one ? 1 : tasks);
    }
    plan_free(&f.plan);

    f.options.tasks[0] = (struct amount){7, false}; /* what was asked for counts */
    f.options.tasks_count = 1;
    made(&f);
    for (size_t i = 0; i < f.plan.count; i++) {
        assert_int_equal(f.plan.cells[i].tasks, 7);
    }
    plan_free(&f.plan);
}

static void several_numbers_of_tasks_are_several_cells(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    size_t cells[4] = {0};
    (void)state;
    f.options.tasks[0] = (struct amount){10, false};
    f.options.tasks[1] = (struct amount){1, true};      /* CORES */
    f.options.tasks[2] = (struct amount){CORES, false}; /* the same again */
    f.options.tasks_count = 3;
    f.options.no_baseline = true;
    f.options.modes[f.options.mode_count++] = &per_task;
    made(&f);
    assert_int_equal(f.plan.count, 4);
    for (size_t i = 0; i < f.plan.count; i++) {
        const struct cell *cell = &f.plan.cells[i];
        assert_true(cell->tasks == 10 || cell->tasks == CORES);
        cells[2 * (cell->mode == &one) + (cell->tasks == 10)]++;
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cells[i], 1);
    }
    plan_free(&f.plan);
}

/* --- the baseline --- */

static void serial_is_added_where_it_is_missing(void **state)
{
    struct fixture f = fixture_of(&computing, &fixed);
    (void)state;
    f.options.workloads[f.options.workload_count++] = &waiting;
    f.options.sets[0] = (struct option_set){&computing, 0, {1, 2}, 2};
    f.options.set_count = 1;
    add_workers(&f, 2);
    add_workers(&f, 3);
    made(&f);
    const struct mode *serial = registry_mode("serial");
    assert_int_equal(count_cells(&f.plan, &computing, serial, 1), 2); /* one per value */
    assert_int_equal(count_cells(&f.plan, &waiting, serial, 1), 1);
    assert_int_equal(f.plan.count, 3 * 3);
    for (size_t i = 0; i < f.plan.count; i++) {
        assert_int_equal(f.plan.cells[i].baseline, f.plan.cells[i].mode == serial);
    }
    assert_string_equal(f.note, "");
    plan_free(&f.plan);
}

static void serial_that_was_asked_for_is_no_addition(void **state)
{
    struct fixture f = fixture_of(&computing, registry_mode("serial"));
    (void)state;
    f.options.modes[f.options.mode_count++] = &fixed;
    estimated_ns = UINT64_C(3600000000000); /* nor too long */
    made(&f);
    assert_int_equal(f.plan.count, 2);
    assert_int_equal(count_cells(&f.plan, NULL, registry_mode("serial"), 1), 1);
    assert_false(f.plan.cells[0].baseline);
    assert_string_equal(f.note, "");
    plan_free(&f.plan);
}

static void a_baseline_of_minutes_is_left_out_and_said(void **state)
{
    struct fixture f = fixture_of(&waiting, &per_task);
    (void)state;
    estimated_ns = UINT64_C(1000000000);
    made(&f); /* 64 s one after the other */
    assert_int_equal(f.plan.count, 1);
    assert_ptr_equal(f.plan.cells[0].mode, &per_task);
    assert_non_null(strstr(f.note, "waiting"));
    assert_non_null(strstr(f.note, "--mode serial"));
    plan_free(&f.plan);

    estimated_ns = UINT64_C(900000000);
    made(&f); /* 57.6 s */
    assert_int_equal(f.plan.count, 2);
    assert_string_equal(f.note, "");
    plan_free(&f.plan);
}

static void a_baseline_that_cannot_run_is_left_out_and_said(void **state)
{
    struct fixture f = fixture_of(&paired, &per_task);
    (void)state;
    made(&f); /* tasks that wait for each other, one after the other */
    assert_int_equal(f.plan.count, 1);
    assert_null(f.plan.cells[0].unsupported);
    assert_non_null(strstr(f.note, "paired (cannot run serially)"));
    plan_free(&f.plan);

    f.options.modes[f.options.mode_count++] = registry_mode("serial");
    made(&f); /* asked for, it is kept with the reason */
    assert_int_equal(f.plan.count, 2);
    assert_string_equal(f.note, "");
    assert_non_null(f.plan.cells[1].unsupported);
    plan_free(&f.plan);

    f = fixture_of(&paired, &per_task);
    f.options.tasks[0].number = 1; /* alone, it has none to wait for */
    made(&f);
    assert_int_equal(f.plan.count, 2);
    assert_true(f.plan.cells[1].baseline);
    assert_string_equal(f.note, "");
    plan_free(&f.plan);
}

/* A mode of one worker is no baseline for that: coroutine beside serial is the comparison. */
static void one_worker_is_no_baseline(void **state)
{
    struct fixture f = fixture_of(&waiting, &loop);
    (void)state;
    made(&f);
    assert_int_equal(f.plan.count, 2);
    assert_ptr_equal(f.plan.cells[1].mode, registry_mode("serial"));
    assert_true(f.plan.cells[1].baseline);
    assert_ptr_equal(f.plan.cells[1].wait, registry_wait("blocking"));
    assert_int_equal(f.plan.cells[1].width, 1);
    plan_free(&f.plan);
}

/* Whatever waits were asked for: speed-up is told over blocking, one task at a time. */
static void the_baseline_blocks(void **state)
{
    struct fixture f = fixture_of(&waiting, &loop);
    (void)state;
    f.options.waits[0] = registry_wait("epoll");
    f.options.waits[1] = registry_wait("poll");
    f.options.wait_count = 2;
    made(&f);
    assert_int_equal(f.plan.count, 3);
    assert_ptr_equal(f.plan.cells[2].mode, registry_mode("serial"));
    assert_ptr_equal(f.plan.cells[2].wait, registry_wait("blocking"));
    assert_null(f.plan.cells[2].unsupported);
    plan_free(&f.plan);
}

/* --- estimates --- */

static uint64_t estimate_of(const struct workload *workload, const struct mode *mode,
                            uint64_t workers)
{
    struct fixture f = fixture_of(workload, mode);
    uint64_t ns;
    estimated_ns = UINT64_C(100000000);
    add_workers(&f, workers);
    made(&f);
    ns = f.plan.cells[0].estimate_ns;
    plan_free(&f.plan);
    return ns;
}

static void computing_is_estimated_by_cores_and_waiting_by_workers(void **state)
{
    (void)state;
    uint64_t alone = estimate_of(&computing, &one, 1);
    uint64_t all = estimate_of(&computing, &fixed, CORES);
    assert_in_range(alone, UINT64_C(6400000000), UINT64_C(6500000000));
    assert_in_range(all, UINT64_C(1600000000), UINT64_C(1700000000));
    assert_in_range(estimate_of(&computing, &fixed, 32), all, all + UINT64_C(100000000));
    assert_in_range(estimate_of(&waiting, &fixed, 32), UINT64_C(200000000), UINT64_C(300000000));
}

static void estimates_do_not_overflow(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    (void)state;
    f.options.tasks[0].number = TASKS_MAX;
    f.options.max_runs = f.options.warmup = 1000000;
    f.options.invocations = 10000;
    f.options.pause_ns = UINT64_MAX / 4;
    f.options.modes[f.options.mode_count++] = &fixed;
    estimated_ns = UINT64_MAX;
    made(&f);
    /* Longer than anybody waits, and still safe to add to a clock. */
    for (size_t i = 0; i < f.plan.count; i++) {
        assert_in_range(f.plan.cells[i].estimate_ns, UINT64_MAX / 8, UINT64_MAX / 2);
        assert_in_range(plan_timeout_ns(&f.plan.cells[i], 0), UINT64_MAX / 8, UINT64_MAX / 2);
    }
    assert_in_range(plan_estimate_ns(&f.plan, 1000000), UINT64_MAX / 8, UINT64_MAX / 2);
    plan_free(&f.plan);
}

static void the_time_limit_is_what_was_asked_or_generous(void **state)
{
    struct cell cell = {.estimate_ns = 5};
    (void)state;
    assert_int_equal(plan_timeout_ns(&cell, 77), 77);
    assert_int_equal(plan_timeout_ns(&cell, 0), UINT64_C(60000000050));
}

static void what_a_mode_cannot_run_keeps_its_reason_and_takes_no_time(void **state)
{
    struct fixture f = fixture_of(&waiting, &one);
    (void)state;
    made(&f);
    uint64_t without = plan_estimate_ns(&f.plan, 10);
    assert_int_equal(without, 11 * f.plan.cells[0].estimate_ns);
    plan_free(&f.plan);

    f.options.workloads[f.options.workload_count++] = &computing;
    f.options.modes[1] = &picky;
    f.options.mode_count = 2;
    made(&f);
    uint64_t told = 0;
    for (size_t i = 0; i < f.plan.count; i++) {
        const struct cell *cell = &f.plan.cells[i];
        bool refused_it = cell->mode == &picky && cell->workload == &waiting;
        assert_string_equal(cell->unsupported ? cell->unsupported : "",
                            refused_it ? "cannot wait" : "");
        told += refused_it ? 0 : cell->estimate_ns;
    }
    assert_int_equal(plan_estimate_ns(&f.plan, 10), 11 * told);
    plan_free(&f.plan);
}

static void pauses_and_invocations_take_time(void **state)
{
    struct fixture f = fixture_of(&computing, &one);
    (void)state;
    made(&f);
    uint64_t once = plan_estimate_ns(&f.plan, 10);
    f.plan.invocations = 3;
    f.plan.pause_ns = 1000;
    assert_int_equal(plan_estimate_ns(&f.plan, 10), 3 * once + 2 * 1000);
    plan_free(&f.plan);
}

static void the_reference_cell_is_always_the_same(void **state)
{
    struct fixture f = fixture_of(&computing, &one), g = fixture_of(&waiting, &fixed);
    (void)state;
    f.options.no_reference = g.options.no_reference = false;
    g.options.tasks[0].number = 3;
    g.options.rate = 1; /* neither paced, nor widened, nor on a loop */
    g.options.width = 7;
    g.options.waits[0] = registry_wait("epoll");
    g.options.wait_count = 1;
    made(&f);
    made(&g);
    const struct cell *a = &f.plan.cells[f.plan.count - 1], *b = &g.plan.cells[g.plan.count - 1];
    assert_true(a->reference && b->reference);
    assert_memory_equal(a->values, b->values, sizeof a->values);
    assert_ptr_equal(a->workload, b->workload);
    assert_int_equal(a->tasks, b->tasks);
    assert_int_equal(a->workers, 1);
    assert_int_equal(a->width, 1);
    assert_ptr_equal(a->wait, registry_wait("blocking"));
    assert_int_equal(a->estimate_ns, b->estimate_ns);
    for (size_t i = 0; i + 1 < f.plan.count; i++) {
        assert_false(f.plan.cells[i].reference);
    }
    plan_free(&f.plan);
    plan_free(&g.plan);
}

/* --- the order --- */

enum { ORDERED = 6 };

static bool is_permutation(const size_t *order, size_t count)
{
    bool seen[64] = {false};
    for (size_t i = 0; i < count; i++) {
        if (order[i] >= count || seen[order[i]]) {
            return false;
        }
        seen[order[i]] = true;
    }
    return true;
}

static void an_order_is_a_permutation(void **state)
{
    size_t order[64];
    (void)state;
    for (size_t count = 1; count <= 64; count++) {
        struct plan plan = {.count = count, .seed = count * 31};
        for (uint64_t block = 1; block <= 20; block++) {
            memset(order, 0xff, sizeof order);
            plan_order(&plan, 1, block, order);
            assert_true(is_permutation(order, count));
        }
    }
}

static void an_order_depends_on_seed_invocation_and_block_alone(void **state)
{
    size_t order[2][32] = {{0}};
    struct cell cells[32] = {{.workers = 5}};
    struct plan plan = {.count = 32, .seed = 5};
    struct plan other = {
        .cells = cells, .count = 32, .seed = 5, .cores = 3, .max_runs = 9, .warmup = 4};
    (void)state;
    plan_order(&plan, 1, 8, order[0]);
    plan_order(&plan, 1, 7, order[0]); /* neither on what was asked before */
    plan_order(&other, 1, 7, order[1]);
    assert_memory_equal(order[0], order[1], sizeof order[0]);
    plan_order(&plan, 1, 8, order[1]);
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
    plan_order(&plan, 2, 7, order[1]);
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
    plan.seed = 6;
    plan_order(&plan, 1, 7, order[1]);
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
}

/* Each count is binomial(12000, 1/6): 2000 with a standard deviation of 41. The limits are six
 * of these away, and the seeds are fixed. */
static void check_positions(size_t (*const counts_of)[ORDERED])
{
    for (size_t cell = 0; cell < ORDERED; cell++) {
        for (size_t position = 0; position < ORDERED; position++) {
            assert_in_range(counts_of[cell][position], 2000 - 245, 2000 + 245);
        }
    }
}

static void all_positions_are_equally_likely(void **state)
{
    size_t by_seed[ORDERED][ORDERED] = {{0}}, by_block[ORDERED][ORDERED] = {{0}};
    size_t order[ORDERED] = {0}, first_two[ORDERED][ORDERED] = {{0}};
    (void)state;
    for (uint64_t i = 1; i <= 12000; i++) {
        struct plan plan = {.count = ORDERED, .seed = i};
        plan_order(&plan, 1, 1, order);
        for (size_t position = 0; position < ORDERED; position++) {
            by_seed[order[position]][position]++;
        }
        plan.seed = 1;
        plan_order(&plan, 1, i, order);
        for (size_t position = 0; position < ORDERED; position++) {
            by_block[order[position]][position]++;
        }
        first_two[order[0]][order[1]]++;
    }
    check_positions(by_seed);
    check_positions(by_block);
    /* Nor do two cells stick together: binomial(12000, 1/30), 400 +- 20. */
    for (size_t a = 0; a < ORDERED; a++) {
        for (size_t b = 0; b < ORDERED; b++) {
            assert_in_range(first_two[a][b], a == b ? 0 : 400 - 118, a == b ? 0 : 400 + 118);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_make_a_cross_product),
        cmocka_unit_test(parameters_default_to_their_initial_value),
        cmocka_unit_test(the_plan_keeps_what_was_asked),
        cmocka_unit_test(each_kind_of_mode_has_its_default),
        cmocka_unit_test(workers_apply_as_the_mode_allows),
        cmocka_unit_test(amounts_may_be_relative_to_the_cores),
        cmocka_unit_test(the_same_cell_is_planned_once),
        cmocka_unit_test(ranges_have_limits),
        cmocka_unit_test(a_plan_has_a_largest_size),
        cmocka_unit_test(the_queue_is_a_power_of_two),
        cmocka_unit_test(each_wait_makes_a_cell),
        cmocka_unit_test(the_same_wait_makes_one_cell),
        cmocka_unit_test(each_cell_is_settled_by_itself),
        cmocka_unit_test(rows_say_how_tasks_arrive),
        cmocka_unit_test(a_workload_may_have_its_own_number_of_tasks),
        cmocka_unit_test(several_numbers_of_tasks_are_several_cells),
        cmocka_unit_test(serial_is_added_where_it_is_missing),
        cmocka_unit_test(serial_that_was_asked_for_is_no_addition),
        cmocka_unit_test(a_baseline_of_minutes_is_left_out_and_said),
        cmocka_unit_test(a_baseline_that_cannot_run_is_left_out_and_said),
        cmocka_unit_test(one_worker_is_no_baseline),
        cmocka_unit_test(the_baseline_blocks),
        cmocka_unit_test(computing_is_estimated_by_cores_and_waiting_by_workers),
        cmocka_unit_test(estimates_do_not_overflow),
        cmocka_unit_test(the_time_limit_is_what_was_asked_or_generous),
        cmocka_unit_test(what_a_mode_cannot_run_keeps_its_reason_and_takes_no_time),
        cmocka_unit_test(pauses_and_invocations_take_time),
        cmocka_unit_test(the_reference_cell_is_always_the_same),
        cmocka_unit_test(an_order_is_a_permutation),
        cmocka_unit_test(an_order_depends_on_seed_invocation_and_block_alone),
        cmocka_unit_test(all_positions_are_equally_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
