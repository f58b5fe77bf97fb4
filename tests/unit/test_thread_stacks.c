/* The stacks of many threads, and the mode `thread` above the number from which it uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/modes/mode.h"
#include "bench/modes/thread_stacks.h"
#include "bench/registry.h"

enum { TASKS = 200, WORKERS = 20, BELOW = 16, FORBIDDEN = 100 };

/* --- stacks --- */

struct range {
    char *low;
    size_t bytes;
};

static struct range stack_of(const struct thread_stacks *stacks, uint64_t index)
{
    pthread_attr_t attr;
    void *low;
    struct range range;
    pthread_attr_init(&attr);
    assert_int_equal(thread_stacks_use(stacks, index, &attr), 0);
    assert_int_equal(pthread_attr_getstack(&attr, &low, &range.bytes), 0);
    pthread_attr_destroy(&attr);
    range.low = low;
    return range;
}

static bool is_mapped(const void *address)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident;
    return mincore((void *)((uintptr_t)address & ~(page - 1)), page, &resident) == 0;
}

static size_t resident_pages(const struct range *range)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), sum = 0;
    for (size_t at = 0; at < range->bytes; at += page) {
        unsigned char resident;
        assert_int_equal(mincore(range->low + at, page, &resident), 0);
        sum += resident & 1;
    }
    return sum;
}

static void stacks_lie_apart_and_can_be_written(void **state)
{
    struct thread_stacks stacks;
    uintptr_t end = 0;
    (void)state;
    assert_int_equal(thread_stacks_init(&stacks, 5), 0);
    for (uint64_t i = 0; i < 5; i++) {
        struct range range = stack_of(&stacks, i);
        assert_true((uintptr_t)range.low >= end + stacks.guard);
        assert_int_equal((uintptr_t)range.low % (uintptr_t)sysconf(_SC_PAGESIZE), 0);
        assert_true(range.bytes >= THREAD_STACK_BYTES - 4096 * 4);
        memset(range.low, (int)i + 1, range.bytes);
        end = (uintptr_t)range.low + range.bytes;
    }
    for (uint64_t i = 0; i < 5; i++) {
        struct range range = stack_of(&stacks, i);
        assert_int_equal(range.low[0], i + 1);
        assert_int_equal(range.low[range.bytes - 1], i + 1);
    }
    thread_stacks_end(&stacks);
}

static void a_stack_takes_only_the_pages_that_it_uses(void **state)
{
    struct thread_stacks stacks;
    (void)state;
    /* Room for a huge page, wherever the mapping begins. */
    assert_int_equal(thread_stacks_init(&stacks, 64), 0);
    struct range used = stack_of(&stacks, 40);
    used.low[used.bytes - 1] = 1;
    for (uint64_t i = 0; i < 64; i++) {
        struct range range = stack_of(&stacks, i);
        assert_int_equal(resident_pages(&range), i == 40 ? 1 : 0);
    }
    thread_stacks_end(&stacks);
}

static void below_a_stack_lies_its_guard(void **state)
{
    struct thread_stacks stacks;
    int ends[2];
    (void)state;
    assert_int_equal(thread_stacks_init(&stacks, 3), 0);
    if (stacks.guard == 0) {
        thread_stacks_end(&stacks);
        skip(); /* an older kernel */
    }
    assert_int_equal(pipe(ends), 0);
    for (uint64_t i = 0; i < 3; i++) {
        struct range range = stack_of(&stacks, i);
        assert_int_equal(write(ends[1], range.low, 1), 1);
        assert_int_equal(write(ends[1], range.low - 1, 1), -1);
        assert_int_equal(errno, EFAULT);
    }
    close(ends[0]);
    close(ends[1]);
    thread_stacks_end(&stacks);
}

static void stacks_are_given_back(void **state)
{
    struct thread_stacks stacks;
    (void)state;
    assert_int_equal(thread_stacks_init(&stacks, 3), 0);
    const char *first = stack_of(&stacks, 0).low, *last = stack_of(&stacks, 2).low;
    assert_true(is_mapped(first) && is_mapped(last));
    thread_stacks_end(&stacks);
    assert_false(is_mapped(first) || is_mapped(last));
    thread_stacks_end(&stacks);
}

static void more_than_there_is_room_for(void **state)
{
    struct thread_stacks stacks;
    (void)state;
    assert_int_equal(thread_stacks_init(&stacks, UINT64_MAX), -ENOMEM);
    thread_stacks_end(&stacks);
    assert_int_equal(thread_stacks_init(&stacks, UINT64_C(1) << 47), -ENOMEM);
    thread_stacks_end(&stacks);
}

/* --- the mode --- */

struct seen {
    atomic_int runs[TASKS];
    char *address[TASKS]; /* lowest of the stack */
    size_t stack[TASKS];
    atomic_uint alive;
    unsigned together;         /* each task waits until so many have begun */
    struct pin_target *forbid; /* not NULL: task FORBIDDEN leaves no CPU to those made after it */
};

/* CPUs that are not there: a thread bound to them cannot be made. */
static void leave_no_cpu(struct pin_target *pin)
{
    CPU_ZERO(&pin->cpus);
    CPU_SET(CPU_SETSIZE - 1, &pin->cpus);
}

static int look_at_stack(struct task_context *context, const void *state, uint64_t index,
                         uint64_t *checksum)
{
    struct seen *seen = *(struct seen *const *)state;
    pthread_attr_t attr;
    void *low;
    (void)context;
    if (pthread_getattr_np(pthread_self(), &attr) != 0 ||
        pthread_attr_getstack(&attr, &low, &seen->stack[index]) != 0) {
        return -EIO;
    }
    pthread_attr_destroy(&attr);
    seen->address[index] = low;
    atomic_fetch_add(&seen->runs[index], 1);
    atomic_fetch_add(&seen->alive, 1);
    while (atomic_load(&seen->alive) < seen->together) {
        sched_yield();
    }
    if (seen->forbid && index == FORBIDDEN) {
        leave_no_cpu(seen->forbid);
    }
    *checksum = index;
    return 0;
}

static const struct workload looking = {.name = "looking", .task = look_at_stack};

struct fixture {
    struct shared *shared;
    size_t bytes;
    struct job job;
    struct seen seen, *state;
};

static void start(struct fixture *f, uint64_t workers, unsigned together, uint64_t pins)
{
    const struct mode *mode;
    struct shared plan = {.request = {.tasks = TASKS, .workers = workers, .pin_count = pins}};
    memset(f, 0, sizeof *f);
    f->bytes = shared_layout(&plan, workers, 0);
    f->shared = mmap(NULL, f->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(f->shared != MAP_FAILED);
    *f->shared = plan;
    snprintf(f->shared->request.workload, TEXT_NAME, "empty");
    snprintf(f->shared->request.mode, TEXT_NAME, "thread");
    snprintf(f->shared->request.wait, TEXT_NAME, "blocking");
    assert_int_equal(job_init(&f->job, f->shared, &mode), 0);
    f->seen.together = together;
    f->state = &f->seen;
    f->job.workload = &looking;
    f->job.state = &f->state;
}

static void finish(struct fixture *f)
{
    munmap(f->shared, f->bytes);
}

static void assert_each_ran_once(const struct fixture *f)
{
    for (size_t i = 0; i < TASKS; i++) {
        const struct task_record *record = &f->job.tasks[i];
        assert_int_equal(f->seen.runs[i], 1);
        assert_int_equal(record->state, TASK_ENDED);
        assert_int_equal(record->error, 0);
        assert_int_equal(record->checksum, i);
        assert_true(record->queued_ns > 0 && record->queued_ns <= record->start_ns);
    }
}

static int by_address(const void *left, const void *right)
{
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    return (a > b) - (a < b);
}

static size_t distinct_stacks(struct seen *seen)
{
    size_t count = 1;
    qsort(seen->address, TASKS, sizeof *seen->address, by_address);
    for (size_t i = 1; i < TASKS; i++) {
        count += seen->address[i] != seen->address[i - 1];
    }
    return count;
}

static bool is_small(size_t stack)
{
    return stack <= THREAD_STACK_BYTES;
}

static void run_task(const struct job *job, void *argument, uint64_t worker, uint64_t task)
{
    (void)argument;
    job_run_task(job, worker, task);
}

static void many_at_once_have_small_stacks(void **state)
{
    static struct fixture f;
    (void)state;
    start(&f, TASKS, TASKS, 0);
    assert_int_equal(thread_launch(&f.job, BELOW, run_task, NULL), 0);
    assert_each_ran_once(&f);
    for (size_t i = 0; i < TASKS; i++) {
        assert_true(is_small(f.seen.stack[i]));
        assert_int_equal(f.job.workers[i].lives, 1);
    }
    assert_int_equal(distinct_stacks(&f.seen), TASKS);
    assert_true(f.job.spawn_ns > 0);
    assert_false(is_mapped(f.seen.address[0]));
    finish(&f);
}

static void up_to_the_number_stacks_are_as_pthread_create_makes_them(void **state)
{
    static struct fixture f;
    pthread_attr_t attr;
    size_t usual;
    (void)state;
    assert_int_equal(pthread_getattr_default_np(&attr), 0);
    assert_int_equal(pthread_attr_getstacksize(&attr, &usual), 0);
    pthread_attr_destroy(&attr);
    start(&f, TASKS, TASKS, 0);
    assert_int_equal(thread_launch(&f.job, TASKS, run_task, NULL), 0);
    assert_each_ran_once(&f);
    for (size_t i = 0; i < TASKS; i++) {
        assert_true(f.seen.stack[i] >= usual);
    }
    finish(&f);

    start(&f, TASKS, TASKS, 0);
    assert_int_equal(registry_mode("thread")->launch(&f.job), 0);
    assert_each_ran_once(&f);
    assert_true(f.seen.stack[0] >= usual);
    finish(&f);
}

static void capped_threads_take_over_a_stack(void **state)
{
    static struct fixture f;
    (void)state;
    start(&f, WORKERS, WORKERS, 0);
    assert_int_equal(thread_launch(&f.job, BELOW, run_task, NULL), 0);
    assert_each_ran_once(&f);
    uint64_t lives = 0;
    for (size_t i = 0; i < WORKERS; i++) {
        lives += f.job.workers[i].lives;
    }
    assert_int_equal(lives, TASKS);
    for (size_t i = 0; i < TASKS; i++) {
        assert_true(is_small(f.seen.stack[i]));
    }
    assert_int_equal(distinct_stacks(&f.seen), WORKERS);
    finish(&f);
}

static void pin_all(struct fixture *f, uint64_t pins)
{
    for (uint64_t i = 0; i < pins; i++) {
        struct pin_target *pin = &shared_pins(f->shared)[i];
        assert_int_equal(sched_getaffinity(0, sizeof pin->cpus, &pin->cpus), 0);
    }
}

static void assert_failed(struct fixture *f, uint64_t own_stacks_most, const char *words)
{
    assert_int_equal(thread_launch(&f->job, own_stacks_most, run_task, NULL), -EINVAL);
    assert_non_null(strstr(f->job.err.text, words));
    assert_non_null(strstr(f->job.err.text, strerror(EINVAL)));
    /* What was made has ended and is joined: no stack of it is left in use. */
    int made = 0;
    for (size_t i = 0; i < TASKS; i++) {
        int runs = f->seen.runs[i];
        assert_true(runs <= 1);
        assert_int_equal(f->job.tasks[i].state, runs ? TASK_ENDED : TASK_WAITING);
        made += runs;
    }
    assert_in_range(made, 1, TASKS - 1);
}

static void a_thread_that_cannot_be_made(void **state)
{
    static struct fixture f;
    (void)state;
    /* Often enough that it meets either of the two that create them. */
    for (int i = 0; i < 10; i++) {
        start(&f, TASKS, 0, TASKS);
        pin_all(&f, TASKS);
        leave_no_cpu(&shared_pins(f.shared)[FORBIDDEN]);
        assert_failed(&f, BELOW, "task 100 of 200");
        assert_int_equal(f.seen.runs[FORBIDDEN], 0);
        finish(&f);
    }

    start(&f, TASKS, 0, TASKS);
    pin_all(&f, TASKS);
    leave_no_cpu(&shared_pins(f.shared)[FORBIDDEN]);
    assert_failed(&f, TASKS, "task 100 of 200");
    for (size_t i = FORBIDDEN; i < TASKS; i++) {
        assert_int_equal(f.seen.runs[i], 0);
    }
    finish(&f);

    /* One slot: the next thread is made when this task has ended. */
    start(&f, 1, 0, 1);
    pin_all(&f, 1);
    f.seen.forbid = shared_pins(f.shared);
    assert_failed(&f, 0, "task 101 of 200");
    for (size_t i = 0; i < TASKS; i++) {
        assert_int_equal(f.seen.runs[i], i <= FORBIDDEN);
    }
    finish(&f);
}

static void tasks_that_arrive_in_turn_are_made_in_turn(void **state)
{
    static struct fixture f;
    (void)state;
    start(&f, TASKS, 0, 0);
    f.job.paced = true;
    f.shared->report.clock_start_ns = clock_now_ns();
    for (uint64_t i = 0; i < TASKS; i++) {
        f.job.tasks[i].queued_ns = i * 20000;
    }
    assert_int_equal(thread_launch(&f.job, BELOW, run_task, NULL), 0);
    assert_each_ran_once(&f);
    for (uint64_t i = 0; i < TASKS; i++) {
        uint64_t arrival = f.shared->report.clock_start_ns + i * 20000;
        assert_int_equal(f.job.tasks[i].queued_ns, arrival);
        assert_true(f.job.tasks[i].start_ns >= arrival);
    }
    finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_lie_apart_and_can_be_written),
        cmocka_unit_test(a_stack_takes_only_the_pages_that_it_uses),
        cmocka_unit_test(below_a_stack_lies_its_guard),
        cmocka_unit_test(stacks_are_given_back),
        cmocka_unit_test(more_than_there_is_room_for),
        cmocka_unit_test(many_at_once_have_small_stacks),
        cmocka_unit_test(up_to_the_number_stacks_are_as_pthread_create_makes_them),
        cmocka_unit_test(capped_threads_take_over_a_stack),
        cmocka_unit_test(a_thread_that_cannot_be_made),
        cmocka_unit_test(tasks_that_arrive_in_turn_are_made_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
