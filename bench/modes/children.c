#include "bench/modes/children.h"

#include "bench/repetition/companion.h"
#include "bench/util/refusal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first of the records of the worker in `slot`. */
static struct worker_record *record_of(struct job *job, uint64_t slot)
{
    return &job->workers[slot * job->threads];
}

int children_init(struct children *children, struct job *job)
{
    *children = (struct children){.slots = job->worker_count};
    children->pids = calloc(children->slots, sizeof *children->pids);
    if (!children->pids) {
        return error_set(&job->err, -ENOMEM, "no memory for %llu process ids",
                         (unsigned long long)children->slots);
    }
    return 0;
}

void children_end(struct children *children)
{
    for (uint64_t slot = 0; slot < children->slots && children->alive > 0; slot++) {
        if (children->pids[slot] != 0) {
            kill(children->pids[slot], SIGKILL);
            while (waitpid(children->pids[slot], NULL, 0) < 0 && errno == EINTR) {
            }
            children->alive--;
        }
    }
    free(children->pids);
    children->pids = NULL;
}

pid_t children_fork(struct children *children, struct job *job, uint64_t slot)
{
    pid_t parent = getpid();
    uint64_t before = clock_now_ns();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(1); /* the parent died before the prctl */
        }
        record_of(job, slot)->process = getpid();
        return 0;
    }
    job->spawn_ns += clock_now_ns() - before;
    if (pid < 0) {
        int rc = refusal_tell("fork", -errno, 0);
        return error_set(&job->err, rc, "worker process %llu of %llu could not be forked: %s",
                         (unsigned long long)slot, (unsigned long long)children->slots,
                         strerror(-rc));
    }
    record_of(job, slot)->process = pid; /* the child may die before it says so itself */
    children_enter(children, slot, pid);
    return pid;
}

void children_enter(struct children *children, uint64_t slot, pid_t pid)
{
    children->pids[slot] = pid;
    children->alive++;
}

/* Children end more or less in the order in which they were made, so that the search from
 * the last one on is short; from the first one on, thousands would cost as much as a fork. */
static uint64_t slot_of(struct children *children, pid_t pid)
{
    for (uint64_t i = 0; i < children->slots; i++) {
        uint64_t slot = children->next;
        children->next = slot + 1 < children->slots ? slot + 1 : 0;
        if (children->pids[slot] == pid) {
            return slot;
        }
    }
    return children->slots;
}

int children_bad_end(struct job *job, uint64_t slot, int status)
{
    int64_t task = job_unfinished_task(job, slot);
    int process = record_of(job, slot)->process;
    char where[64] = "outside of a task";
    if (task >= 0) {
        snprintf(where, sizeof where, "in task %lld", (long long)task);
    }
    if (WIFSIGNALED(status)) {
        job->status = STATUS_CRASHED;
        return error_set(&job->err, -ECHILD, "worker process %d was killed by signal %d (%s) %s",
                         process, WTERMSIG(status), strsignal(WTERMSIG(status)), where);
    }
    return error_set(&job->err, -ECHILD, "worker process %d exited with status %d %s", process,
                     WEXITSTATUS(status), where);
}

int children_reap(struct children *children, struct job *job, bool block, uint64_t *slot)
{
    int status;
    pid_t pid;
    do {
        pid = waitpid(-1, &status, block ? 0 : WNOHANG);
    } while (pid < 0 && errno == EINTR);
    if (pid == 0) {
        return 0;
    }
    if (pid < 0) {
        return error_set(&job->err, -errno, "waiting for the worker processes: %s",
                         strerror(errno));
    }
    if (pid == job->shared->companion) {
        companion_died(job->shared);
    }
    *slot = slot_of(children, pid);
    if (*slot == children->slots) {
        return 0; /* an orphan that was handed to us: not a worker */
    }
    children->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    children->pids[*slot] = 0;
    children->alive--;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return children_bad_end(job, *slot, status);
    }
    return 1;
}
