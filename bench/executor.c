#include "bench/executor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/arrivals.h"
#include "bench/executor_refused.h"
#include "bench/executor_row.h"
#include "bench/executor_stuck.h"
#include "bench/modes/pool.h"
#include "bench/observe.h"
#include "bench/plan_reason.h"
#include "bench/util/clock.h"
#include "bench/util/extremes.h"
#include "bench/util/folder_remove.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"
#include "bench/util/units.h"
#include "workloads/available.h"

extern char **environ;

/* Setting up is not timed, but must end some time. */
#define SETUP_LIMIT_NS (600 * NS_PER_SECOND)

/* A runner that wakes so much after the end of its patience did not run in the meantime. */
#define STOPPED_NS NS_PER_SECOND

/* Between two looks at the memory of an observed repetition. */
enum { OBSERVE_MS = 2 };

/* More than the fixed descriptors of the image. */
enum { LOW_DESCRIPTORS = 16 };

struct repetition {
    struct executor *executor;
    const struct cell *cell;
    struct shared *shared;
    size_t bytes;
    int memory, ready; /* descriptors */
    pid_t pid;         /* also its process group */
    bool reaped;
    int wait_status;
    uint64_t peak_bytes;
    struct executor_stuck stuck;
    const char *call;        /* of the runner itself, the one that failed; NULL: none */
    char limit[TEXT_REASON]; /* that made a call fail, as a reason; "": none */
};

/* Descriptors that the image gets are first moved out of the way of its fixed
 * numbers, so that no dup2 of the spawn can hit one that is still needed. */
static int move_up(int fd)
{
    int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LOW_DESCRIPTORS);
    int code = errno == EINVAL ? EMFILE : errno; /* EINVAL: the limit is below */
    if (fd >= 0) {
        close(fd);
    }
    errno = code;
    return moved;
}

/* Places that are left to the workers: the last ones may belong to the workload's other side. */
static size_t pins_of(const struct executor *executor, const struct cell *cell)
{
    size_t count = executor->pin_count;
    while (cell->workload->clients && executor->apart && count > 1) {
        cpu_set_t common;
        CPU_AND(&common, &executor->pins[count - 1].cpus, &executor->companion_cpus.cpus);
        if (CPU_COUNT(&common) == 0) {
            break;
        }
        count--;
    }
    return count;
}

static bool is_paced(const struct repetition *rep)
{
    return rep->executor->plan->rate > 0 && !rep->cell->reference && !rep->cell->workload->own_pace;
}

static uint64_t objects_of(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    return workload->objects ? workload->objects(cell->values, cell->tasks) : 0;
}

static void fill_request(struct repetition *rep, bool observed)
{
    const struct executor *executor = rep->executor;
    const struct cell *cell = rep->cell;
    struct request *request = &rep->shared->request;
    *request = (struct request){.magic = SHARED_MAGIC,
                                .observed = observed,
                                .sync = cell->sync,
                                .schedule = cell->schedule,
                                .scratch = cell->workload->needs_scratch,
                                .tasks = cell->tasks,
                                .objects = objects_of(cell),
                                .workers = cell->workers,
                                .width = cell->width,
                                .threads = cell->threads,
                                .rate = cell->reference ? 0 : executor->plan->rate,
                                .poisson = executor->plan->poisson,
                                .paced = is_paced(rep),
                                .shared_stack = cell->shared_stack,
                                .guarded_stacks = cell->guarded_stacks,
                                .stack_bytes = cell->stack_bytes,
                                .apart = cell->workload->clients && executor->apart,
                                .server_cpus = executor->server_cpus,
                                .companion_cpus = executor->companion_cpus,
                                .queue = executor->plan->queue,
                                .seed = executor->plan->seed,
                                .cache_bytes = executor->cache_bytes,
                                .pin_count = pins_of(executor, cell)};
    snprintf(request->workload, sizeof request->workload, "%s", cell->workload->name);
    snprintf(request->mode, sizeof request->mode, "%s", cell->mode->name);
    snprintf(request->wait, sizeof request->wait, "%s", cell->wait->name);
    memcpy(request->values, cell->values, sizeof request->values);
}

static int make_shared(struct repetition *rep, bool observed, struct error *err)
{
    const struct cell *cell = rep->cell;
    struct shared plan = {.request = {.observed = observed,
                                      .shared_stack = cell->shared_stack,
                                      .tasks = cell->tasks,
                                      .objects = objects_of(cell),
                                      .pin_count = pins_of(rep->executor, cell)}};
    const struct pool_shape shape = {.capacity = rep->executor->plan->queue,
                                     .workers = cell->workers,
                                     .completions = cell->mode->processes,
                                     .schedule = cell->schedule.kind};
    size_t pool = cell->mode->queue ? pool_bytes(&shape) : 0;
    rep->bytes = shared_layout(&plan, cell->workers * cell->threads, pool);
    if (rep->bytes > available_bytes("")) {
        rep->call = "mmap";
        return error_set(err, -ENOMEM,
                         "the records of %llu tasks need %zu MiB, more than is available: fewer "
                         "--tasks need less",
                         (unsigned long long)cell->tasks, rep->bytes >> 20);
    }
    rep->memory = move_up(memfd_create("bench-repetition", MFD_CLOEXEC));
    if (rep->memory < 0) {
        rep->call = "memfd_create";
        return error_set(err, -errno, "no descriptor for shared memory: %s (ulimit -n)",
                         strerror(errno));
    }
    if (ftruncate(rep->memory, (off_t)rep->bytes) != 0) {
        rep->call = "ftruncate";
        return error_set(err, -errno, "no shared memory of %zu bytes: %s", rep->bytes,
                         strerror(errno));
    }
    void *at = mmap(NULL, rep->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, rep->memory, 0);
    if (at == MAP_FAILED) {
        rep->call = "mmap";
        return error_set(err, -errno, "no shared memory of %zu bytes: %s", rep->bytes,
                         strerror(errno));
    }
    rep->shared = at;
    fill_request(rep, observed);
    shared_layout(rep->shared, cell->workers * cell->threads, pool);
    if (plan.request.pin_count > 0) {
        memcpy(shared_pins(rep->shared), rep->executor->pins,
               plan.request.pin_count * sizeof *rep->executor->pins);
    }
    if (rep->shared->request.paced) {
        arrivals_fill(shared_tasks(rep->shared), cell->tasks, rep->executor->plan->rate,
                      rep->executor->plan->poisson, rep->executor->plan->seed);
    }
    return 0;
}

static int spawn_image(struct repetition *rep, struct error *err)
{
    const struct executor *executor = rep->executor;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    char name[] = "bench-repetition", role[] = "run", runner[24];
    char *const arguments[] = {name, role, runner, NULL};

    snprintf(runner, sizeof runner, "%d", (int)getpid());
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, rep->memory, SHARED_FD);
    posix_spawn_file_actions_adddup2(&files, rep->ready, READY_FD);
    if (rep->cell->workload->needs_scratch) {
        posix_spawn_file_actions_adddup2(&files, executor->scratch, SCRATCH_FD);
    }
    posix_spawnattr_init(&attr);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                        POSIX_SPAWN_SETSIGDEF);
    int rc = -posix_spawn(&rep->pid, executor->image, &files, &attr, arguments, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (rc != 0) {
        rep->pid = 0;
        rep->call = "posix_spawn";
        return error_set(err, rc, "%s could not be started: %s", executor->image, strerror(-rc));
    }
    guard_watch(executor->guard, rep->pid);
    return 0;
}

/* Takes what arrived on the signal descriptor: the end of the child, or the wish to stop. Several
 * wishes at once count as one, such as that of a terminal and of a program that passes it on; a
 * later one ends the program. */
static void take_signals(struct executor *executor, struct repetition *rep)
{
    struct signalfd_siginfo info;
    const bool before = executor->interrupted;
    /* Before they are taken: one that was seen and not taken would be let as the second one. */
    executor->interrupted |= interrupt_came();
    while (read(executor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD) {
            executor->interrupted = true;
        }
    }
    if (executor->interrupted && !before) {
        interrupt_note();
        interrupt_let();
    }
    if (rep && !rep->reaped && waitpid(rep->pid, &rep->wait_status, WNOHANG) == rep->pid) {
        rep->reaped = true;
    }
}

enum outcome { OUTCOME_READY, OUTCOME_ENDED, OUTCOME_LATE, OUTCOME_STUCK, OUTCOME_INTERRUPTED };

static void look_at_memory(struct repetition *rep)
{
    uint64_t bytes = observe_tree_bytes(rep->pid, rep->shared->companion);
    rep->peak_bytes = bytes > rep->peak_bytes ? bytes : rep->peak_bytes;
}

/* The image has rung: it is ready, or a call of it was refused. Whether it is ready. */
static bool answer(struct repetition *rep)
{
    uint64_t rings;
    struct report *report = &rep->shared->report;
    const bool rang = read(rep->ready, &rings, sizeof rings) == (ssize_t)sizeof rings;
    executor_refused_take(rep->cell, rep->executor->scratch, &report->refusal, true, rep->limit);
    return rang && atomic_load(&report->phase) == PHASE_READY;
}

/* Sleeps until the image is ready (where `until_ready`), has ended, is late, is
 * stuck, or a signal came. Watches the memory meanwhile where `observe`. */
static enum outcome wait_for(struct repetition *rep, bool until_ready, bool observe,
                             uint64_t limit_ns)
{
    struct executor *executor = rep->executor;
    struct pollfd files[2] = {{.fd = executor->signals, .events = POLLIN},
                              {.fd = rep->ready, .events = POLLIN}};
    uint64_t deadline = clock_now_ns() + limit_ns;
    for (;;) {
        take_signals(executor, rep);
        if (rep->reaped) {
            return OUTCOME_ENDED;
        }
        if (executor->interrupted) {
            return OUTCOME_INTERRUPTED;
        }
        if ((files[1].revents & POLLIN) && answer(rep) && until_ready) {
            return OUTCOME_READY;
        }
        uint64_t now = clock_now_ns();
        if (now >= deadline + STOPPED_NS) {
            deadline = now + limit_ns; /* the whole was stopped, and so was its work */
        }
        if (now >= deadline) {
            return OUTCOME_LATE;
        }
        if (observe && atomic_load(&rep->shared->report.phase) == PHASE_GO) {
            look_at_memory(rep);
        }
        if (executor_stuck_look(&rep->stuck)) {
            return OUTCOME_STUCK;
        }
        uint64_t left = smaller(deadline - now, executor_stuck_pause_ns(&rep->stuck));
        struct timespec timeout =
            clock_timespec(observe ? smaller(left, OBSERVE_MS * UINT64_C(1000000)) : left);
        files[1].revents = 0;
        ppoll(files, 2, &timeout, NULL);
    }
}

static void open_gate(struct repetition *rep)
{
    atomic_store(&rep->shared->report.phase, PHASE_GO);
    syscall(SYS_futex, &rep->shared->report.phase, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Kills what is left of the group and reaps all of it: the runner is a
 * subreaper, so that orphans of a killed image come to it. */
static void clear_group(struct repetition *rep)
{
    if (rep->pid == 0) {
        return;
    }
    kill(-rep->pid, SIGKILL);
    while (!rep->reaped && waitpid(rep->pid, &rep->wait_status, 0) < 0 && errno == EINTR) {
    }
    rep->reaped = true;
    kill(-rep->pid, SIGKILL);
    while (waitpid(-rep->pid, NULL, 0) > 0 || errno == EINTR) {
    }
    guard_unwatch(rep->executor->guard, rep->pid);
    folder_empty_open(rep->executor->scratch);
}

static void watch(struct repetition *rep, bool observed, uint64_t timeout_ns, struct timing *row)
{
    char time[32];
    bool started = false;
    enum outcome outcome = wait_for(rep, true, false, SETUP_LIMIT_NS);
    if (outcome == OUTCOME_READY) {
        started = true;
        if (observed) {
            look_at_memory(rep); /* at least the state after the set-up */
        }
        neighbours_before(rep->executor->neighbours);
        surroundings_before(rep->executor->surroundings, rep->pid);
        executor_stuck_begin(&rep->stuck, rep->cell, rep->shared);
        open_gate(rep);
        outcome = wait_for(rep, false, observed, timeout_ns);
        executor_stuck_end(&rep->stuck);
        row->other_runs = neighbours_since(rep->executor->neighbours);
    }
    switch (outcome) {
    case OUTCOME_LATE:
        row_trouble(
            row, rep->executor->texts, STATUS_TIMEOUT,
            started ? "not done after %s: %llu of %llu tasks had ended"
                    : "the set-up was not done after %s: %llu of %llu tasks had ended",
            units_human_time(time, sizeof time, (double)(started ? timeout_ns : SETUP_LIMIT_NS)),
            (unsigned long long)row_count_ended(rep->shared, rep->cell->tasks),
            (unsigned long long)rep->cell->tasks);
        break;
    case OUTCOME_STUCK:
        row_trouble(row, rep->executor->texts, STATUS_DEADLOCK, "%s", rep->stuck.reason);
        break;
    case OUTCOME_INTERRUPTED:
        row_trouble(row, rep->executor->texts, STATUS_INTERRUPTED, "stopped by a signal to bench");
        break;
    default:
        row_judge(row, rep->executor->texts, rep->shared, rep->cell->tasks, rep->wait_status);
        executor_refused_take(rep->cell, rep->executor->scratch, &rep->shared->report.refusal,
                              false, rep->limit);
        if (row->status == STATUS_FAILED && rep->limit[0]) {
            row_trouble(row, rep->executor->texts, STATUS_SKIPPED, "%s", rep->limit);
        }
        if (row->status == STATUS_OK && observed) {
            row->peak_bytes = rep->peak_bytes ? rep->peak_bytes : FIGURE_UNKNOWN;
        }
        if (row->status == STATUS_OK) {
            struct surroundings seen;
            surroundings_after(rep->executor->surroundings, &seen);
            row_surroundings(row, &seen);
        }
    }
}

/* The runner itself lacked something. */
static void fail_to_start(struct repetition *rep, int code, const struct error *why,
                          struct timing *row)
{
    struct limits_refusal refusal = {
        .call = rep->call, .code = code, .amount = rep->bytes, .live = true};
    if (rep->call) {
        executor_refused_look(rep->cell, rep->executor->scratch, &refusal, rep->limit);
    }
    row_trouble(row, rep->executor->texts, rep->limit[0] ? STATUS_SKIPPED : STATUS_FAILED, "%s",
                rep->limit[0] ? rep->limit : why->text);
}

/* What a process died of is not told by its death. */
static void blame_memory(const struct executor *executor, struct timing *row)
{
    const uint64_t ended = oom_since(&executor->oom);
    if (ended > 0 && row->status != STATUS_OK && row->status != STATUS_INTERRUPTED) {
        row_add(row, executor->texts,
                "memory ran out: meanwhile the kernel's OOM killer ended %llu process%s %s",
                (unsigned long long)ended, ended == 1 ? "" : "es",
                executor->oom.of_group ? "of this control group" : "on this machine");
    }
}

int executor_run(struct executor *executor, const struct cell *cell, bool observed,
                 uint64_t timeout_ns, struct timing *row, struct shared **keep, struct error *err)
{
    struct repetition rep = {.executor = executor, .cell = cell, .memory = -1, .ready = -1};
    struct error why = {""};
    int rc;

    row_start(row);
    if (keep) {
        *keep = NULL;
    }
    if (!plan_runs(cell)) {
        char reason[TEXT_REASON];
        row_trouble(row, executor->texts, cell->unsupported ? STATUS_UNSUPPORTED : STATUS_SKIPPED,
                    "%s", plan_reason(cell, reason, sizeof reason));
        return 0;
    }
    if (cell->workload->needs_scratch && executor->scratch < 0) {
        return error_set(err, -EINVAL, "no scratch folder for the workload %s",
                         cell->workload->name);
    }
    oom_before(&executor->oom);
    rc = make_shared(&rep, observed, &why);
    if (rc == 0) {
        rep.ready = move_up(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        rep.call = rep.ready < 0 ? "eventfd" : NULL;
        rc = rep.ready < 0 ? error_set(&why, -errno, "eventfd: %s", strerror(errno))
                           : spawn_image(&rep, &why);
    }
    if (rc == 0) {
        watch(&rep, observed, timeout_ns, row);
    } else {
        fail_to_start(&rep, rc, &why, row);
    }
    clear_group(&rep);
    blame_memory(executor, row);
    if (rep.ready >= 0) {
        close(rep.ready);
    }
    if (rep.memory >= 0) {
        close(rep.memory);
    }
    if (keep && row->status == STATUS_OK) {
        *keep = rep.shared;
    } else if (rep.shared) {
        munmap(rep.shared, rep.bytes);
    }
    return 0;
}

void executor_release(struct shared *shared)
{
    if (shared) {
        munmap(shared, shared->all_bytes);
    }
}

bool executor_sleep(struct executor *executor, uint64_t ns)
{
    struct pollfd file = {.fd = executor->signals, .events = POLLIN};
    const struct timespec timeout = clock_timespec(ns);
    ppoll(&file, 1, &timeout, NULL);
    return executor_poll(executor);
}

bool executor_poll(struct executor *executor)
{
    take_signals(executor, NULL);
    return executor->interrupted;
}
