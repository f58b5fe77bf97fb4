#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/scratch.h"
#include "bench/util/folder_remove.h"
#include "tests/unit/fake_root.h"

/* A guard that fails to end would hold up the test for ever: this ends the program. */
enum { PATIENCE_S = 1000 };

static struct fake_root root;

static int enter(void **state)
{
    (void)state;
    fake_root_make(&root);
    alarm(PATIENCE_S);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    alarm(0);
    fake_root_remove(&root);
    return 0;
}

/* The path of the scratch folder in the root; "" where there is none. */
static const char *scratch_path(void)
{
    static char path[PATH_MAX];
    DIR *folder = opendir(root.path);
    assert_non_null(folder);
    path[0] = '\0';
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (strncmp(entry->d_name, ".scratch-", 9) == 0) {
            snprintf(path, sizeof path, "%s/%s", root.path, entry->d_name);
        }
    }
    closedir(folder);
    return path;
}

static void make_file(int folder, const char *name)
{
    int fd = openat(folder, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void make_tree(int folder)
{
    make_file(folder, "file");
    assert_int_equal(mkdirat(folder, "a", 0700), 0);
    assert_int_equal(mkdirat(folder, "a/b", 0700), 0);
    make_file(folder, "a/one");
    make_file(folder, "a/b/two");
    make_file(folder, ".hidden");
}

static struct guard *start(void)
{
    struct guard *guard = NULL;
    const char *call;
    if (guard_start(&guard, &call) != 0) {
        fail_msg("%s: %s", call, strerror(errno));
    }
    assert_ptr_equal(guard_running(), guard);
    return guard;
}

static struct scratch opened;

static int scratch_in(struct guard *guard, const char *parent)
{
    struct error err;
    if (scratch_open(&opened, guard, parent, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return opened.folder;
}

static void end(struct guard *guard)
{
    scratch_close(&opened);
    guard_end(guard);
    assert_null(guard_running());
}

/* --- in order --- */

static void the_scratch_folder_is_private_and_goes_at_the_end(void **state)
{
    struct stat facts;
    char first[PATH_MAX];
    (void)state;
    struct guard *guard = start();
    int fd = scratch_in(guard, root.path);
    assert_int_equal(fstat(fd, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0700);
    snprintf(first, sizeof first, "%s", scratch_path());
    assert_string_not_equal(first, "");
    make_tree(fd);
    end(guard);
    assert_string_equal(scratch_path(), "");
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(waitpid(-1, NULL, 0), -1); /* the guard is gone */
    assert_int_equal(errno, ECHILD);

    guard = start();
    scratch_in(guard, root.path);
    assert_string_not_equal(scratch_path(), first); /* nobody can wait for it */
    end(guard);
    end(NULL);
}

static void the_scratch_folder_is_emptied_and_stays(void **state)
{
    struct stat facts;
    (void)state;
    struct guard *guard = start();
    folder_empty_open(-1); /* none yet */
    int fd = scratch_in(guard, root.path);
    for (int round = 0; round < 2; round++) {
        make_tree(fd);
        folder_empty_open(fd);
        assert_int_equal(faccessat(fd, "file", F_OK, 0), -1);
        assert_int_equal(faccessat(fd, ".hidden", F_OK, 0), -1);
        assert_int_equal(faccessat(fd, "a", F_OK, 0), -1);
        assert_int_equal(fstat(fd, &facts), 0);
        assert_int_equal(stat(scratch_path(), &facts), 0);
    }
    end(guard);
}

static void a_scratch_folder_needs_a_parent(void **state)
{
    char missing[PATH_MAX];
    struct error err;
    (void)state;
    struct guard *guard = start();
    snprintf(missing, sizeof missing, "%s/missing", root.path);
    assert_int_equal(scratch_open(&opened, guard, missing, &err), -ENOENT);
    assert_non_null(strstr(err.text, missing));
    scratch_in(guard, root.path); /* the next try may work */
    end(guard);
    assert_string_equal(scratch_path(), "");
}

/* --- links --- */

static void links_are_removed_and_not_followed(void **state)
{
    char path[PATH_MAX];
    (void)state;
    fake_root_write(&root, "/outside/kept", "x");
    struct guard *guard = start();
    int fd = scratch_in(guard, root.path);
    assert_int_equal(mkdirat(fd, "a", 0700), 0);
    snprintf(path, sizeof path, "%s/outside", root.path);
    assert_int_equal(symlinkat(path, fd, "folder"), 0);
    assert_int_equal(symlinkat(path, fd, "a/folder"), 0);
    assert_int_equal(symlinkat("/nowhere/at/all", fd, "dangling"), 0);
    snprintf(path, sizeof path, "%s/outside/kept", root.path);
    assert_int_equal(symlinkat(path, fd, "file"), 0);
    assert_int_equal(linkat(AT_FDCWD, path, fd, "hard", 0), 0);
    folder_empty_open(fd);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(symlinkat("../outside", fd, "again"), 0);
    end(guard);
    assert_int_equal(access(path, F_OK), 0);
    assert_string_equal(scratch_path(), "");
}

static void a_folder_that_became_a_link_is_not_followed(void **state)
{
    char scratch[PATH_MAX], aside[PATH_MAX], outside[PATH_MAX], kept[PATH_MAX];
    (void)state;
    fake_root_write(&root, "/outside/kept", "x");
    struct guard *guard = start();
    scratch_in(guard, root.path);
    snprintf(scratch, sizeof scratch, "%s", scratch_path());
    snprintf(aside, sizeof aside, "%s/aside", root.path);
    snprintf(outside, sizeof outside, "%s/outside", root.path);
    snprintf(kept, sizeof kept, "%s/outside/kept", root.path);
    assert_int_equal(rename(scratch, aside), 0);
    assert_int_equal(symlink(outside, scratch), 0);
    end(guard);
    assert_int_equal(access(kept, F_OK), 0);
}

/* --- the runner is killed --- */

/* A runner with a guard, a scratch folder and workers in a group of their own. */
struct runner {
    pid_t pid, group;
    int alive; /* ends when the runner, the guard and all workers have ended */
};

static void work(int go, bool busy)
{
    char scratch[PATH_MAX], byte;
    prctl(PR_SET_NAME, "guarded-worker");
    signal(SIGTERM, SIG_IGN);
    alarm(PATIENCE_S); /* should the test be cut off */
    if (read(go, &byte, 1) != 1) {
        _exit(1); /* the runner did not get so far */
    }
    snprintf(scratch, sizeof scratch, "%s", scratch_path());
    while (!busy) {
        pause();
    }
    for (unsigned i = 0;; i++) {
        char name[64];
        snprintf(name, sizeof name, "%d-%u", (int)getpid(), i % 500);
        int folder = open(scratch, O_RDONLY | O_DIRECTORY);
        close(openat(folder, name, O_CREAT | O_WRONLY, 0600));
        close(folder);
    }
}

/* The workers are made before the guard: a fork would carry the guard's pipe, which
 * an executed image does not. */
static pid_t fork_workers(int workers, const int go[2])
{
    pid_t group = 0;
    for (int i = 0; i < workers; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, group);
            close(go[1]);
            work(go[0], workers > 1);
        }
        setpgid(pid, group);
        group = group ? group : pid;
    }
    return group;
}

static void play_runner(int told, int workers, bool watched)
{
    int go[2];
    alarm(PATIENCE_S);
    if (pipe(go) != 0) {
        _exit(1);
    }
    pid_t group = fork_workers(workers, go);
    struct guard *guard = start();
    make_tree(scratch_in(guard, root.path));
    guard_watch(guard, group);
    if (!watched) {
        guard_unwatch(guard, group);
    }
    for (int i = 0; i < workers; i++) {
        if (write(go[1], "x", 1) != 1) {
            _exit(1);
        }
    }
    if (write(told, &group, sizeof group) != (ssize_t)sizeof group) {
        _exit(1);
    }
    pause();
}

static struct runner runner_start(int workers, bool watched)
{
    struct runner runner;
    int alive[2], told[2];
    assert_true(pipe(alive) == 0 && pipe(told) == 0);
    runner.pid = fork();
    if (runner.pid == 0) {
        close(alive[0]);
        play_runner(told[1], workers, watched);
        _exit(0);
    }
    assert_true(runner.pid > 0);
    close(alive[1]);
    assert_int_equal(read(told[0], &runner.group, sizeof runner.group), sizeof runner.group);
    close(told[0]);
    close(told[1]);
    runner.alive = alive[0];
    return runner;
}

static void runner_kill(const struct runner *runner)
{
    assert_string_not_equal(scratch_path(), "");
    assert_int_equal(kill(runner->pid, SIGKILL), 0);
    assert_int_equal(waitpid(runner->pid, NULL, 0), runner->pid);
}

/* Until everybody is gone. */
static void runner_end(const struct runner *runner)
{
    char byte;
    assert_int_equal(read(runner->alive, &byte, 1), 0);
    close(runner->alive);
    while (waitpid(-1, NULL, 0) > 0) {
    }
}

static void after_kill_9_the_group_and_the_scratch_folder_go(void **state)
{
    (void)state;
    struct runner runner = runner_start(1, true);
    runner_kill(&runner);
    runner_end(&runner);
    assert_string_equal(scratch_path(), "");
    assert_int_equal(kill(-runner.group, 0), -1);
}

static void what_dying_workers_still_make_goes_too(void **state)
{
    (void)state;
    for (int round = 0; round < 8; round++) {
        struct runner runner = runner_start(4, true);
        runner_kill(&runner);
        runner_end(&runner);
        assert_string_equal(scratch_path(), "");
    }
}

static void a_group_that_is_no_longer_watched_is_left_alone(void **state)
{
    (void)state;
    struct runner runner = runner_start(1, false);
    runner_kill(&runner);
    /* The guard comes to this process, a subreaper, as its worker does: whoever ends is the
     * guard. */
    assert_true(waitpid(-1, NULL, 0) != runner.group);
    assert_string_equal(scratch_path(), "");
    assert_int_equal(waitpid(runner.group, NULL, WNOHANG), 0);
    assert_int_equal(kill(-runner.group, SIGKILL), 0);
    runner_end(&runner);
}

/* --- streams --- */

static void nobody_waits_for_the_guard(void **state)
{
    int output[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(output), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int fd = 0; fd <= 2; fd++) {
            dup2(output[1], fd);
        }
        close(output[0]);
        close(output[1]);
        start();
        for (int fd = 0; fd <= 2; fd++) {
            close(fd);
        }
        pause();
    }
    close(output[1]);
    /* The end of the output is seen although the runner and its guard live on. */
    assert_int_equal(read(output[0], &byte, 1), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    close(output[0]);
}

static pid_t only_child(void)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "re");
    const bool one = file && fscanf(file, "%d", &pid) == 1;
    if (file) {
        fclose(file);
    }
    return one ? pid : -1;
}

/* It has its name when it has let go of all. */
static void await_guard_name(pid_t pid)
{
    static const struct timespec moment = {.tv_nsec = 1000 * 1000};
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    while (strcmp(name, "bench-guard\n") != 0) { /* until the alarm */
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        assert_non_null(fgets(name, sizeof name, file));
        fclose(file);
        nanosleep(&moment, NULL);
    }
}

/* Who takes the killed program's place needs its locks at once. */
static void no_lock_outlives_the_program(void **state)
{
    char path[PATH_MAX];
    int told[2], guard;
    (void)state;
    fake_root_write(&root, "/locked", "x");
    snprintf(path, sizeof path, "%s/locked", root.path);
    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        alarm(PATIENCE_S);
        const bool locked = flock(fd, LOCK_EX) == 0;
        start();
        guard = locked ? only_child() : -1;
        if (write(told[1], &guard, sizeof guard) == (ssize_t)sizeof guard) {
            pause();
        }
        _exit(1);
    }
    assert_int_equal(read(told[0], &guard, sizeof guard), sizeof guard);
    assert_true(guard > 0);
    await_guard_name(guard);
    assert_int_equal(kill(guard, SIGSTOP), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
    assert_int_equal(kill(guard, SIGCONT), 0);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    close(told[0]);
    close(told[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_scratch_folder_is_private_and_goes_at_the_end, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(the_scratch_folder_is_emptied_and_stays, enter, leave),
        cmocka_unit_test_setup_teardown(a_scratch_folder_needs_a_parent, enter, leave),
        cmocka_unit_test_setup_teardown(links_are_removed_and_not_followed, enter, leave),
        cmocka_unit_test_setup_teardown(a_folder_that_became_a_link_is_not_followed, enter, leave),
        cmocka_unit_test_setup_teardown(after_kill_9_the_group_and_the_scratch_folder_go, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(what_dying_workers_still_make_goes_too, enter, leave),
        cmocka_unit_test_setup_teardown(a_group_that_is_no_longer_watched_is_left_alone, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(nobody_waits_for_the_guard, enter, leave),
        cmocka_unit_test_setup_teardown(no_lock_outlives_the_program, enter, leave),
    };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
