/* process-coroutine and process-thread: processes, each of which runs many tasks at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/mode_run.h"
#include "tests/unit/valgrind.h"

extern const struct mode mode_process_coroutine, mode_process_thread;

enum { TASKS = 50, WORKERS = 3, WIDTH = 4, HIGH = 1100 };

#define US UINT64_C(1000)

static const struct mode *const modes[] = {&mode_process_coroutine, &mode_process_thread};
enum { MODES = sizeof modes / sizeof modes[0] };

/* --- what the tasks leave behind, in memory that the workers share --- */

struct marks {
    _Atomic uint32_t runs[TASKS];
    _Atomic uint32_t alive[WORKERS], most[WORKERS]; /* in each process */
    _Atomic uint32_t wrong;
};

static struct marks *marks;
static struct mode_run run;

static uint64_t checksum_of(uint64_t index)
{
    return 7 * index + 3;
}

static int marking_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    uint64_t process = index % run.job.worker_count;
    uint64_t first = run.job.worker_count * WIDTH; /* tasks that each process begins with */
    (void)state;
    uint32_t alive = atomic_fetch_add(&marks->alive[process], 1) + 1, most;
    do {
        most = marks->most[process];
    } while (alive > most && !atomic_compare_exchange_weak(&marks->most[process], &most, alive));
    marks->runs[index]++;
    /* Those that begin wait for each other: so many must run at once. */
    while (run.job.task_count == TASKS && index < first && marks->most[process] < WIDTH) {
        marks->wrong += ctx_sleep(context, 20 * US) != 0;
    }
    marks->wrong += ctx_sleep(context, (index % 3) * 10 * US) != 0;
    marks->alive[process]--;
    *checksum = checksum_of(index);
    return index == 11 ? -ENOSPC : 0;
}

static const struct workload marking = {.name = "marking", .task = marking_task};

static const struct wait *wait_of(const struct mode *mode)
{
    return mode == &mode_process_thread ? &wait_blocking : &wait_epoll;
}

static void begin(const struct mode *mode, uint64_t tasks, bool paced,
                  const struct workload *workload)
{
    struct request request = {.tasks = tasks,
                              .workers = WORKERS,
                              .width = WIDTH,
                              .threads = mode->inner == MODE_INNER_THREADS ? WIDTH : 1,
                              .paced = paced};
    memset(marks, 0, sizeof *marks);
    mode_run_begin(&run, &request, wait_of(mode), workload);
    for (uint64_t i = 0; i < WORKERS * request.threads; i++) {
        run.job.workers[i].process = 0; /* whoever runs tasks says who it is */
    }
}

static void end(void)
{
    /* None is left, dead or alive. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    mode_run_end(&run);
}

static void check_tasks(void)
{
    assert_int_equal(marks->wrong, 0);
    for (uint64_t i = 0; i < run.job.task_count; i++) {
        const struct task_record *record = &run.job.tasks[i];
        assert_int_equal(marks->runs[i], 1);
        assert_int_equal(record->state, TASK_ENDED);
        assert_int_equal(record->checksum, checksum_of(i));
        assert_int_equal(record->error, i == 11 ? -ENOSPC : 0);
        assert_true(record->queued_ns > 0 && record->queued_ns <= record->start_ns);
        assert_true(record->start_ns <= record->end_ns);
        assert_int_equal(record->worker / run.job.threads, i % WORKERS);
        /* The same process for the whole share, and another one for each share. */
        assert_int_not_equal(record->process, getpid());
        assert_int_equal(record->process, run.job.tasks[i % WORKERS].process);
        for (uint64_t other = 0; other < i && other < WORKERS; other++) {
            assert_int_equal(record->process == run.job.tasks[other].process, i % WORKERS == other);
        }
        assert_int_equal(run.job.workers[record->worker].process, record->process);
    }
}

static void every_task_runs_once_in_its_process(void **state)
{
    (void)state;
    for (size_t m = 0; m < MODES; m++) {
        begin(modes[m], TASKS, false, &marking);
        mode_run_went_well(&run, modes[m]->launch(&run.job));
        check_tasks();
        for (size_t w = 0; w < WORKERS; w++) {
            assert_int_equal(marks->most[w], WIDTH); /* reached, and never more */
            assert_int_equal(marks->alive[w], 0);
        }
        assert_true(run.job.spawn_ns > 0);
        end();
    }
}

static void each_thread_has_a_record_of_its_own(void **state)
{
    (void)state;
    begin(&mode_process_thread, TASKS, false, &marking);
    mode_run_went_well(&run, mode_process_thread.launch(&run.job));
    for (uint64_t i = 0; i < WORKERS * WIDTH; i++) {
        assert_int_equal(run.job.workers[i].lives, 1);
        assert_int_equal(run.job.workers[i].process, run.job.workers[i - i % WIDTH].process);
        /* Those that ran at the same time. */
        for (uint64_t other = 0; other < i; other++) {
            assert_int_not_equal(run.job.tasks[i].worker, run.job.tasks[other].worker);
        }
    }
    end();

    begin(&mode_process_coroutine, TASKS, false, &marking);
    mode_run_went_well(&run, mode_process_coroutine.launch(&run.job));
    for (uint64_t i = 0; i < WORKERS; i++) {
        assert_int_equal(run.job.workers[i].lives, 1);
    }
    end();
}

static void shares_may_be_small_or_empty(void **state)
{
    static const uint64_t counts[] = {1, 2, 3, 4, 7};
    (void)state;
    for (size_t m = 0; m < MODES; m++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            begin(modes[m], counts[c], false, &marking);
            mode_run_went_well(&run, modes[m]->launch(&run.job));
            check_tasks();
            uint32_t lives = 0;
            for (uint64_t i = 0; i < WORKERS * run.job.threads; i++) {
                lives += run.job.workers[i].lives;
            }
            /* No more threads than tasks: the others would only be made and joined. */
            assert_int_equal(lives, modes[m] == &mode_process_thread ? counts[c] : WORKERS);
            end();
        }
    }
}

static void no_task_starts_before_it_arrives(void **state)
{
    (void)state;
    for (size_t m = 0; m < MODES; m++) {
        uint64_t arrivals[TASKS];
        begin(modes[m], TASKS, true, &marking);
        for (uint64_t i = 0; i < TASKS; i++) {
            arrivals[i] = run.job.tasks[i].queued_ns = i * 200 * US;
        }
        run.shared->report.clock_start_ns = clock_now_ns();
        mode_run_went_well(&run, modes[m]->launch(&run.job));
        check_tasks();
        for (uint64_t i = 0; i < TASKS; i++) {
            assert_int_equal(run.job.tasks[i].queued_ns,
                             run.shared->report.clock_start_ns + arrivals[i]);
        }
        end();
    }
}

static void a_shared_stack_will_do(void **state)
{
    (void)state;
    begin(&mode_process_coroutine, TASKS, false, &marking);
    run.shared->request.shared_stack = true;
    mode_run_went_well(&run, mode_process_coroutine.launch(&run.job));
    check_tasks();
    end();
}

/* --- what fails --- */

static int killer_signal;

/* Task 7 ends its process; the tasks of the others wait for ever, or nearly. */
static int dying_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    (void)state;
    *checksum = 0;
    if (index != 7) {
        return index % WORKERS == 7 % WORKERS ? 0 : ctx_sleep(context, 3600 * NS_PER_SECOND);
    }
    /* Those of its process that came before it are over, so that they cannot be meant. */
    while (run.job.tasks[1].state != TASK_ENDED || run.job.tasks[4].state != TASK_ENDED) {
        ctx_sleep(context, 20 * US);
    }
    if (killer_signal == 0) {
        syscall(SYS_exit_group, 9); /* no library must have its say */
    }
    raise(killer_signal);
    return 0;
}

static const struct workload dying = {.name = "dying", .task = dying_task};

static void says(const char *word)
{
    if (!strstr(run.job.err.text, word)) {
        fail_msg("'%s' is not in: %s", word, run.job.err.text);
    }
}

static void a_worker_that_dies_is_named_with_its_task(void **state)
{
    (void)state;
    for (size_t m = 0; m < MODES; m++) {
        char who[64];
        begin(modes[m], TASKS, false, &dying);
        killer_signal = SIGKILL;
        assert_int_equal(modes[m]->launch(&run.job), -ECHILD);
        assert_int_equal(run.job.status, STATUS_CRASHED);
        snprintf(who, sizeof who, "worker process %d was killed by signal 9",
                 run.job.workers[run.job.tasks[7].worker].process);
        says(who);
        says("in task 7");
        end();

        begin(modes[m], TASKS, false, &dying);
        killer_signal = 0;
        assert_int_equal(modes[m]->launch(&run.job), -ECHILD);
        assert_int_equal(run.job.status, STATUS_FAILED);
        says("exited with status 9");
        says("in task 7");
        end();
    }
}

static int touching_task(struct task_context *context, const void *state, uint64_t index,
                         uint64_t *checksum)
{
    char byte;
    (void)state;
    *checksum = 0;
    return index == 1 ? (int)ctx_receive(context, HIGH, &byte, 1)
                      : ctx_sleep(context, 3600 * NS_PER_SECOND);
}

static const struct workload touching = {.name = "touching", .task = touching_task};

static void a_worker_whose_loop_fails_says_why(void **state)
{
    struct rlimit limit;
    int fds[2];
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(dup2(fds[0], HIGH), HIGH);

    begin(&mode_process_coroutine, TASKS, false, &touching);
    run.job.wait = &wait_select;
    assert_true(mode_process_coroutine.launch(&run.job) < 0);
    assert_int_equal(run.job.status, STATUS_UNSUPPORTED);
    says("select");
    says("1024");
    says("1100");
    assert_null(strstr(run.job.err.text, "exited"));
    end();

    close(HIGH);
    close(fds[0]);
    close(fds[1]);
}

static uint64_t apart_ns; /* between two workers' failures */

static int no_engine(struct loop *loop, struct error *err)
{
    (void)loop;
    uint32_t place = marks->runs[0]++;
    while (marks->runs[0] < WORKERS) {
        sched_yield();
    }
    uint64_t until = clock_now_ns() + place * apart_ns;
    while (clock_now_ns() < until) {
    }
    return error_set(err, -ENOMEM, "the test's loop cannot be opened");
}

/* What is no fault of the kernel is a failure. All workers have it, one shortly after the other,
 * and yet what the first of them says is heard whole. */
static void a_worker_that_cannot_begin_says_why(void **state)
{
    static const struct loop_engine engine = {.bytes = sizeof(struct loop), .open = no_engine};
    static const struct wait wait_none = {.name = "none", .engine = &engine};
    (void)state;
    for (uint64_t i = 0; i < 1000; i += on_valgrind() ? 20 : 1) {
        apart_ns = i % 500 * 500;
        begin(&mode_process_coroutine, TASKS, false, &marking);
        run.job.wait = &wait_none;
        assert_true(mode_process_coroutine.launch(&run.job) < 0);
        assert_int_equal(run.job.status, STATUS_FAILED);
        assert_string_equal(run.job.err.text, "the test's loop cannot be opened");
        end();
    }
}

static int make_marks(void **state)
{
    (void)state;
    marks = mmap(NULL, sizeof *marks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return marks == MAP_FAILED ? -1 : 0;
}

static int unmake_marks(void **state)
{
    (void)state;
    return munmap(marks, sizeof *marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_in_its_process),
        cmocka_unit_test(each_thread_has_a_record_of_its_own),
        cmocka_unit_test(shares_may_be_small_or_empty),
        cmocka_unit_test(no_task_starts_before_it_arrives),
        cmocka_unit_test(a_shared_stack_will_do),
        cmocka_unit_test(a_worker_that_dies_is_named_with_its_task),
        cmocka_unit_test(a_worker_whose_loop_fails_says_why),
        cmocka_unit_test(a_worker_that_cannot_begin_says_why),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, make_marks, unmake_marks);
}
