/*
 * The executor against an image that this program plays itself: it starts itself
 * again as `bench-repetition run PID`, and the environment says what goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/executor.h"
#include "bench/executor_row.h"
#include "bench/util/clock.h"
#include "bench/util/guard.h"
#include "tests/unit/fake_root.h"
#include "tests/unit/valgrind.h"

#define ROLE "BENCH_TEST_IMAGE"

/* Longer than any test takes: whoever waits for it to pass has failed. */
#define AGES_NS (UINT64_C(100) * NS_PER_SECOND)

/* --- the image --- */

static void sleep_for_ever(void)
{
    alarm(1000); /* should the test be cut off */
    for (;;) {
        pause();
    }
}

static void play_ready(struct shared *shared)
{
    uint64_t one = 1;
    atomic_store(&shared->report.phase, PHASE_READY);
    if (write(READY_FD, &one, sizeof one) != (ssize_t)sizeof one) {
        _exit(9);
    }
    while (atomic_load(&shared->report.phase) == PHASE_READY) {
        syscall(SYS_futex, &shared->report.phase, FUTEX_WAIT, PHASE_READY, NULL, NULL, 0);
    }
}

static void play_report(struct shared *shared, enum status status, const char *reason)
{
    struct report *report = &shared->report;
    report->wall_ns = 11;
    report->spawn_ns = 12;
    report->join_ns = 13;
    report->user_ns = 14;
    report->sys_ns = 15;
    report->running_ns = 16;
    report->ready_ns = 17;
    report->blocked_ns = 18;
    report->longest_task_ns = 19;
    report->peak_alive = 20;
    report->voluntary_switches = 21;
    report->involuntary_switches = 22;
    report->minor_faults = 23;
    report->major_faults = 24;
    report->steal_ns = FIGURE_UNKNOWN;
    report->throttled_ns = 26;
    report->others_ns = 31;
    report->instructions = FIGURE_OFF;
    report->cache_misses = FIGURE_OFF;
    report->checksum = 29;
    report->start_unix_ns = 30;
    report->status = status;
    snprintf(report->reason, sizeof report->reason, "%s", reason);
    atomic_store(&report->phase, PHASE_REPORTED);
}

/* The right request arrived, and nothing else: no signal is blocked, input is empty. */
static void check_start(const struct shared *shared, const char *runner)
{
    const struct request *request = &shared->request;
    sigset_t mask;
    char byte;
    bool right = request->magic == SHARED_MAGIC && strcmp(request->workload, "cpu") == 0 &&
                 strcmp(request->mode, "thread") == 0 && strcmp(request->wait, "blocking") == 0 &&
                 request->tasks == 6 && request->workers == 3 && request->seed == 77 &&
                 request->queue == 16 && request->pin_count == 1 && getpgrp() == getpid() &&
                 atoi(runner) == (int)getppid() && read(STDIN_FILENO, &byte, 1) == 0;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    if (!right || sigismember(&mask, SIGINT) || sigismember(&mask, SIGCHLD)) {
        _exit(8);
    }
}

static int play_image(const char *role, const char *runner)
{
    struct stat info;
    if (fstat(SHARED_FD, &info) != 0) {
        return 7;
    }
    struct shared *shared =
        mmap(NULL, (size_t)info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
    if (shared == MAP_FAILED) {
        return 7;
    }
    struct task_record *tasks = shared_tasks(shared);
    atomic_store(&tasks[0].state, TASK_ENDED);
    atomic_store(&tasks[1].state, TASK_ENDED);
    if (strcmp(role, "exit-3") == 0) {
        return 3;
    }
    if (strcmp(role, "cannot") == 0) { /* before the gate */
        play_report(shared, STATUS_UNSUPPORTED, "not on this machine");
        return 0;
    }
    play_ready(shared);
    atomic_store(&tasks[4].state, TASK_STARTED);
    if (strcmp(role, "crash") == 0) {
        signal(SIGBUS, SIG_DFL);
        raise(SIGBUS);
    } else if (strcmp(role, "hang") == 0) {
        if (fork() == 0 && fork() == 0) {
            sleep_for_ever();
        }
        sleep_for_ever();
    } else if (strcmp(role, "interrupt") == 0) {
        kill(getppid(), SIGTERM);
        sleep_for_ever();
    } else if (strcmp(role, "swap") == 0) {
        struct fake_root root;
        snprintf(root.path, sizeof root.path, "%s", getenv("BENCH_TEST_ROOT"));
        fake_root_write(&root, "/proc/stat", "procs_running 9\n");
        fake_root_write(&root, "/proc/vmstat", "pswpin 12\npswpout 15\n");
        fake_root_write(&root, "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
                        "7\n");
        play_report(shared, STATUS_OK, "");
    } else if (strcmp(role, "silent") == 0) {
        return 0;
    } else if (strcmp(role, "wrong") == 0) {
        play_report(shared, STATUS_WRONG_RESULT, "task 4: checksum");
    } else if (strcmp(role, "late-failure") == 0) {
        play_report(shared, STATUS_OK, "");
        return 5;
    } else {
        check_start(shared, runner);
        if (fork() == 0) {
            sleep_for_ever(); /* left behind */
        }
        play_report(shared, STATUS_OK, "");
    }
    return 0;
}

/* --- the executor --- */

struct fixture {
    struct executor executor;
    struct plan plan;
    struct cell cell;
    struct pin_target pins[1];
    struct guard *guard;
    struct texts *texts;
    struct error err;
    struct timing row;
    struct shared *kept;
    sigset_t mask;
};

static int enter(void **state)
{
    static struct fixture f;
    sigset_t signals;
    const char *call;
    memset(&f, 0, sizeof f);
    *state = &f;
    f.texts = texts_new();
    if (!f.texts || guard_start(&f.guard, &call) != 0) {
        return -1;
    }
    f.plan = (struct plan){.seed = 77, .queue = 16};
    f.cell = (struct cell){.workload = registry_workload("cpu"),
                           .mode = registry_mode("thread"),
                           .wait = registry_wait("blocking"),
                           .workers = 3,
                           .tasks = 6};
    /* As executor_open does, but for the image. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &f.mask);
    f.executor = (struct executor){.plan = &f.plan,
                                   .guard = f.guard,
                                   .texts = f.texts,
                                   .scratch = -1,
                                   .pins = f.pins,
                                   .pin_count = 1,
                                   .signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
    ssize_t length = readlink("/proc/self/exe", f.executor.image, sizeof f.executor.image - 1);
    return f.executor.signals >= 0 && length > 0 ? 0 : -1;
}

static int leave(void **state)
{
    struct fixture *f = *state;
    executor_release(f->kept);
    close(f->executor.signals);
    sigprocmask(SIG_SETMASK, &f->mask, NULL);
    guard_end(f->guard);
    texts_free(f->texts);
    /* Whatever happened, nobody is left, dead or alive. */
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void run(struct fixture *f, const char *role, bool observed, uint64_t timeout_ns)
{
    setenv(ROLE, role, 1);
    memset(&f->row, 0, sizeof f->row);
    if (executor_run(&f->executor, &f->cell, observed, timeout_ns, &f->row, &f->kept, &f->err) !=
        0) {
        fail_msg("%s", f->err.text);
    }
}

/* The row tells of this trouble, and has no figure. */
static void trouble(const struct fixture *f, enum status status, const char *one, const char *other)
{
    const struct timing *row = &f->row;
    assert_string_equal(status_names[row->status], status_names[status]);
    if (!strstr(row->reason, one) || !strstr(row->reason, other)) {
        fail_msg("'%s' and '%s' are not in: %s", one, other, row->reason);
    }
    assert_true(row->wall_ns == FIGURE_OFF && row->spawn_ns == FIGURE_OFF &&
                row->join_ns == FIGURE_OFF && row->user_ns == FIGURE_OFF &&
                row->peak_bytes == FIGURE_OFF && row->peak_alive == FIGURE_OFF &&
                row->cache_misses == FIGURE_OFF && row->checksum == FIGURE_OFF);
    assert_true(row->others_ns == FIGURE_OFF && row->running_before == FIGURE_OFF &&
                row->frequency_khz == FIGURE_OFF && row->on_battery == FIGURE_OFF);
    assert_true(row->start_unix_ns > 0);
    assert_null(f->kept);
}

static void an_honest_repetition_gives_its_figures(void **state)
{
    struct fixture *f = *state;
    run(f, "fine", false, AGES_NS);
    const struct timing *row = &f->row;
    if (row->status != STATUS_OK) {
        fail_msg("%s", row->reason);
    }
    assert_string_equal(row->reason, "off");
    const uint64_t figures[] = {row->wall_ns,
                                row->spawn_ns,
                                row->join_ns,
                                row->user_ns,
                                row->sys_ns,
                                row->running_ns,
                                row->ready_ns,
                                row->blocked_ns,
                                row->longest_task_ns,
                                row->peak_alive,
                                row->voluntary_switches,
                                row->involuntary_switches,
                                row->minor_faults,
                                row->major_faults};
    for (uint64_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        assert_int_equal(figures[i], 11 + i);
    }
    assert_true(row->steal_ns == FIGURE_UNKNOWN);
    assert_int_equal(row->throttled_ns, 26);
    assert_int_equal(row->others_ns, 31);
    /* Nobody was asked. */
    assert_true(row->running_before == FIGURE_UNKNOWN && row->frequency_khz == FIGURE_UNKNOWN &&
                row->thermal_events == FIGURE_UNKNOWN && row->swapped_pages == FIGURE_UNKNOWN &&
                row->on_battery == FIGURE_UNKNOWN);
    assert_true(row->instructions == FIGURE_OFF && row->cache_misses == FIGURE_OFF);
    assert_int_equal(row->checksum, 29);
    assert_int_equal(row->start_unix_ns, 30);
    assert_true(row->peak_bytes == FIGURE_OFF); /* nobody looked */
    assert_non_null(f->kept);
    assert_int_equal(atomic_load(&shared_tasks(f->kept)[1].state), TASK_ENDED);
    assert_false(f->executor.interrupted);
}

static void an_observed_repetition_has_its_memory(void **state)
{
    struct fixture *f = *state;
    if (access("/proc/self/smaps_rollup", R_OK) != 0) {
        skip();
    }
    run(f, "fine", true, AGES_NS);
    assert_int_equal(f->row.status, STATUS_OK);
    assert_in_range(f->row.peak_bytes, 4096, UINT64_C(1) << 40);
}

/* Sampled before the gate opens and after the end: the image swaps in between. */
static void the_surroundings_come_into_the_row(void **state)
{
    struct fixture *f = *state;
    struct fake_root root;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    fake_root_make(&root);
    fake_root_write(&root, "/proc/stat", "procs_running 4\n");
    fake_root_write(&root, "/proc/vmstat", "pswpin 10\npswpout 10\n");
    fake_root_write(&root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2500000\n");
    fake_root_write(&root, "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
                    "5\n");
    fake_root_write(&root, "/sys/class/power_supply/AC/type", "Mains\n");
    fake_root_write(&root, "/sys/class/power_supply/AC/online", "1\n");
    f->executor.surroundings = surroundings_open(root.path, &cpus);
    setenv("BENCH_TEST_ROOT", root.path, 1);
    run(f, "swap", false, AGES_NS);
    unsetenv("BENCH_TEST_ROOT");
    surroundings_close(f->executor.surroundings);
    fake_root_remove(&root);
    assert_int_equal(f->row.status, STATUS_OK);
    assert_int_equal(f->row.running_before, 3);
    assert_int_equal(f->row.frequency_khz, 2500000);
    assert_int_equal(f->row.thermal_events, 2);
    assert_int_equal(f->row.swapped_pages, 7);
    assert_int_equal(f->row.on_battery, 0);
}

static void a_crash_names_the_signal_and_the_task(void **state)
{
    struct fixture *f = *state;
    run(f, "crash", false, AGES_NS);
    trouble(f, STATUS_CRASHED, "signal 7 (Bus error)", "in task 4");
}

static void an_exit_without_a_report_is_a_failure(void **state)
{
    struct fixture *f = *state;
    run(f, "exit-3", false, AGES_NS);
    trouble(f, STATUS_FAILED, "exited with status 3", "");
    run(f, "silent", false, AGES_NS);
    trouble(f, STATUS_FAILED, "exited with status 0", "in task 4");
    run(f, "late-failure", false, AGES_NS);
    trouble(f, STATUS_FAILED, "status 5", "after its report");
}

static void what_the_repetition_reports_is_passed_on(void **state)
{
    struct fixture *f = *state;
    run(f, "wrong", false, AGES_NS);
    trouble(f, STATUS_WRONG_RESULT, "task 4: checksum", "");
    run(f, "cannot", true, AGES_NS);
    trouble(f, STATUS_UNSUPPORTED, "not on this machine", "");
}

static void a_hang_ends_at_the_time_limit_with_all_its_processes(void **state)
{
    struct fixture *f = *state;
    run(f, "hang", false, 20000000);
    trouble(f, STATUS_TIMEOUT, "20", "2 of 6 tasks");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* the guard, and nobody who ended */
    run(f, "fine", false, AGES_NS);
    assert_int_equal(f->row.status, STATUS_OK); /* it costs one row */
}

static void a_signal_to_bench_stops_it(void **state)
{
    struct fixture *f = *state;
    assert_false(executor_poll(&f->executor));
    run(f, "interrupt", false, AGES_NS);
    trouble(f, STATUS_INTERRUPTED, "signal", "");
    assert_true(executor_poll(&f->executor));
}

static void a_signal_between_repetitions_is_seen(void **state)
{
    struct fixture *f = *state;
    kill(getpid(), SIGINT);
    assert_true(executor_poll(&f->executor));
}

static void what_cannot_run_is_not_started(void **state)
{
    struct fixture *f = *state;
    f->cell.unsupported = "this mode cannot wait";
    run(f, "exit-3", false, AGES_NS);
    trouble(f, STATUS_UNSUPPORTED, "this mode cannot wait", "");
}

static void an_image_that_does_not_start_costs_a_row(void **state)
{
    skip_on_valgrind("its posix_spawn() does not tell that there is no such program");
    struct fixture *f = *state;
    snprintf(f->executor.image, sizeof f->executor.image, "/nowhere/bench-repetition");
    run(f, "fine", false, AGES_NS);
    trouble(f, STATUS_FAILED, "/nowhere/bench-repetition", strerror(ENOENT));
}

static void a_workload_gets_its_scratch_folder_or_does_not_run(void **state)
{
    struct fixture *f = *state;
    f->cell.workload = registry_workload("file");
    assert_int_equal(executor_run(&f->executor, &f->cell, false, AGES_NS, &f->row, NULL, &f->err),
                     -EINVAL);
    assert_non_null(strstr(f->err.text, "file"));
}

static void the_image_is_looked_for_beside_the_program(void **state)
{
    struct fixture *f = *state;
    struct topology *topology = NULL;
    struct executor executor;
    assert_int_equal(topology_load(&topology, "core:2 pu:1", NULL, &f->err), 0);
    assert_int_equal(executor_open(&executor, &f->plan, topology, f->guard, f->texts, &f->err),
                     -ENOENT);
    assert_non_null(strstr(f->err.text, "bench-repetition"));
    assert_non_null(strstr(f->err.text, "scripts/build"));
    executor_close(&executor);
    topology_free(topology);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(int count, char **arguments)
{
    const char *role = getenv(ROLE);
    if (count == 3 && strcmp(arguments[1], "run") == 0 && role) {
        return play_image(role, arguments[2]);
    }
    const struct CMUnitTest tests[] = {
        TEST(an_honest_repetition_gives_its_figures),
        TEST(an_observed_repetition_has_its_memory),
        TEST(the_surroundings_come_into_the_row),
        TEST(a_crash_names_the_signal_and_the_task),
        TEST(an_exit_without_a_report_is_a_failure),
        TEST(what_the_repetition_reports_is_passed_on),
        TEST(a_hang_ends_at_the_time_limit_with_all_its_processes),
        TEST(a_signal_to_bench_stops_it),
        TEST(a_signal_between_repetitions_is_seen),
        TEST(what_cannot_run_is_not_started),
        TEST(an_image_that_does_not_start_costs_a_row),
        TEST(a_workload_gets_its_scratch_folder_or_does_not_run),
        TEST(the_image_is_looked_for_beside_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
