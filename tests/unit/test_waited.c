/* Waiting and turnaround of short and of long tasks, from records made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/repetition/waited.h"

enum { MOST = 6, CLOCK = 1000 };

static uint64_t length_ns(const void *state, uint64_t index)
{
    return ((const uint64_t *)state)[index];
}

static const struct workload lengthy = {.name = "lengthy", .length_ns = length_ns};
static const struct workload plain = {.name = "plain"};

static const struct mode serial = {.name = "serial", .baseline = true};
static const struct mode thread = {.name = "thread", .workers = MODE_WORKERS_PER_TASK};
static const struct mode pool = {.name = "pool", .queue = true};
static const struct mode coroutine = {.name = "coroutine", .inner = MODE_INNER_COROUTINES};
static const struct mode event = {.name = "event", .inner = MODE_INNER_STEPS};

static struct fixture {
    struct shared shared;
    struct task_record tasks[MOST];
    uint64_t lengths[MOST];
    struct job job;
    struct report report;
} f;

/* Task i was queued at 1000 + 10 i, began 100 (i + 1) later and took as long as its length. */
static void begin(const uint64_t *lengths, uint64_t count)
{
    memset(&f, 0, sizeof f);
    memcpy(f.lengths, lengths, count * sizeof *lengths);
    f.job = (struct job){.shared = &f.shared,
                         .workload = &lengthy,
                         .state = f.lengths,
                         .task_count = count,
                         .tasks = f.tasks,
                         .status = STATUS_OK};
    f.shared.report.clock_start_ns = CLOCK;
    for (uint64_t i = 0; i < count; i++) {
        f.tasks[i].queued_ns = CLOCK + 10 * i;
        f.tasks[i].start_ns = f.tasks[i].queued_ns + 100 * (i + 1);
        f.tasks[i].end_ns = f.tasks[i].start_ns + lengths[i];
        f.tasks[i].waited_ns = 7 + i; /* a coroutine's worker would have left that */
        atomic_store(&f.tasks[i].state, TASK_ENDED);
    }
}

#define BEGIN(...)                         \
    begin((const uint64_t[]){__VA_ARGS__}, \
          sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void is(const struct waited *got, uint64_t tasks, uint64_t waiting, uint64_t turnaround)
{
    assert_true(got->tasks == tasks);
    if (got->waiting_ns != waiting || got->turnaround_ns != turnaround) {
        fail_msg("waiting %llu, turnaround %llu", (unsigned long long)got->waiting_ns,
                 (unsigned long long)got->turnaround_ns);
    }
}

static void is_off(const struct waited *got)
{
    is(got, FIGURE_OFF, FIGURE_OFF, FIGURE_OFF);
}

/* Up to the middle between the shortest and the longest, whichever task comes first. */
static void tasks_up_to_the_middle_are_short(void **state)
{
    (void)state;
    BEGIN(50, 10, 30, 31, 20); /* waited 100, 200, 300, 400, 500 */
    waited_fill(&f.job, &pool, &f.report);
    is(&f.report.short_tasks, 3, (200 + 300 + 500) / 3, (210 + 330 + 520) / 3);
    is(&f.report.long_tasks, 2, (100 + 400) / 2, (150 + 431) / 2);
}

static void tasks_of_one_length_are_all_short(void **state)
{
    (void)state;
    BEGIN(40, 40, 40);
    waited_fill(&f.job, &pool, &f.report);
    is(&f.report.short_tasks, 3, 200, 240);
    is_off(&f.report.long_tasks);
}

static void lengths_next_to_the_greatest_number_do_not_overflow(void **state)
{
    (void)state;
    BEGIN(1, 1);
    f.lengths[0] = UINT64_MAX;
    f.lengths[1] = UINT64_MAX - 1;
    waited_fill(&f.job, &pool, &f.report);
    assert_true(f.report.short_tasks.tasks == 1 && f.report.long_tasks.tasks == 1);
    is(&f.report.short_tasks, 1, 200, 201);
}

static void nothing_is_said_of_tasks_without_lengths(void **state)
{
    (void)state;
    BEGIN(10, 20);
    f.job.workload = &plain;
    waited_fill(&f.job, &pool, &f.report);
    is_off(&f.report.short_tasks);
    is_off(&f.report.long_tasks);
}

static void nothing_is_said_of_a_failed_repetition(void **state)
{
    (void)state;
    BEGIN(10, 20);
    f.job.status = STATUS_FAILED;
    waited_fill(&f.job, &pool, &f.report);
    is_off(&f.report.short_tasks);
    is_off(&f.report.long_tasks);
}

/* All tasks of serial are there at the start, however late each is handed over. */
static void serial_counts_from_the_start(void **state)
{
    (void)state;
    BEGIN(10, 20);
    waited_fill(&f.job, &serial, &f.report);
    is(&f.report.short_tasks, 1, 100, 110);
    is(&f.report.long_tasks, 1, 210, 230);
    f.job.paced = true;
    waited_fill(&f.job, &serial, &f.report);
    is(&f.report.long_tasks, 1, 200, 220);
}

static void who_is_scheduled_by_the_kernel_does_not_know(void **state)
{
    static const struct mode *const unknown[] = {&thread, &coroutine, &event};
    (void)state;
    for (size_t m = 0; m < 3; m++) {
        BEGIN(10, 20);
        waited_fill(&f.job, unknown[m], &f.report);
        is(&f.report.short_tasks, 1, FIGURE_UNKNOWN, 110);
        is(&f.report.long_tasks, 1, FIGURE_UNKNOWN, 220);
        assert_int_equal(f.tasks[1].waited_ns, 8);
    }
}

/* Its worker adds up what a task waited between its turns. */
static void coroutines_under_a_schedule_have_said_it(void **state)
{
    (void)state;
    BEGIN(10, 20, 10);
    f.shared.request.schedule.kind = SCHEDULE_RR;
    waited_fill(&f.job, &coroutine, &f.report);
    is(&f.report.short_tasks, 2, (7 + 9) / 2, (110 + 310) / 2);
    is(&f.report.long_tasks, 1, 8, 220);
    assert_int_equal(f.tasks[2].waited_ns, 9);
}

static void pools_leave_it_in_the_records_under_a_schedule(void **state)
{
    (void)state;
    BEGIN(10, 20);
    waited_fill(&f.job, &pool, &f.report);
    assert_int_equal(f.tasks[1].waited_ns, 8);
    f.job.workload = &plain; /* tasks.csv tells it whatever the workload */
    f.shared.request.schedule.kind = SCHEDULE_LIFO;
    f.tasks[0].queued_ns = f.tasks[0].start_ns + 5; /* clocks of two CPUs */
    waited_fill(&f.job, &pool, &f.report);
    assert_int_equal(f.tasks[0].waited_ns, 0);
    assert_int_equal(f.tasks[1].waited_ns, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_up_to_the_middle_are_short),
        cmocka_unit_test(tasks_of_one_length_are_all_short),
        cmocka_unit_test(lengths_next_to_the_greatest_number_do_not_overflow),
        cmocka_unit_test(nothing_is_said_of_tasks_without_lengths),
        cmocka_unit_test(nothing_is_said_of_a_failed_repetition),
        cmocka_unit_test(serial_counts_from_the_start),
        cmocka_unit_test(who_is_scheduled_by_the_kernel_does_not_know),
        cmocka_unit_test(coroutines_under_a_schedule_have_said_it),
        cmocka_unit_test(pools_leave_it_in_the_records_under_a_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
