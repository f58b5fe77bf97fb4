#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/modes/mode.h"
#include "bench/repetition/job.h"
#include "bench/waits/wait.h"
#include "workloads/chain.h"

enum { TASKS = 5, WORKERS = 3 };

/* Task i leaves what it saw; task 3 fails. */
static int watched_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    const struct job *job = state;
    assert_non_null(context->calls);
    *checksum = 1000 * index + atomic_load(&job->tasks[index].state);
    return index == 3 ? -ENOSPC : 0;
}

static const struct workload watched = {.name = "watched", .task = watched_task};

struct fixture {
    struct shared *shared;
    size_t bytes;
    struct job job;
    const struct mode *mode;
};

/* Shared with forked children, as the executor's mapping is; `pins` targets, all empty. */
static int set_up(struct fixture *f, size_t pins)
{
    struct shared plan = {.request = {.tasks = TASKS, .workers = WORKERS, .pin_count = pins}};
    f->bytes = shared_layout(&plan, WORKERS, 0);
    f->shared = mmap(NULL, f->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (f->shared == MAP_FAILED) {
        return -errno;
    }
    *f->shared = plan;
    snprintf(f->shared->request.workload, TEXT_NAME, "cpu");
    snprintf(f->shared->request.mode, TEXT_NAME, "thread");
    snprintf(f->shared->request.wait, TEXT_NAME, "blocking");
    return 0;
}

static void start(struct fixture *f, size_t pins)
{
    assert_int_equal(set_up(f, pins), 0);
    assert_int_equal(job_init(&f->job, f->shared, &f->mode), 0);
    f->job.workload = &watched;
    f->job.state = &f->job;
}

static void finish(struct fixture *f)
{
    munmap(f->shared, f->bytes);
}

/* The last CPU that this process may use: rarely the one it happens to be on. */
static int allowed_cpu(void)
{
    cpu_set_t set;
    int last = -1;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        last = CPU_ISSET((size_t)cpu, &set) ? cpu : last;
    }
    assert_true(last >= 0);
    return last;
}

static int forbidden_cpu(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
        if (!CPU_ISSET((size_t)cpu, &set)) {
            return cpu;
        }
    }
    return -1;
}

/* --- the request --- */

static void a_job_is_read_from_its_request(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(set_up(&f, 2), 0);
    assert_int_equal(job_init(&f.job, f.shared, &f.mode), 0);
    assert_string_equal(f.mode->name, "thread");
    assert_string_equal(f.job.workload->name, "cpu");
    assert_ptr_equal(f.job.wait, &wait_blocking);
    assert_int_equal(f.job.task_count, TASKS);
    assert_int_equal(f.job.worker_count, WORKERS);
    assert_int_equal(f.job.status, STATUS_FAILED); /* until it is known to be well */
    /* The parts lie in the mapping and apart from each other. */
    uintptr_t pins_end = (uintptr_t)(shared_pins(f.shared) + 2);
    assert_true((uintptr_t)f.job.workers >= pins_end);
    assert_true((uintptr_t)f.job.tasks >= (uintptr_t)(f.job.workers + WORKERS));
    assert_true((uintptr_t)(f.job.tasks + TASKS) <= (uintptr_t)f.shared + f.bytes);
    assert_int_equal((uintptr_t)f.job.tasks % 256, 0);
    assert_int_equal((uintptr_t)shared_pool(f.shared) % 256, 0);
    finish(&f);
}

static void unknown_names_are_refused(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(set_up(&f, 0), 0);
    char *const names[] = {f.shared->request.workload, f.shared->request.mode,
                           f.shared->request.wait};
    for (size_t i = 0; i < 3; i++) {
        char first = names[i][0];
        names[i][0] = '?';
        assert_int_equal(job_init(&f.job, f.shared, &f.mode), -EINVAL);
        assert_string_not_equal(f.job.err.text, "");
        names[i][0] = first;
    }
    assert_int_equal(job_init(&f.job, f.shared, &f.mode), 0);
    finish(&f);
}

/* --- records --- */

static void a_task_leaves_its_record(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 0);
    f.job.workers[2].process = 4711;
    uint64_t before = clock_now_ns();
    job_queued(&f.job, 1);
    job_run_task(&f.job, 2, 1);
    uint64_t after = clock_now_ns();

    const struct task_record *record = &f.job.tasks[1];
    assert_int_equal(record->checksum, 1000 + TASK_STARTED); /* it was marked while it ran */
    assert_int_equal(atomic_load(&record->state), TASK_ENDED);
    assert_int_equal(record->error, 0);
    assert_int_equal(record->worker, 2);
    assert_int_equal(record->process, 4711);
    assert_true(before <= record->queued_ns && record->queued_ns <= record->start_ns);
    assert_true(record->start_ns <= record->end_ns && record->end_ns <= after);
    assert_true(record->start_cpu < CPU_SETSIZE || record->start_cpu == UINT32_MAX);

    for (uint64_t task = 0; task < TASKS; task++) { /* and no other */
        if (task != 1) {
            assert_int_equal(atomic_load(&f.job.tasks[task].state), TASK_WAITING);
            assert_int_equal(f.job.tasks[task].end_ns, 0);
        }
    }
    finish(&f);
}

static void a_failed_call_is_recorded(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 0);
    job_run_task(&f.job, 0, 3);
    assert_int_equal(f.job.tasks[3].error, -ENOSPC);
    assert_int_equal(atomic_load(&f.job.tasks[3].state), TASK_ENDED);
    finish(&f);
}

static void the_unfinished_task_of_a_worker_is_found(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 0);
    assert_int_equal(job_unfinished_task(&f.job, 0), -1);
    job_run_task(&f.job, 1, 0);
    f.job.tasks[2].worker = 0;
    atomic_store(&f.job.tasks[2].state, TASK_STARTED);
    f.job.tasks[4].worker = 1;
    atomic_store(&f.job.tasks[4].state, TASK_STARTED);
    assert_int_equal(job_unfinished_task(&f.job, 0), 2);
    assert_int_equal(job_unfinished_task(&f.job, 1), 4);
    assert_int_equal(job_unfinished_task(&f.job, 2), -1);
    finish(&f);
}

/* --- a worker's life --- */

static uint64_t cpu_time_ns(void)
{
    struct timespec time;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), 0);
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* Some milliseconds: long enough a life to be read. Reads no clock, which would bring the
 * scheduler's counters up to date. */
static void compute(void)
{
    static volatile uint64_t sink;
    sink = chain_run(sink, 3 * CHAIN_ROUNDS_PER_MS);
}

static void needs_schedstat(void)
{
    if (access("/proc/thread-self/schedstat", R_OK) != 0) {
        skip(); /* a kernel without scheduler statistics: the split is unknown there */
    }
}

static void a_life_of_the_main_thread_starts_at_its_counters(void **state)
{
    struct fixture f;
    (void)state;
    needs_schedstat();
    start(&f, 0);
    for (int round = 0; round < 10; round++) {
        compute();
        uint64_t before = cpu_time_ns();
        job_prepare_main(&f.job);
        f.job.workers[1] = (struct worker_record){0};
        job_worker_begin(&f.job, 1, true);
        compute();
        job_worker_end(&f.job, 1);
        uint64_t all = cpu_time_ns() - before;

        assert_int_equal(f.job.workers[1].lives, 1);
        assert_int_equal(f.job.workers[1].split_known, 1);
        /* Beginning and ending take microseconds of it. */
        assert_in_range(f.job.workers[1].running_ns, all / 2, all);
    }
    assert_int_equal(f.job.workers[0].lives, 0);
    finish(&f);
}

struct life {
    struct fixture *f;
    uint64_t least, most; /* CPU time */
};

static void *live(void *argument)
{
    struct life *life = argument;
    job_worker_begin(&life->f->job, 2, false);
    compute();
    life->least += cpu_time_ns();
    job_worker_end(&life->f->job, 2);
    life->most += cpu_time_ns();
    return NULL;
}

static void lives_in_one_slot_add_up(void **state)
{
    struct fixture f;
    struct life life = {.f = &f};
    (void)state;
    needs_schedstat();
    start(&f, 0);
    job_prepare_main(&f.job);
    for (uint32_t lives = 1; lives <= 2; lives++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, live, &life), 0);
        pthread_join(thread, NULL);
        assert_int_equal(f.job.workers[2].lives, lives);
        assert_int_equal(f.job.workers[2].split_known, lives);
        assert_in_range(f.job.workers[2].running_ns, life.least, life.most);
    }
    finish(&f);
}

static void a_worker_without_pins_is_not_bound(void **state)
{
    struct fixture f;
    cpu_set_t before, after;
    (void)state;
    start(&f, 0);
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    job_worker_begin(&f.job, 0, false);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
    assert_int_equal(f.job.workers[0].pinned, PINNED_OFF);
    finish(&f);
}

/* In a process of its own, so that the tests after it stay unbound. */
static void run_bound(const struct job *job, uint64_t worker, uint64_t task)
{
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        job_worker_begin(job, worker, false);
        job_run_task(job, worker, task);
        job_worker_end(job, worker);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_worker_runs_where_it_is_pinned(void **state)
{
    struct fixture f;
    int cpu = allowed_cpu(), never = forbidden_cpu();
    (void)state;
    if (never < 0) {
        skip();
    }
    start(&f, 2);
    CPU_SET((size_t)never, &shared_pins(f.shared)[0].cpus);
    CPU_SET((size_t)cpu, &shared_pins(f.shared)[1].cpus);

    run_bound(&f.job, 1, 0);
    assert_int_equal(f.job.workers[1].pinned, PINNED_YES);
    assert_int_equal(f.job.tasks[0].start_cpu, cpu);
    assert_int_equal(f.job.tasks[0].end_cpu, cpu);
    run_bound(&f.job, 0, 1); /* a place that is not there: it runs, and says so */
    assert_int_equal(f.job.workers[0].pinned, PINNED_NO);
    assert_int_equal(atomic_load(&f.job.tasks[1].state), TASK_ENDED);
    run_bound(&f.job, 2, 2); /* the third worker begins again at the first target */
    assert_int_equal(f.job.workers[2].pinned, PINNED_NO);
    finish(&f);
}

static void *where_am_i(void *argument)
{
    cpu_set_t *set = argument;
    if (sched_getaffinity(0, sizeof *set, set) != 0) {
        CPU_ZERO(set);
    }
    return NULL;
}

static void a_thread_is_bound_before_it_runs(void **state)
{
    struct fixture f;
    pthread_attr_t attr;
    pthread_t thread;
    cpu_set_t got;
    int cpu = allowed_cpu();
    (void)state;
    start(&f, 1);
    CPU_SET((size_t)cpu, &shared_pins(f.shared)[0].cpus);
    pthread_attr_init(&attr);
    assert_int_equal(job_thread_attr(&f.job, 2, &attr), 0);
    assert_int_equal(pthread_create(&thread, &attr, where_am_i, &got), 0);
    pthread_join(thread, NULL);
    assert_int_equal(CPU_COUNT(&got), 1);
    assert_true(CPU_ISSET((size_t)cpu, &got));
    pthread_attr_destroy(&attr);
    finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_read_from_its_request),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(a_task_leaves_its_record),
        cmocka_unit_test(a_failed_call_is_recorded),
        cmocka_unit_test(the_unfinished_task_of_a_worker_is_found),
        cmocka_unit_test(a_life_of_the_main_thread_starts_at_its_counters),
        cmocka_unit_test(lives_in_one_slot_add_up),
        cmocka_unit_test(a_worker_without_pins_is_not_bound),
        cmocka_unit_test(a_worker_runs_where_it_is_pinned),
        cmocka_unit_test(a_thread_is_bound_before_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
