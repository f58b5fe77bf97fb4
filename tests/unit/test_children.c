/* The worker processes of a mode: who ended, how, and that none is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "bench/modes/children.h"
#include "tests/unit/mode_run.h"

enum { SLOTS = 5, THREADS = 2 };

static struct mode_run run;
static struct children children;
static const struct workload nothing = {.name = "nothing"};

static int start(void **state)
{
    (void)state;
    mode_run_begin(&run,
                   &(struct request){
                       .tasks = 2 * SLOTS, .workers = SLOTS, .width = THREADS, .threads = THREADS},
                   &wait_blocking, &nothing);
    return children_init(&children, &run.job);
}

static int stop(void **state)
{
    (void)state;
    children_end(&children);
    mode_run_end(&run);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void wait_for_ever(void)
{
    for (;;) {
        pause();
    }
}

static void says(const char *word)
{
    if (!strstr(run.job.err.text, word)) {
        fail_msg("'%s' is not in: %s", word, run.job.err.text);
    }
}

static void each_is_reaped_with_its_slot(void **state)
{
    pid_t pids[SLOTS];
    uint64_t slot;
    int gate[2];
    char byte = 0;
    (void)state;
    assert_int_equal(pipe(gate), 0);
    for (uint64_t i = 0; i < SLOTS; i++) {
        pids[i] = children_fork(&children, &run.job, i);
        if (pids[i] == 0) {
            _exit(read(gate[0], &byte, 1) == 1 && run.job.workers[i * THREADS].process == getpid()
                      ? 0
                      : 1);
        }
        assert_true(pids[i] > 0);
        assert_int_equal(run.job.workers[i * THREADS].process, pids[i]);
        assert_int_equal(children.alive, i + 1);
    }
    assert_true(run.job.spawn_ns > 0);
    assert_int_equal(children_reap(&children, &run.job, false, &slot), 0); /* none has ended */
    assert_int_equal(children.alive, SLOTS);
    assert_int_equal(write(gate[1], "12345", SLOTS), SLOTS);
    bool seen[SLOTS] = {false};
    for (uint64_t i = 0; i < SLOTS; i++) {
        if (children_reap(&children, &run.job, true, &slot) != 1) {
            fail_msg("%s", run.job.err.text);
        }
        assert_true(slot < SLOTS && !seen[slot]);
        seen[slot] = true;
        assert_int_equal(children.pids[slot], 0);
        assert_int_equal(children.exit_status, 0);
    }
    assert_int_equal(children.alive, 0);
    close(gate[0]);
    close(gate[1]);
}

/* A slot is used again by the next worker. */
static void slots_serve_again(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3 * SLOTS; i++) {
        uint64_t slot = SLOTS, used = i * 3 % SLOTS;
        pid_t pid = children_fork(&children, &run.job, used);
        if (pid == 0) {
            _exit(0);
        }
        assert_int_equal(children_reap(&children, &run.job, true, &slot), 1);
        assert_int_equal(slot, used);
    }
}

static void a_bad_end_names_worker_and_task(void **state)
{
    uint64_t slot;
    char who[64];
    (void)state;
    /* The task of another worker, and one that ended, are not it; a thread of its own is. */
    run.job.tasks[1].state = TASK_STARTED;
    run.job.tasks[1].worker = 1 * THREADS;
    run.job.tasks[2].state = TASK_ENDED;
    run.job.tasks[2].worker = 3 * THREADS;
    run.job.tasks[6].state = TASK_STARTED;
    run.job.tasks[6].worker = 3 * THREADS + 1;
    pid_t pid = children_fork(&children, &run.job, 3);
    if (pid == 0) {
        raise(SIGKILL);
    }
    assert_int_equal(children_reap(&children, &run.job, true, &slot), -ECHILD);
    assert_int_equal(run.job.status, STATUS_CRASHED);
    snprintf(who, sizeof who, "worker process %d was killed by signal 9", pid);
    says(who);
    says("in task 6");
    assert_int_equal(children.alive, 0);
    assert_int_equal(children.exit_status, 0);

    run.job.status = STATUS_FAILED;
    pid = children_fork(&children, &run.job, 2);
    if (pid == 0) {
        _exit(41);
    }
    assert_int_equal(children_reap(&children, &run.job, true, &slot), -ECHILD);
    assert_int_equal(run.job.status, STATUS_FAILED);
    assert_int_equal(children.exit_status, 41);
    says("exited with status 41");
    says("outside of a task");
}

/* The repetition is a subreaper: what its workers left behind comes to it. */
static void an_orphan_is_no_worker(void **state)
{
    uint64_t slot;
    (void)state;
    pid_t worker = children_fork(&children, &run.job, 0);
    if (worker == 0) {
        wait_for_ever();
    }
    pid_t stranger = fork();
    if (stranger == 0) {
        _exit(17);
    }
    assert_int_equal(children_reap(&children, &run.job, true, &slot), 0);
    assert_int_equal(children.alive, 1);
    assert_int_equal(children.pids[0], worker);
    assert_int_equal(run.job.status, STATUS_FAILED);
    assert_string_equal(run.job.err.text, "");
}

static void with_none_left_waiting_is_an_error(void **state)
{
    uint64_t slot;
    (void)state;
    assert_int_equal(children_reap(&children, &run.job, true, &slot), -ECHILD);
    says("waiting for the worker processes");
}

/* stop() finds that none is left. */
static void the_end_takes_all_along(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < SLOTS; i += 2) {
        if (children_fork(&children, &run.job, i) == 0) {
            wait_for_ever();
        }
    }
    pid_t other = fork(); /* made by other means */
    if (other == 0) {
        wait_for_ever();
    }
    children_enter(&children, 1, other);
    assert_int_equal(children.alive, (SLOTS + 1) / 2 + 1);
}

/* Whoever holds the pipe's other end has died when it ends. */
static void a_worker_dies_with_its_parent(void **state)
{
    int alive[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(alive), 0);
    pid_t parent = fork();
    if (parent == 0) {
        pid_t pid = children_fork(&children, &run.job, 0);
        if (pid == 0 && write(alive[1], "x", 1) == 1) {
            wait_for_ever();
        }
        close(alive[1]);
        wait_for_ever();
    }
    close(alive[1]);
    assert_int_equal(read(alive[0], &byte, 1), 1); /* both are there */
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(read(alive[0], &byte, 1), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    close(alive[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_is_reaped_with_its_slot),       TEST(slots_serve_again),
        TEST(a_bad_end_names_worker_and_task),    TEST(an_orphan_is_no_worker),
        TEST(with_none_left_waiting_is_an_error), TEST(the_end_takes_all_along),
        TEST(a_worker_dies_with_its_parent),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
