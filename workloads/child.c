/*
 * child: what becomes of a process that ends before its parent looks, and of one whose parent ends
 * first. A task forks a child and sees that it stays a zombie until it is waited for and is gone
 * then; and it forks a child whose own child outlives it and reports whom it has as parent then.
 * This is a check of the system's behaviour, not of any mode's speed: the waiting for a child that
 * is about to end blocks the worker.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"
#include "workloads/key.h"
#include "workloads/setup.h"

enum { CHILD_STATUS = 7 }; /* with which a child exits */

/* A grandchild looks so often, and not for ever, whether its parent has died. */
#define LOOK_EVERY_NS UINT64_C(50000)
enum { LOOKS = 200000 };

enum finding { AS_IT_SHOULD, NO_ZOMBIE, OTHER_STATUS, NOT_GONE, NOT_ADOPTED };

struct child_slot {
    uint32_t finding; /* enum finding; what else is here tells more of it */
    int32_t process;
    char state; /* of /proc/PID/stat, '-': there was none */
};

struct child_state {
    uint64_t seed, tasks;
    struct child_slot *slots;
};

static uint64_t child_default_tasks(const uint64_t *values)
{
    (void)values;
    return 16;
}

/* Nobody takes it: with objects, the findings are in memory that processes share. */
static uint64_t child_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return 1;
}

/* Of the pipe. */
static uint64_t child_descriptors(const uint64_t *values, uint64_t tasks, uint64_t alive)
{
    (void)values;
    (void)tasks;
    return 2 * alive;
}

static uint64_t child_estimate_ns(const uint64_t *values)
{
    (void)values;
    return 1000000;
}

static int child_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool fresh;
    if (access("/proc/self/stat", R_OK) != 0) {
        return error_set(err, -ENOTSUP,
                         "the states of processes are read in /proc, which is not "
                         "mounted here");
    }
    struct child_state *own = setup_state("child", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct child_state){.seed = env->seed, .tasks = env->tasks};
    own->slots = setup_share(env, "child", 0, own->tasks, sizeof *own->slots, &fresh, err);
    int rc = own->slots == NULL ? -ENOMEM : setup_objects(env, "child", 0, 1, OBJECT_MUTEX, 0, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

/* --- a child that ends --- */

/* '-' where there is no such process. */
static char state_of(pid_t pid)
{
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    if (got <= 0) {
        return '-';
    }
    text[got] = '\0';
    const char *name_end = strrchr(text, ')'); /* a name may hold anything */
    return name_end && name_end[1] == ' ' ? name_end[2] : '?';
}

/* 0 or -errno; with `flags` | WNOWAIT it can be waited for again. */
static int wait_for(pid_t pid, int flags, siginfo_t *info)
{
    int rc;
    do {
        rc = waitid(P_PID, (id_t)pid, info, WEXITED | flags);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? 0 : -errno;
}

static int tell(struct child_slot *slot, enum finding finding, pid_t pid, char state)
{
    slot->finding = finding;
    slot->process = pid;
    slot->state = state;
    return 0;
}

/* Another process may get the number again at once, so the system is also asked whether there is
 * anything left to be waited for. */
static int check_gone(struct child_slot *slot, pid_t pid)
{
    siginfo_t info;
    const char state = state_of(pid);
    return state == 'Z' || wait_for(pid, WNOHANG | WNOWAIT, &info) != -ECHILD
               ? tell(slot, NOT_GONE, pid, state)
               : 0;
}

static int zombie(struct child_slot *slot)
{
    siginfo_t info = {.si_pid = 0};
    pid_t pid = fork();
    if (pid < 0) {
        return refusal_tell("fork", -errno, 0);
    }
    if (pid == 0) {
        _exit(CHILD_STATUS);
    }
    /* Until it has ended, without reaping it. */
    int rc = wait_for(pid, WNOWAIT, &info);
    if (rc == -ECHILD) {
        return tell(slot, NO_ZOMBIE, pid, '-'); /* somebody else reaped it */
    }
    const char state = state_of(pid);
    if (rc == 0) {
        rc = wait_for(pid, 0, &info);
    }
    if (rc < 0) {
        return rc;
    }
    if (state != 'Z') {
        return tell(slot, NO_ZOMBIE, pid, state);
    }
    if (info.si_code != CLD_EXITED || info.si_status != CHILD_STATUS) {
        return tell(slot, OTHER_STATUS, info.si_status, state);
    }
    return check_gone(slot, pid);
}

/* --- a child that dies before its own child --- */

struct report {
    int32_t process;         /* the grandchild's, or -errno where it could not be forked */
    int32_t parent, adopter; /* before and after the parent's end */
};

static void send_report(int fd, const struct report *report)
{
    while (write(fd, report, sizeof *report) < 0 && errno == EINTR) {
    }
}

static _Noreturn void live_on(int fd, pid_t parent)
{
    const struct timespec pause = clock_timespec(LOOK_EVERY_NS);
    struct report report = {.process = getpid(), .parent = parent};
    for (int look = 0; look < LOOKS && getppid() == parent; look++) {
        nanosleep(&pause, NULL);
    }
    report.adopter = getppid();
    send_report(fd, &report);
    _exit(0);
}

static _Noreturn void die_first(int fd)
{
    const pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        live_on(fd, self);
    }
    if (pid < 0) {
        const struct report report = {.process = refusal_tell("fork", -errno, 0)};
        send_report(fd, &report);
    }
    _exit(0);
}

static int receive_report(struct task_context *context, int fd, struct report *report)
{
    for (size_t got = 0; got < sizeof *report;) {
        ssize_t more = ctx_receive(context, fd, (char *)report + got, sizeof *report - got);
        if (more <= 0) {
            return more < 0 ? (int)more : -EPIPE;
        }
        got += (size_t)more;
    }
    return report->process < 0 ? report->process : 0;
}

/* The adopter is the nearest subreaper above, which may be this very process: then it is our turn
 * to reap. */
static int check_adoption(struct child_slot *slot, const struct report *report, pid_t child)
{
    siginfo_t info;
    if (report->adopter == getpid()) {
        int rc = wait_for(report->process, 0, &info);
        if (rc < 0) {
            return rc;
        }
    }
    return report->parent != child || report->adopter == child
               ? tell(slot, NOT_ADOPTED, report->process, '-')
               : 0;
}

static int orphan_reports(struct task_context *context, struct child_slot *slot, const int *ends)
{
    siginfo_t info;
    struct report report;
    pid_t child = fork();
    if (child == 0) {
        die_first(ends[1]);
    }
    int rc = child < 0 ? refusal_tell("fork", -errno, 0) : wait_for(child, 0, &info);
    close(ends[1]);
    if (rc == 0) {
        rc = receive_report(context, ends[0], &report);
    }
    return rc < 0 ? rc : check_adoption(slot, &report, child);
}

static int orphan(struct task_context *context, struct child_slot *slot)
{
    int ends[2];
    /* Not by pipe2(): the thread sanitizer keeps a record of each descriptor that this makes, does
     * not see io_uring close it, and would take the next user of the number for a race. */
    if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0) {
        return refusal_tell("pipe2", -errno, 0);
    }
    int rc = orphan_reports(context, slot, ends);
    int closed = ctx_close(context, ends[0]);
    return rc < 0 ? rc : closed;
}

static int child_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct child_state *own = state;
    struct child_slot *slot = &own->slots[index];
    *checksum = task_key(own->seed, index);
    int rc = zombie(slot);
    return rc < 0 || slot->finding != AS_IT_SHOULD ? rc : orphan(context, slot);
}

static uint64_t child_expected(const void *state, uint64_t index)
{
    const struct child_state *own = state;
    return task_key(own->seed, index);
}

/* --- afterwards --- */

static int say_finding(const struct child_slot *slot, uint64_t index, struct error *err)
{
    switch (slot->finding) {
    case NO_ZOMBIE:
        return error_set(err, -EBADMSG,
                         "task %" PRIu64 ": child %d had ended and was no zombie before it was "
                         "waited for (state %c)",
                         index, slot->process, slot->state);
    case OTHER_STATUS:
        return error_set(err, -EBADMSG, "task %" PRIu64 ": a child exited with %d, not %d", index,
                         slot->process, CHILD_STATUS);
    case NOT_GONE:
        return error_set(err, -EBADMSG,
                         "task %" PRIu64 ": child %d was still there after it was waited for "
                         "(state %c)",
                         index, slot->process, slot->state);
    default:
        return error_set(err, -EBADMSG,
                         "task %" PRIu64 ": process %d still had its parent when that was dead",
                         index, slot->process);
    }
}

static int child_verify(const void *state, struct error *err)
{
    const struct child_state *own = state;
    for (uint64_t i = 0; i < own->tasks; i++) {
        if (own->slots[i].finding != AS_IT_SHOULD) {
            return say_finding(&own->slots[i], i, err);
        }
    }
    return 0;
}

extern const struct workload workload_child;
const struct workload workload_child = {
    .name = "child",
    .summary = "forks children: one stays a zombie for a while, one is adopted",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .default_tasks = child_default_tasks,
    .descriptors = child_descriptors,
    .objects = child_objects,
    .estimate_ns = child_estimate_ns,
    .setup = child_setup,
    .task = child_task,
    .expected = child_expected,
    .verify = child_verify,
    .teardown = free,
};
