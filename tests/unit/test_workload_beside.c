/* What the workload beside does that no other does: tasks that watch one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "bench/util/clock.h"
#include "tests/unit/workload_run.h"

extern const struct workload workload_beside;

enum { OTHERS = 3 };

static void begin(struct run *run, const char *waits, const char *wait, const char *most)
{
    run_init(run, &workload_beside);
    run->env.tasks = 1 + OTHERS;
    run_set(run, "waits", waits);
    run_set(run, "wait", wait);
    run_set(run, "most", most);
    run_setup(run);
}

static void finish(struct run *run)
{
    run_teardown(run);
    run_unshare(run);
}

/* Where a task's chain ended, and its length: the memory begins with a line for the flag, then
 * comes one for each task. */
static uint64_t *result_of(struct run *run, uint64_t task)
{
    return &run->shared.memory[8 * (1 + task)];
}

/* Task 0 alone, then the others, which find it done: no wait was beside anything. */
static void one_after_the_other(void **state)
{
    struct run run;
    uint64_t count = 0;
    (void)state;
    begin(&run, "20", "100us", "auto");
    uint64_t before = clock_now_ns();
    for (uint64_t i = 0; i <= OTHERS; i++) {
        assert_true(run_is_right(&run, i));
    }
    const struct request_times *times = workload_beside.requests(run.state, &count);
    assert_int_equal(count, 20);
    assert_int_equal(count, workload_beside.request_count(run.values));
    for (uint64_t i = 0; i < count; i++) {
        assert_true(times[i].intended_ns >= before + 100000);
        assert_int_equal(times[i].sent_ns, times[i].intended_ns);
        assert_int_equal(times[i].done_ns, 0);
        before = times[i].intended_ns;
    }
    assert_true(before <= clock_now_ns());
    finish(&run);
}

static unsigned yields, yields_until_done;
static struct run *watched;

/* Does the other task's work at a yield point of the computing one. */
static void yield(struct task_context *context)
{
    (void)context;
    if (++yields == yields_until_done) {
        struct task_context other = {.calls = wait_blocking.calls};
        uint64_t checksum;
        assert_int_equal(workload_beside.task(&other, watched->state, 0, &checksum), 0);
    }
}

static struct wait_calls watching(void)
{
    struct wait_calls calls = *wait_blocking.calls;
    calls.yield = yield;
    return calls;
}

static void the_others_compute_until_it_is_done(void **state)
{
    struct run run;
    const struct wait_calls calls = watching();
    uint64_t count = 0;
    (void)state;
    begin(&run, "3", "1us", "auto");
    run.context.calls = &calls;
    watched = &run;
    yields = 0;
    yields_until_done = 5;
    assert_true(run_is_right(&run, 1));
    assert_int_equal(yields, 5);
    const struct request_times *times = workload_beside.requests(run.state, &count);
    assert_int_equal(count, 3);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(times[i].done_ns >= times[i].intended_ns); /* was beside the computing one */
    }
    finish(&run);
}

static void the_others_compute_no_more_than_they_may(void **state)
{
    struct run run;
    const struct wait_calls calls = watching();
    (void)state;
    begin(&run, "1", "1us", "301"); /* four times 100 ns, and one multiplication */
    run.context.calls = &calls;
    yields = yields_until_done = 0;
    assert_true(run_is_right(&run, 2));
    assert_int_equal(yields, 5);
    assert_int_equal(result_of(&run, 2)[1], 301);
    finish(&run);
}

static void what_was_not_computed_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run, "1", "1us", "20000");
    uint64_t checksum = run_checksum(&run, 1);
    assert_int_equal(checksum, workload_beside.expected(run.state, 1));
    result_of(&run, 1)[0]++;
    assert_int_not_equal(checksum, workload_beside.expected(run.state, 1));
    finish(&run);
}

static unsigned waits;

/* Does all of another task's work in the second wait, and sees to it that time has gone on. */
static int waits_beside(struct task_context *context, uint64_t ns)
{
    (void)context;
    (void)ns;
    if (waits++ == 1) {
        struct task_context other = {.calls = wait_blocking.calls};
        uint64_t checksum;
        assert_int_equal(workload_beside.task(&other, watched->state, 1, &checksum), 0);
        for (uint64_t ended = clock_now_ns(); clock_now_ns() == ended;) {
        }
    }
    return 0;
}

static const struct request_times *wait_beside(struct run *run, const char *wait)
{
    struct wait_calls calls = *wait_blocking.calls;
    uint64_t checksum, count = 0;
    begin(run, "3", wait, "30001");
    calls.sleep = waits_beside;
    run->context.calls = &calls;
    watched = run;
    waits = 0;
    assert_int_equal(run_task(run, 0, &checksum), 0);
    assert_int_equal(result_of(run, 1)[1], 30001);
    const struct request_times *times = workload_beside.requests(run->state, &count);
    assert_int_equal(count, 3);
    return times;
}

/* Whoever computed late in a wait has to do with its end, and nothing with the next one's. */
static void a_wait_counts_where_another_computed_after_its_time(void **state)
{
    struct run run;
    (void)state;
    const struct request_times *times = wait_beside(&run, "0");
    assert_int_equal(times[0].done_ns, 0);
    assert_true(times[1].done_ns > times[1].intended_ns);
    assert_int_equal(times[2].done_ns, 0);
    finish(&run);
}

static void a_wait_does_not_count_where_the_others_were_done_before_its_time(void **state)
{
    struct run run;
    (void)state;
    const struct request_times *times = wait_beside(&run, "1h");
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(times[i].done_ns, 0);
    }
    finish(&run);
}

static int wakes_at_once(struct task_context *context, uint64_t ns)
{
    (void)context;
    (void)ns;
    return 0;
}

static int fails(struct task_context *context, uint64_t ns)
{
    (void)context;
    (void)ns;
    return -EIO;
}

static void waking_early_is_seen(void **state)
{
    struct run run;
    struct wait_calls calls = *wait_blocking.calls;
    (void)state;
    begin(&run, "3", "1h", "auto");
    calls.sleep = wakes_at_once;
    run.context.calls = &calls;
    assert_false(run_is_right(&run, 0));
    finish(&run);
}

/* A task 0 that failed is done: nobody computes on its account. */
static void a_wait_that_fails_ends_it(void **state)
{
    struct run run;
    struct wait_calls calls = watching();
    uint64_t checksum;
    (void)state;
    begin(&run, "3", "1ms", "auto");
    calls.sleep = fails;
    run.context.calls = &calls;
    yields = yields_until_done = 0;
    assert_int_equal(run_task(&run, 0, &checksum), -EIO);
    assert_true(run_is_right(&run, 1));
    assert_int_equal(yields, 0);
    finish(&run);
}

/* A spawned worker's image finds the same memory. */
static void another_image_sees_it(void **state)
{
    struct run run, other;
    const struct wait_calls calls = watching();
    (void)state;
    begin(&run, "1", "1us", "auto");
    assert_true(run_is_right(&run, 0));
    run_init(&other, &workload_beside);
    other.env.tasks = 1 + OTHERS;
    other.shared.attached = true;
    other.shared.memory = run.shared.memory;
    run_setup(&other);
    other.context.calls = &calls;
    yields = yields_until_done = 0;
    uint64_t checksum = run_checksum(&other, 3);
    assert_int_equal(yields, 0);
    assert_int_equal(checksum, workload_beside.expected(run.state, 3));
    run_teardown(&other);
    finish(&run);
}

static void no_memory(void **state)
{
    struct run run;
    (void)state;
    run_init(&run, &workload_beside);
    run.shared.deny = true;
    run_setup_fails(&run, -ENOMEM, "memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(the_others_compute_until_it_is_done),
        cmocka_unit_test(the_others_compute_no_more_than_they_may),
        cmocka_unit_test(what_was_not_computed_is_seen),
        cmocka_unit_test(a_wait_counts_where_another_computed_after_its_time),
        cmocka_unit_test(a_wait_does_not_count_where_the_others_were_done_before_its_time),
        cmocka_unit_test(waking_early_is_seen),
        cmocka_unit_test(a_wait_that_fails_ends_it),
        cmocka_unit_test(another_image_sees_it),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
