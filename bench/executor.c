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
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/arrivals.h"
#include "bench/executor_row.h"
#include "bench/executor_stuck.h"
#include "bench/modes/pool.h"
#include "bench/observe.h"
#include "bench/plan_reason.h"
#include "bench/util/clock.h"
#include "bench/util/units.h"
#include "workloads/available.h"

extern char **environ;

/* Setting up is not timed, but must end some time. */
#define SETUP_LIMIT_NS (600 * NS_PER_SECOND)

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
    struct shared plan = {.request = {.tasks = cell->tasks,
                                      .objects = objects_of(cell),
                                      .pin_count = pins_of(rep->executor, cell)}};
    const struct pool_shape shape = {.capacity = rep->executor->plan->queue,
                                     .workers = cell->workers,
                                     .completions = cell->mode->processes,
                                     .schedule = cell->schedule.kind};
    size_t pool = cell->mode->queue ? pool_bytes(&shape) : 0;
    rep->bytes = shared_layout(&plan, cell->workers * cell->threads, pool);
    if (rep->bytes > available_bytes("")) {
        return error_set(err, -ENOMEM,
                         "the records of %llu tasks need %zu MiB, more than is available: fewer "
                         "--tasks need less",
                         (unsigned long long)cell->tasks, rep->bytes >> 20);
    }
    rep->memory = move_up(memfd_create("bench-repetition", MFD_CLOEXEC));
    if (rep->memory < 0) {
        return error_set(err, -errno, "no descriptor for shared memory: %s (ulimit -n)",
                         strerror(errno));
    }
    if (ftruncate(rep->memory, (off_t)rep->bytes) != 0) {
        return error_set(err, -errno, "no shared memory of %zu bytes: %s", rep->bytes,
                         strerror(errno));
    }
    void *at = mmap(NULL, rep->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, rep->memory, 0);
    if (at == MAP_FAILED) {
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
        return error_set(err, rc, "%s could not be started: %s", executor->image, strerror(-rc));
    }
    guard_watch(executor->guard, rep->pid);
    return 0;
}

/* Takes what arrived on the signal descriptor: the end of the child, or the wish to stop. */
static void take_signals(struct executor *executor, struct repetition *rep)
{
    struct signalfd_siginfo info;
    while (read(executor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD) {
            executor->interrupted = true;
        }
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

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Sleeps until the image is ready (where `until_ready`), has ended, is late, is
 * stuck, or a signal came. Watches the memory meanwhile where `observe`. */
static enum outcome wait_for(struct repetition *rep, bool until_ready, bool observe,
                             uint64_t limit_ns)
{
    struct executor *executor = rep->executor;
    struct pollfd files[2] = {{.fd = executor->signals, .events = POLLIN},
                              {.fd = until_ready ? rep->ready : -1, .events = POLLIN}};
    uint64_t deadline = clock_now_ns() + limit_ns;
    for (;;) {
        take_signals(executor, rep);
        if (rep->reaped) {
            return OUTCOME_ENDED;
        }
        if (executor->interrupted) {
            return OUTCOME_INTERRUPTED;
        }
        if (until_ready && (files[1].revents & POLLIN)) {
            return OUTCOME_READY;
        }
        uint64_t now = clock_now_ns();
        if (now >= deadline) {
            return OUTCOME_LATE;
        }
        if (observe && atomic_load(&rep->shared->report.phase) == PHASE_GO) {
            look_at_memory(rep);
        }
        if (executor_stuck_look(&rep->stuck)) {
            return OUTCOME_STUCK;
        }
        uint64_t left = least(deadline - now, executor_stuck_pause_ns(&rep->stuck));
        struct timespec timeout =
            clock_timespec(observe ? least(left, OBSERVE_MS * UINT64_C(1000000)) : left);
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
    guard_watch(rep->executor->guard, 0);
    guard_empty_scratch(rep->executor->guard);
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
        surroundings_before(rep->executor->surroundings, rep->pid);
        executor_stuck_begin(&rep->stuck, rep->cell, rep->shared);
        open_gate(rep);
        outcome = wait_for(rep, false, observed, timeout_ns);
        executor_stuck_end(&rep->stuck);
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
    rc = make_shared(&rep, observed, &why);
    if (rc == 0) {
        rep.ready = move_up(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        rc = rep.ready < 0 ? error_set(&why, -errno, "eventfd: %s", strerror(errno))
                           : spawn_image(&rep, &why);
    }
    if (rc == 0) {
        watch(&rep, observed, timeout_ns, row);
    } else {
        row_trouble(row, executor->texts, STATUS_FAILED, "%s", why.text);
    }
    clear_group(&rep);
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
        munmap(shared, shared->bytes);
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

static int find_image(struct executor *executor, struct error *err)
{
    static const char name[] = "bench-repetition";
    ssize_t length =
        readlink("/proc/self/exe", executor->image, sizeof executor->image - sizeof name);
    char *slash;
    if (length <= 0) {
        return error_set(err, -errno, "/proc/self/exe: %s", strerror(errno));
    }
    executor->image[length] = '\0';
    slash = strrchr(executor->image, '/');
    memcpy(slash + 1, name, sizeof name);
    if (access(executor->image, X_OK) != 0) {
        return error_set(err, -errno,
                         "%s: %s; it belongs beside bench: build again by scripts/build",
                         executor->image, strerror(errno));
    }
    return 0;
}

/* Clients get the last core, as many hardware threads as it has, and the workers the others. On a
 * machine of one core both share it. */
static void place_companion(struct executor *executor, const struct topology *topology)
{
    struct pin_target *places = NULL;
    size_t count = 0;
    struct error ignored;
    if (topology_is_simulated(topology) ||
        topology_pin_targets(topology, PIN_CORE, &places, &count, &ignored) != 0) {
        return;
    }
    executor->apart = count > 1;
    if (executor->apart) {
        executor->companion_cpus = places[count - 1];
    }
    for (size_t i = 0; i + 1 < count; i++) {
        CPU_OR(&executor->server_cpus.cpus, &executor->server_cpus.cpus, &places[i].cpus);
    }
    free(places);
}

int executor_open(struct executor *executor, const struct plan *plan,
                  const struct topology *topology, struct guard *guard, struct texts *texts,
                  struct error *err)
{
    struct topology_counts counts;
    sigset_t signals;
    int rc;

    *executor = (struct executor){
        .plan = plan, .guard = guard, .texts = texts, .signals = -1, .scratch = -1};
    topology_counts(topology, &counts);
    executor->cache_bytes = topology_is_simulated(topology) ? 0 : counts.cache_bytes;
    rc = find_image(executor, err);
    if (rc != 0) {
        return rc;
    }
    if (plan->pin != PIN_NONE && !plan->simulated) {
        rc = topology_pin_targets(topology, plan->pin, &executor->pins, &executor->pin_count, err);
        if (rc != 0) {
            return rc;
        }
    }
    place_companion(executor, topology);
    executor->surroundings = surroundings_open(NULL, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &executor->former_mask);
    executor->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return executor->signals >= 0 ? 0 : error_set(err, -errno, "signalfd: %s", strerror(errno));
}

void executor_close(struct executor *executor)
{
    if (executor->signals >= 0) {
        /* A signal that came too late to stop anything still counts as an interrupt, and must
         * not kill the summary. */
        executor_poll(executor);
        close(executor->signals);
        executor->signals = -1;
        sigprocmask(SIG_SETMASK, &executor->former_mask, NULL);
    }
    surroundings_close(executor->surroundings);
    executor->surroundings = NULL;
    free(executor->pins);
    executor->pins = NULL;
}
