/* The moments of tasks, in each way of running them: what a task's states are adds up to its time,
 * who sleeps is blocked, who shares a CPU is ready for the time that others have it. Nothing here
 * depends on how fast the machine is: work is CPU time, and sleeps are at least as long as asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/mode_run.h"

extern const struct mode mode_serial, mode_thread, mode_process, mode_thread_gil, mode_coroutine,
    mode_thread_coroutine, mode_event;

enum { LIMIT_S = 1000, TASKS = 4, TRIES = 5 };

#define MS UINT64_C(1000000)

static struct mode_run run;
static cpu_set_t all_cpus;
static atomic_uint *started; /* tasks, also in forks */

static int enter(void **state)
{
    (void)state;
    alarm(LIMIT_S);
    started = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return started == MAP_FAILED ? -1 : sched_getaffinity(0, sizeof all_cpus, &all_cpus);
}

static int leave(void **state)
{
    (void)state;
    mode_run_end(&run);
    munmap(started, 4096);
    return sched_setaffinity(0, sizeof all_cpus, &all_cpus);
}

/* Workers made from now on share this thread's CPU. */
static void stay_on_one_cpu(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, &all_cpus)) {
            CPU_SET(cpu, &one);
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

static uint64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return clock_ns(time);
}

/* --- the tasks --- */

#define COMPUTE_NS (20 * MS)
#define SLEEP_NS   (5 * MS)

static void compute(struct task_context *context)
{
    const uint64_t until = cpu_ns() + COMPUTE_NS;
    while (cpu_ns() < until) {
        if (context) {
            ctx_yield(context);
        }
    }
}

/* All have begun before the first one computes. */
static int together(struct task_context *context, const void *state, uint64_t index,
                    uint64_t *checksum)
{
    (void)state;
    atomic_fetch_add(started, 1);
    int rc = 0;
    while (rc == 0 && atomic_load(started) < TASKS) {
        rc = ctx_sleep(context, MS);
    }
    compute(context);
    *checksum = index;
    return rc;
}

static int sleeper(struct task_context *context, const void *state, uint64_t index,
                   uint64_t *checksum)
{
    (void)state;
    compute(context);
    const int rc = ctx_sleep(context, SLEEP_NS);
    *checksum = index;
    return rc;
}

static uint64_t until_ns[TASKS]; /* of its last sleep */

/* As `together`, all tasks being on one loop. */
static int by_steps(struct step *step, const void *state, uint64_t index)
{
    (void)state;
    atomic_fetch_add(started, step->operation.kind == OPERATION_NONE);
    if (atomic_load(started) < TASKS) {
        until_ns[index] = clock_now_ns() + MS;
        step->operation = (struct operation){.kind = OPERATION_SLEEP, .until_ns = until_ns[index]};
        return 0;
    }
    compute(NULL);
    step->operation.kind = OPERATION_NONE;
    step->checksum = index;
    return step->operation.result < 0 ? (int)step->operation.result : 0;
}

static const struct workload computing = {.name = "computing", .task = together, .step = by_steps};
static const struct workload sleeping = {.name = "sleeping", .task = sleeper};

/* --- what became of them --- */

struct sums {
    uint64_t running_ns, ready_ns, blocked_ns, unknown_ns;
};

static void launch(const struct mode *mode, const struct wait *wait,
                   const struct workload *workload, uint64_t tasks, uint64_t workers)
{
    const struct request request = {
        .observed = true,
        .tasks = tasks,
        .workers = workers,
        .width = tasks,
        .schedule = {.kind = mode->interpreter ? SCHEDULE_GIL : SCHEDULE_OFF, .slice_ns = MS}};
    mode_run_begin(&run, &request, wait, workload);
    assert_true(watched_is(&run.job));
    job_prepare_main(&run.job);
    mode_run_went_well(&run, mode->launch(&run.job));
    for (uint64_t i = 0; i < tasks; i++) {
        assert_int_equal(run.job.tasks[i].error, 0);
        assert_int_equal(run.job.tasks[i].checksum, i);
    }
}

/* The task's segments follow each other and fill its time. */
static struct sums sums_of(uint64_t task)
{
    const struct task_record *record = &run.job.tasks[task];
    const size_t count = segments_count(run.shared, task);
    struct sums sums = {0};
    assert_true(count > 0 && count <= run.shared->segments_most + 1);
    uint64_t end = 0, known;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = segments_at(run.shared, task, i);
        assert_true(segment->to_ns > segment->from_ns);
        assert_true(i == 0 ? segment->from_ns >= record->start_ns : segment->from_ns == end);
        end = segment->to_ns;
        known = segment->running_ns + segment->ready_ns + segment->blocked_ns;
        assert_true(known <= segment->to_ns - segment->from_ns);
        sums.running_ns += segment->running_ns;
        sums.ready_ns += segment->ready_ns;
        sums.blocked_ns += segment->blocked_ns;
        sums.unknown_ns += segment->to_ns - segment->from_ns - known;
    }
    assert_true(end <= record->end_ns);
    return sums;
}

static struct sums sums_of_all(uint64_t tasks)
{
    struct sums all = {0};
    for (uint64_t i = 0; i < tasks; i++) {
        const struct sums one = sums_of(i);
        all.running_ns += one.running_ns;
        all.ready_ns += one.ready_ns;
        all.blocked_ns += one.blocked_ns;
        all.unknown_ns += one.unknown_ns;
    }
    return all;
}

/* Some clock readings lie between what a task asks of the clock and what is told of it. */
#define ABOUT(ns) ((ns) / 100 * 95)

static bool slept(uint64_t task)
{
    for (size_t s = 0; s < segments_count(run.shared, task); s++) {
        const struct segment *segment = segments_at(run.shared, task, s);
        if (segment->doing == DOING_SLEEP && segment->blocked_ns >= ABOUT(SLEEP_NS)) {
            return true;
        }
    }
    return false;
}

/* Where each task has its own thread: it was blocked as long as it slept, and ran as long as it
 * computed. A thread that loses its CPU at the very moment of a look has its time told as another
 * state, and on a busy machine some do. */
static bool sleepers_are_told(struct sums *worst)
{
    for (uint64_t i = 0; i < TASKS; i++) {
        *worst = sums_of(i);
        if (worst->running_ns < ABOUT(COMPUTE_NS) || worst->blocked_ns < ABOUT(SLEEP_NS) ||
            !slept(i)) {
            return false;
        }
    }
    return true;
}

static void assert_sleepers(const struct mode *mode, uint64_t workers)
{
    struct sums worst = {0};
    for (int tries = 0; tries < TRIES; tries++) {
        launch(mode, &wait_blocking, &sleeping, TASKS, workers);
        if (sleepers_are_told(&worst)) {
            return;
        }
        mode_run_end(&run);
    }
    fail_msg("running %.3f ms of %.3f, blocked %.3f of %.3f, ready %.3f, unknown %.3f",
             (double)worst.running_ns / MS, (double)COMPUTE_NS / MS, (double)worst.blocked_ns / MS,
             (double)SLEEP_NS / MS, (double)worst.ready_ns / MS, (double)worst.unknown_ns / MS);
}

static void serial_tasks_sleep_blocked(void **state)
{
    (void)state;
    assert_sleepers(&mode_serial, 1);
}

static void threads_sleep_blocked(void **state)
{
    (void)state;
    assert_sleepers(&mode_thread, TASKS);
}

static void processes_sleep_blocked(void **state)
{
    (void)state;
    assert_sleepers(&mode_process, TASKS);
}

static void threads_under_the_interpreter_lock_sleep_blocked(void **state)
{
    (void)state;
    assert_sleepers(&mode_thread_gil, TASKS);
}

static void coroutines_that_block_sleep_blocked(void **state)
{
    (void)state;
    assert_sleepers(&mode_coroutine, 1);
}

/* All four need the one CPU for 20 ms each: when they have it one after the other, they are ready
 * for 0 + 20 + 40 + 60 ms at the least; where they take turns, for longer. */
static void assert_they_share_a_cpu(const struct mode *mode, bool blocked_counts)
{
    stay_on_one_cpu();
    launch(mode, &wait_blocking, &computing, TASKS, TASKS);
    const struct sums all = sums_of_all(TASKS);
    const uint64_t waited = all.ready_ns + (blocked_counts ? all.blocked_ns : 0);
    assert_true(all.running_ns >= ABOUT(TASKS * COMPUTE_NS));
    assert_true(waited >= 5 * COMPUTE_NS);
}

static void threads_on_one_cpu_are_ready(void **state)
{
    (void)state;
    assert_they_share_a_cpu(&mode_thread, false);
}

static void processes_on_one_cpu_are_ready(void **state)
{
    (void)state;
    assert_they_share_a_cpu(&mode_process, false);
}

static void who_waits_for_the_interpreter_lock_is_blocked(void **state)
{
    (void)state;
    assert_they_share_a_cpu(&mode_thread_gil, true);
    assert_true(sums_of_all(TASKS).blocked_ns > 0);
}

/* While it computes a task is looked at so often that its turns can be seen: it ran, another one
 * had the CPU, it ran on. */
static bool has_turns(uint64_t task)
{
    enum { NOTHING, RAN, WAITED, RAN_ON } seen = NOTHING;
    for (size_t s = 0; s < segments_count(run.shared, task); s++) {
        const struct segment *segment = segments_at(run.shared, task, s);
        const uint64_t most = (segment->to_ns - segment->from_ns) / 100 * 80;
        const bool ran = segment->doing == DOING_COMPUTING && segment->running_ns > most;
        if (seen == WAITED && ran) {
            seen = RAN_ON;
        } else if (seen == RAN && segment->ready_ns > most && segment->ready_ns >= MS) {
            seen = WAITED;
        } else if (seen == NOTHING && ran) {
            seen = RAN;
        }
    }
    return seen == RAN_ON;
}

static void turns_can_be_seen(void **state)
{
    (void)state;
    stay_on_one_cpu();
    launch(&mode_thread, &wait_blocking, &computing, TASKS, TASKS);
    assert_true(has_turns(0) || has_turns(1) || has_turns(2) || has_turns(3));
}

/* In a loop, the last one to begin computes at once, and the others, whose sleeps end within the
 * next ms, have the thread after it: 20 + 40 + 60 ms, but for that. */
static void assert_loop(const struct mode *mode, const struct wait *wait,
                        const struct workload *workload)
{
    if (wait->unavailable && wait->unavailable()) {
        skip();
    }
    launch(mode, wait, workload, TASKS, 1);
    const struct sums all = sums_of_all(TASKS);
    assert_true(all.running_ns >= ABOUT(TASKS * COMPUTE_NS));
    assert_true(all.ready_ns >= 3 * COMPUTE_NS);
}

static void coroutines_on_epoll_wait_for_their_turn(void **state)
{
    (void)state;
    assert_loop(&mode_coroutine, &wait_epoll, &computing);
}

static void coroutines_on_select_wait_for_their_turn(void **state)
{
    (void)state;
    assert_loop(&mode_coroutine, &wait_select, &computing);
}

static void coroutines_on_uring_wait_for_their_turn(void **state)
{
    (void)state;
    assert_loop(&mode_coroutine, &wait_uring, &computing);
}

static void callbacks_wait_for_their_turn(void **state)
{
    (void)state;
    assert_loop(&mode_event, &wait_epoll, &computing);
    /* The last one never sleeps. Of the others, what was blocked is over at the deadline. */
    for (uint64_t i = 0; i < TASKS - 1; i++) {
        uint64_t blocked_to = 0;
        for (size_t s = 0; s < segments_count(run.shared, i); s++) {
            const struct segment *segment = segments_at(run.shared, i, s);
            blocked_to = segment->blocked_ns > 100000 ? segment->to_ns : blocked_to;
        }
        assert_true(until_ns[i] > 0 && blocked_to <= until_ns[i]);
    }
}

/* A coroutine that is alone is blocked as long as it sleeps. */
static void a_lone_coroutine_sleeps_blocked(void **state)
{
    (void)state;
    launch(&mode_coroutine, &wait_epoll, &sleeping, 1, 1);
    const struct sums sums = sums_of(0);
    assert_true(sums.running_ns >= ABOUT(COMPUTE_NS));
    assert_true(sums.blocked_ns >= ABOUT(SLEEP_NS));
}

static void loops_in_several_threads_have_their_own_moments(void **state)
{
    (void)state;
    launch(&mode_thread_coroutine, &wait_epoll, &sleeping, TASKS, 2);
    const struct sums all = sums_of_all(TASKS);
    assert_true(all.running_ns >= ABOUT(TASKS * COMPUTE_NS));
    assert_true(all.blocked_ns + all.ready_ns >= ABOUT(TASKS * SLEEP_NS));
}

/* --- more calls than are looked at: no gap is left, and what is not known is not told --- */

static uint64_t calls_to_make;

static int caller(struct task_context *context, const void *state, uint64_t index,
                  uint64_t *checksum)
{
    (void)state;
    int rc = 0;
    for (uint64_t i = 0; i < calls_to_make && rc == 0; i++) {
        rc = ctx_sleep(context, 1);
    }
    *checksum = index;
    return rc;
}

static uint64_t steps_made[2], last_step_ns[2];

static int by_many_steps(struct step *step, const void *state, uint64_t index)
{
    (void)state;
    const bool done = steps_made[index]++ == calls_to_make;
    step->operation =
        done ? (struct operation){.kind = OPERATION_NONE}
             : (struct operation){.kind = OPERATION_SLEEP, .until_ns = clock_now_ns() + 1};
    step->checksum = index;
    last_step_ns[index] = clock_now_ns();
    return 0;
}

static const struct workload calling = {.name = "calling", .task = caller, .step = by_many_steps};

static void many_calls_leave_no_gap(void **state)
{
    (void)state;
    calls_to_make = MOMENTS_ALL + 1000;
    launch(&mode_thread, &wait_blocking, &calling, 2, 2);
    assert_true(sums_of_all(2).running_ns > 0);
}

static void many_waits_of_coroutines_leave_no_gap(void **state)
{
    (void)state;
    calls_to_make = MOMENTS_ALL_LOOP / 2 + 5000;
    launch(&mode_coroutine, &wait_epoll, &calling, 2, 1);
    assert_true(sums_of_all(2).running_ns > 0);
}

static void many_steps_leave_no_gap(void **state)
{
    (void)state;
    calls_to_make = MOMENTS_ALL_LOOP / 2 + 5000;
    steps_made[0] = steps_made[1] = 0;
    launch(&mode_event, &wait_epoll, &calling, 2, 1);
    for (uint64_t i = 0; i < 2; i++) {
        sums_of(i);
        /* Its last moment is there, however many before were passed over. */
        assert_true(segments_end(run.shared, run.fd, i) >= last_step_ns[i]);
    }
}

static void what_is_not_observed_is_not_watched(void **state)
{
    (void)state;
    const struct request request = {.tasks = 1, .workers = 1, .width = 1};
    mode_run_begin(&run, &request, &wait_blocking, &sleeping);
    assert_false(watched_is(&run.job));
    assert_ptr_equal(run.job.workload, &sleeping);
    assert_int_equal(run.shared->all_bytes, run.shared->bytes);
    assert_int_equal(segments_count(run.shared, 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(serial_tasks_sleep_blocked),
        TEST(threads_sleep_blocked),
        TEST(processes_sleep_blocked),
        TEST(threads_under_the_interpreter_lock_sleep_blocked),
        TEST(coroutines_that_block_sleep_blocked),
        TEST(threads_on_one_cpu_are_ready),
        TEST(processes_on_one_cpu_are_ready),
        TEST(who_waits_for_the_interpreter_lock_is_blocked),
        TEST(turns_can_be_seen),
        TEST(coroutines_on_epoll_wait_for_their_turn),
        TEST(coroutines_on_select_wait_for_their_turn),
        TEST(coroutines_on_uring_wait_for_their_turn),
        TEST(callbacks_wait_for_their_turn),
        TEST(a_lone_coroutine_sleeps_blocked),
        TEST(loops_in_several_threads_have_their_own_moments),
        TEST(many_calls_leave_no_gap),
        TEST(many_waits_of_coroutines_leave_no_gap),
        TEST(many_steps_leave_no_gap),
        TEST(what_is_not_observed_is_not_watched),
    };
    if (access("/proc/thread-self/schedstat", R_OK) != 0) {
        puts("skipped: a kernel without scheduler statistics, where nothing of it is known");
        return 0;
    }
    return cmocka_run_group_tests_name("watched", tests, NULL, NULL);
}
