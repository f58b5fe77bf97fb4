/*
 * process-coroutine, process-thread: several processes, each of which runs its share of the
 * tasks (every W-th of them) at once, in coroutines over an event loop of its own or in
 * threads.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/modes/children.h"
#include "bench/modes/loop_mail.h"
#include "bench/modes/loop_worker.h"
#include "bench/modes/mode.h"
#include "bench/modes/worker_threads.h"
#include "bench/util/refusal.h"

/* Exit status of a worker that has said in the report why it cannot go on. */
enum { WORKER_SAID_WHY = 3, WORKER_UNSUPPORTED = 4 };

/* Runs in the worker process `index`. 0, or -errno with job->err set. */
typedef int worker_body(struct job *job, uint64_t index);

/* The parent reads the reason when the worker has been reaped, and then ends the others. One of
 * several failing workers is as good a witness as another, but only one may write, and it must be
 * the one that is reaped. */
static _Noreturn void end_worker(struct job *job, int rc)
{
    struct report *report = &job->shared->report;
    if (rc == 0) {
        _exit(0);
    }
    refusal_tell_lack(rc);
    while (atomic_exchange(&report->reason_taken, true)) {
        pause();
    }
    snprintf(report->reason, sizeof report->reason, "%s", job->err.text);
    _exit(rc == -ENOTSUP ? WORKER_UNSUPPORTED : WORKER_SAID_WHY);
}

static int reap_workers(struct children *children, struct job *job)
{
    int rc = 0;
    while (rc >= 0 && children->alive > 0) {
        uint64_t slot;
        rc = children_reap(children, job, true, &slot);
    }
    const char *reason = job->shared->report.reason;
    if (rc < 0 && reason[0] != '\0' && job->status != STATUS_CRASHED) {
        error_set(&job->err, rc, "%.*s", TEXT_REASON - 1, reason);
        loop_worker_judge(job, children->exit_status == WORKER_UNSUPPORTED ? -ENOTSUP : rc);
    }
    return rc < 0 ? rc : 0;
}

static int launch_workers(struct job *job, worker_body *body)
{
    struct children children;
    int rc = children_init(&children, job);
    for (uint64_t index = 0; index < job->worker_count && rc == 0; index++) {
        pid_t pid = children_fork(&children, job, index);
        if (pid == 0) {
            end_worker(job, body(job, index));
        }
        rc = pid < 0 ? (int)pid : 0;
    }
    if (rc == 0) {
        rc = reap_workers(&children, job);
    }
    children_end(&children);
    return rc;
}

/* --- process-coroutine --- */

static int run_coroutines(struct job *job, uint64_t index)
{
    job_worker_begin(job, index, false);
    int rc = loop_worker_run(job, &loop_tasks_coroutines, index, index, &job->err);
    job_worker_end(job, index);
    return rc;
}

static int process_coroutine_launch(struct job *job)
{
    int rc = launch_workers(job, run_coroutines);
    loop_mail_close(job);
    return rc;
}

const struct mode mode_process_coroutine = {
    .name = "process-coroutine",
    .summary = "processes, each with an event loop and a coroutine for each of its tasks",
    .workers = MODE_WORKERS_FIXED,
    .processes = true,
    .inner = MODE_INNER_COROUTINES,
    .prepare = loop_mail_open,
    .launch = process_coroutine_launch,
};

/* --- process-thread --- */

struct task_share {
    _Atomic uint64_t next; /* the first task that no thread has taken */
};

/* Threads take the tasks of their process in order; one that is taken before it has arrived waits
 * for it in the thread that took it. */
static int run_share(const struct job *job, void *argument, uint64_t index, uint64_t worker,
                     struct error *err)
{
    struct task_share *share = argument;
    (void)index;
    (void)err;
    for (;;) {
        uint64_t task = atomic_fetch_add(&share->next, job->worker_count);
        if (task >= job->task_count) {
            return 0;
        }
        job_queued(job, task);
        job_run_task(job, worker, task);
    }
}

static int run_threads(struct job *job, uint64_t index)
{
    struct task_share share = {.next = index};
    uint64_t count =
        index < job->task_count ? (job->task_count - index - 1) / job->worker_count + 1 : 0;
    uint64_t threads = job->threads < count ? job->threads : count;
    for (uint64_t i = 0; i < threads; i++) {
        job->workers[index * job->threads + i].process = getpid();
    }
    return threads == 0 ? 0
                        : worker_threads_run(job, index * job->threads, threads, run_share, &share);
}

static int process_thread_launch(struct job *job)
{
    return launch_workers(job, run_threads);
}

const struct mode mode_process_thread = {
    .name = "process-thread",
    .summary = "processes, each with a thread for each of its tasks",
    .workers = MODE_WORKERS_FIXED,
    .processes = true,
    .inner = MODE_INNER_THREADS,
    .launch = process_thread_launch,
};
