/* thread-gil: one task at a time computes, and every wait lets another one compute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tests/unit/mode_run.h"

extern const struct mode mode_thread_gil;

enum { LIMIT_S = 120, TASKS = 40, CAP = 3, STEPS = 200 };

#define SHORT_NS UINT64_C(100000)

static struct mode_run run;

static int limit(void **state)
{
    (void)state;
    alarm(LIMIT_S);
    return 0;
}

static void launch(const struct mode *mode, uint64_t tasks, uint64_t workers, uint64_t interval_ns,
                   const struct wait *wait, const struct workload *workload)
{
    const struct request request = {
        .tasks = tasks,
        .workers = workers,
        .schedule = {.kind = SCHEDULE_GIL, .slice_ns = interval_ns},
    };
    mode_run_begin(&run, &request, &wait_blocking, workload);
    run.job.wait = wait;
    mode_run_went_well(&run, mode->launch(&run.job));
}

/* --- never two at once --- */

static atomic_uint inside, most_inside, alive, most_alive;
static atomic_uint runs[TASKS];

static void raise_to(atomic_uint *most, unsigned value)
{
    unsigned seen = *most;
    while (value > seen && !atomic_compare_exchange_weak(most, &seen, value)) {
    }
}

static void compute(struct task_context *context, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        raise_to(&most_inside, atomic_fetch_add(&inside, 1) + 1);
        for (volatile int k = 0; k < 2000; k++) {
        }
        atomic_fetch_sub(&inside, 1);
        ctx_yield(context);
    }
}

static int computing_task(struct task_context *context, const void *state, uint64_t index,
                          uint64_t *checksum)
{
    (void)state;
    raise_to(&most_alive, atomic_fetch_add(&alive, 1) + 1);
    runs[index]++;
    compute(context, STEPS);
    int code = ctx_sleep(context, 1000 * (index % 5));
    compute(context, STEPS);
    atomic_fetch_sub(&alive, 1);
    *checksum = index + 1;
    return code;
}

static const struct workload computing = {.name = "computing", .task = computing_task};

static void reset(void)
{
    inside = most_inside = alive = most_alive = 0;
    for (size_t i = 0; i < TASKS; i++) {
        runs[i] = 0;
    }
}

static void each_ran_once(void)
{
    for (uint64_t i = 0; i < TASKS; i++) {
        assert_int_equal(runs[i], 1);
        assert_int_equal(run.job.tasks[i].checksum, i + 1);
        assert_int_equal(run.job.tasks[i].error, 0);
        assert_int_equal(run.job.tasks[i].state, TASK_ENDED);
    }
}

static void one_task_at_a_time_computes(void **state)
{
    (void)state;
    reset();
    launch(&mode_thread_gil, TASKS, TASKS, SHORT_NS, &wait_blocking, &computing);
    each_ran_once();
    assert_int_equal(most_inside, 1);
    mode_run_end(&run);
}

static void a_cap_holds(void **state)
{
    (void)state;
    reset();
    launch(&mode_thread_gil, TASKS, CAP, SHORT_NS, &wait_blocking, &computing);
    each_ran_once();
    assert_int_equal(most_inside, 1);
    assert_in_range(most_alive, 1, CAP);
    mode_run_end(&run);
}

/* --- every wait lets another one compute --- */

static atomic_bool met;      /* the task that waits lets go only when the other one has run */
static atomic_uint told;     /* calls that came through, by bits */
static atomic_uint wrong_at; /* arguments that did not */

static void meet(unsigned call)
{
    told |= 1U << call;
    while (!met) {
    }
    met = false;
}

enum { SLEEP, OPEN, READ, WRITE, FSYNC, CLOSE, ACCEPT, RECEIVE, SEND, CALLS };

static char buffer[8];

static int fake_sleep(struct task_context *context, uint64_t ns)
{
    (void)context;
    wrong_at += ns != 77;
    meet(SLEEP);
    return 10 + SLEEP;
}

static int fake_open_at(struct task_context *context, int folder, const char *name, int flags,
                        mode_t mode)
{
    (void)context;
    wrong_at += folder != 3 || name != buffer || flags != 4 || mode != 5;
    meet(OPEN);
    return 10 + OPEN;
}

static void check_bytes(int fd, const void *at, size_t size)
{
    wrong_at += fd != 6 || at != buffer || size != sizeof buffer;
}

static ssize_t fake_read(struct task_context *context, int fd, void *at, size_t size)
{
    (void)context;
    check_bytes(fd, at, size);
    meet(READ);
    return 10 + READ;
}

static ssize_t fake_write(struct task_context *context, int fd, const void *at, size_t size)
{
    (void)context;
    check_bytes(fd, at, size);
    meet(WRITE);
    return 10 + WRITE;
}

static int fake_fsync(struct task_context *context, int fd)
{
    (void)context;
    wrong_at += fd != 6;
    meet(FSYNC);
    return 10 + FSYNC;
}

static int fake_close(struct task_context *context, int fd)
{
    (void)context;
    wrong_at += fd != 6;
    meet(CLOSE);
    return 10 + CLOSE;
}

static int fake_accept(struct task_context *context, int fd)
{
    (void)context;
    wrong_at += fd != 6;
    meet(ACCEPT);
    return 10 + ACCEPT;
}

static ssize_t fake_receive(struct task_context *context, int fd, void *at, size_t size)
{
    (void)context;
    check_bytes(fd, at, size);
    meet(RECEIVE);
    return 10 + RECEIVE;
}

static ssize_t fake_send(struct task_context *context, int fd, const void *at, size_t size)
{
    (void)context;
    check_bytes(fd, at, size);
    meet(SEND);
    return 10 + SEND;
}

static const struct wait_calls fake_calls = {
    .sleep = fake_sleep,
    .open_at = fake_open_at,
    .read = fake_read,
    .write = fake_write,
    .fsync = fake_fsync,
    .close = fake_close,
    .accept = fake_accept,
    .receive = fake_receive,
    .send = fake_send,
};

static const struct wait fake_wait = {.name = "fake", .calls = &fake_calls};

static ssize_t call(struct task_context *context, unsigned number)
{
    switch (number) {
    case SLEEP:
        return ctx_sleep(context, 77);
    case OPEN:
        return ctx_open_at(context, 3, buffer, 4, 5);
    case READ:
        return ctx_read(context, 6, buffer, sizeof buffer);
    case WRITE:
        return ctx_write(context, 6, buffer, sizeof buffer);
    case FSYNC:
        return ctx_fsync(context, 6);
    case CLOSE:
        return ctx_close(context, 6);
    case ACCEPT:
        return ctx_accept(context, 6);
    case RECEIVE:
        return ctx_receive(context, 6, buffer, sizeof buffer);
    default:
        return ctx_send(context, 6, buffer, sizeof buffer);
    }
}

/* Task 0 makes all calls, and each lasts until task 1 has computed, with the lock, which task 0
 * hands over nowhere else. Task 1 hands it over when asked, so that task 0 comes back. */
static int meeting_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    (void)state;
    *checksum = index;
    for (unsigned i = 0; i < CALLS; i++) {
        if (index == 0) {
            wrong_at += call(context, i) != 10 + (ssize_t)i;
            continue;
        }
        while (!(told & 1U << i)) {
            ctx_yield(context);
        }
        met = true;
    }
    return 0;
}

static const struct workload meeting = {.name = "meeting", .task = meeting_task};

static void every_wait_lets_another_one_compute(void **state)
{
    (void)state;
    met = false;
    told = wrong_at = 0;
    launch(&mode_thread_gil, 2, 2, SHORT_NS, &fake_wait, &meeting);
    assert_int_equal(told, (1U << CALLS) - 1);
    assert_int_equal(wrong_at, 0);
    /* Task 1 had the lock when the calls came back. */
    assert_true(run.job.tasks[0].waited_ns > 0);
    mode_run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_task_at_a_time_computes, limit),
        cmocka_unit_test_setup(a_cap_holds, limit),
        cmocka_unit_test_setup(every_wait_lets_another_one_compute, limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
