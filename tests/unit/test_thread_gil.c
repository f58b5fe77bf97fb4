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

enum { LIMIT_S = 1000, TASKS = 40, CAP = 3, STEPS = 200 };

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

/* --- so does every wait for a shared object --- */

enum { MUTEX, SPIN, RW, RW_SHARED, SEMAPHORE, EVENT, CONDITION, BARRIER, OBJECTS };

static const struct {
    enum object_kind kind;
    uint64_t count;
} objects[OBJECTS] = {
    [MUTEX] = {OBJECT_MUTEX, 0},
    [SPIN] = {OBJECT_SPIN, 0},
    [RW] = {OBJECT_RW, 0},
    [RW_SHARED] = {OBJECT_RW, 0},
    [SEMAPHORE] = {OBJECT_SEMAPHORE, 1},
    [EVENT] = {OBJECT_EVENT, 0},
    [CONDITION] = {OBJECT_CONDITION, 0},
    [BARRIER] = {OBJECT_BARRIER, 2},
};

static void make_objects(struct sync_area *area)
{
    for (uint32_t i = 0; i < OBJECTS; i++) {
        assert_int_equal(sync_make(area, i, objects[i].kind, objects[i].count), 0);
    }
}

static atomic_uint taken, passed; /* objects that task 0 has taken, and task 1 after it */

/* What task 1 has to wait for. */
static int take(struct task_context *context, uint32_t object)
{
    switch (object) {
    case RW_SHARED:
        return ctx_lock_shared(context, object);
    case SEMAPHORE:
        return ctx_acquire(context, object);
    case EVENT:
        return ctx_await(context, object);
    case CONDITION:
        return ctx_wait(context, object, MUTEX);
    case BARRIER:
        return ctx_arrive(context, object) < 0;
    default:
        return ctx_lock(context, object);
    }
}

/* What task 0 does before, and after which task 1 goes on. */
static int occupy(struct task_context *context, uint32_t object)
{
    return object == SEMAPHORE ? ctx_acquire(context, object)
           : object == EVENT || object == CONDITION || object == BARRIER
               ? 0
               : ctx_lock(context, object);
}

static int let_go(struct task_context *context, uint32_t object)
{
    return object == SEMAPHORE   ? ctx_release(context, object)
           : object == EVENT     ? ctx_set(context, object)
           : object == CONDITION ? ctx_signal(context, object)
           : object == BARRIER   ? ctx_arrive(context, object) < 0
                                 : ctx_unlock(context, object);
}

static bool waits(const struct task_context *context, uint64_t task)
{
    return sync_wait_of(context->area, task)->sequence % 2 == 1;
}

/* Task 0 computes until task 1 waits for it, and only then lets it go on: if task 1 kept the
 * interpreter lock in its wait, both would stand still. */
static int sharing_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    (void)state;
    *checksum = index;
    for (uint32_t object = 0; object < OBJECTS; object++) {
        if (index == 0) {
            wrong_at += occupy(context, object) != 0;
            taken = object + 1;
            while (!waits(context, 1)) {
                compute(context, 1);
            }
            wrong_at += let_go(context, object) != 0;
            while (passed != object + 1) {
                compute(context, 1);
            }
            continue;
        }
        while (taken != object + 1) {
            compute(context, 1);
        }
        wrong_at += object == CONDITION && ctx_lock(context, MUTEX) != 0;
        wrong_at += take(context, object) != 0;
        compute(context, STEPS);
        if (object <= RW_SHARED || object == CONDITION) {
            wrong_at += ctx_unlock(context, object == CONDITION ? MUTEX : object) != 0;
        }
        passed = object + 1;
    }
    return 0;
}

static const struct workload sharing = {.name = "sharing", .task = sharing_task};

static void every_wait_for_an_object_lets_another_one_compute(void **state)
{
    const struct request request = {
        .tasks = 2,
        .workers = 2,
        .objects = OBJECTS,
        .schedule = {.kind = SCHEDULE_GIL, .slice_ns = SHORT_NS},
    };
    (void)state;
    reset();
    taken = passed = wrong_at = 0;
    mode_run_begin(&run, &request, &wait_blocking, &sharing);
    make_objects(run.job.area);
    mode_run_went_well(&run, mode_thread_gil.launch(&run.job));
    assert_int_equal(run.job.tasks[1].state, TASK_ENDED);
    assert_int_equal(wrong_at, 0);
    assert_int_equal(most_inside, 1);
    mode_run_end(&run);
}

/* --- but not what is free --- */

static unsigned blocked, went_on;

static void count_blocked(struct task_context *context)
{
    (void)context;
    blocked++;
}

static void count_went_on(struct task_context *context)
{
    (void)context;
    went_on++;
}

static void what_is_free_is_not_waited_for(void **state)
{
    static const struct wait_calls counting = {.blocks = count_blocked, .goes_on = count_went_on};
    const struct request request = {.tasks = 1, .workers = 1, .objects = OBJECTS};
    (void)state;
    mode_run_begin(&run, &request, &wait_blocking, &sharing);
    make_objects(run.job.area);
    struct task_context context = {
        .calls = &counting, .sync = run.job.sync, .area = run.job.area, .task = 0};
    for (uint32_t object = MUTEX; object <= SEMAPHORE; object++) {
        assert_int_equal(take(&context, object), 0);
        assert_int_equal(let_go(&context, object), 0);
    }
    assert_int_equal(let_go(&context, EVENT), 0);
    assert_int_equal(take(&context, EVENT), 0);
    assert_int_equal(let_go(&context, CONDITION), 0);
    assert_int_equal(blocked, 0);
    assert_int_equal(went_on, 0);
    mode_run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_wait_for_an_object_lets_another_one_compute, limit),
        cmocka_unit_test_setup(what_is_free_is_not_waited_for, limit),
        cmocka_unit_test_setup(one_task_at_a_time_computes, limit),
        cmocka_unit_test_setup(a_cap_holds, limit),
        cmocka_unit_test_setup(every_wait_lets_another_one_compute, limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
