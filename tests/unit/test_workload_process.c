/* isolation and child: what a process keeps to itself, and what becomes of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/sync_tasks.h"

extern const struct workload workload_isolation, workload_child;

static int in_child(int (*check)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(check());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- isolation --- */

static struct run run;

static int write_in_child(void)
{
    for (uint64_t i = 0; i < run.env.tasks; i++) {
        if (!run_is_right(&run, i)) { /* it sees its own write */
            return 1;
        }
    }
    return sync_observe(&run).visible_writes == run.env.tasks ? 0 : 2;
}

static void writes_of_threads_are_visible(void **state)
{
    (void)state;
    sync_begin(&run, &workload_isolation, 20);
    run_setup(&run);
    assert_int_equal(sync_observe(&run).visible_writes, 0);
    assert_true(sync_run_threads(&run));
    sync_verifies(&run);
    assert_int_equal(sync_observe(&run).visible_writes, 20);
    sync_end(&run);
}

static void writes_of_processes_are_not(void **state)
{
    (void)state;
    sync_begin(&run, &workload_isolation, 20);
    run_setup(&run);
    assert_int_equal(in_child(write_in_child), 0);
    sync_verifies(&run);
    assert_int_equal(sync_observe(&run).visible_writes, 0);
    assert_true(run_is_right(&run, 3));
    assert_int_equal(sync_observe(&run).visible_writes, 1); /* that one, and no neighbour's */
    sync_end(&run);
}

static void a_foreign_write_is_seen(void **state)
{
    (void)state;
    sync_begin(&run, &workload_isolation, 2);
    run_setup(&run);
    run_checksum(&run, 1);
    sync_verifies(&run);
    /* Behind seed and tasks, where the variables are. */
    **(uint64_t **)(void *)((char *)run.state + 2 * sizeof(uint64_t)) = 666;
    sync_refuses(&run, "the variable of task 0 is 000000000000029a");
    sync_end(&run);
}

/* --- child --- */

static int all_hold(void)
{
    for (uint64_t i = 0; i < run.env.tasks; i++) {
        if (!run_is_right(&run, i)) {
            return 1;
        }
    }
    if (workload_child.verify(run.state, &run.err) != 0) {
        fprintf(stderr, "%s\n", run.err.text);
        return 2;
    }
    /* None is left that is ours. */
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 3;
}

static int as_subreaper(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return all_hold();
}

static int as_nobody(void)
{
    return all_hold();
}

static void zombies_and_orphans_are_as_they_should(void **state)
{
    (void)state;
    sync_begin(&run, &workload_child, 4);
    run_setup(&run);
    assert_int_equal(in_child(as_subreaper), 0);
    assert_int_equal(in_child(as_nobody), 0);
    sync_end(&run);
}

static void tasks_fork_side_by_side(void **state)
{
    (void)state;
    sync_begin(&run, &workload_child, 8);
    run_setup(&run);
    assert_true(sync_run_threads(&run));
    sync_verifies(&run);
    sync_end(&run);
}

/* Who does not want to know of its children's ends has no zombies. */
static int ignoring(void)
{
    signal(SIGCHLD, SIG_IGN);
    run_checksum(&run, 0);
    int rc = workload_child.verify(run.state, &run.err);
    return rc == -EBADMSG && strstr(run.err.text, "task 0: child ") &&
                   strstr(run.err.text, "was no zombie")
               ? 0
               : 1;
}

static void a_missing_zombie_is_seen(void **state)
{
    (void)state;
    sync_begin(&run, &workload_child, 1);
    run_setup(&run);
    assert_int_equal(in_child(ignoring), 0);
    sync_end(&run);
}

static void without_memory_they_say_so(void **state)
{
    (void)state;
    sync_setup_fails(&workload_child, 3);
    sync_begin(&run, &workload_isolation, UINT64_MAX / 100);
    run_setup_fails(&run, -ENOMEM, "no memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_of_threads_are_visible),
        cmocka_unit_test(writes_of_processes_are_not),
        cmocka_unit_test(a_foreign_write_is_seen),
        cmocka_unit_test(zombies_and_orphans_are_as_they_should),
        cmocka_unit_test(tasks_fork_side_by_side),
        cmocka_unit_test(a_missing_zombie_is_seen),
        cmocka_unit_test(without_memory_they_say_so),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
