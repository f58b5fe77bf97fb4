/*
 * job.h - one repetition as a mode sees it: the tasks to run, the records to
 * fill, and what every worker of every mode does in the same way, so that no
 * mode pays for the measuring more than another.
 */
#ifndef BENCH_REPETITION_JOB_H
#define BENCH_REPETITION_JOB_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/repetition/shared.h"
#include "bench/util/clock.h"
#include "bench/util/error.h"
#include "workloads/workload.h"

struct mode;

struct job {
    struct shared *shared;
    const struct workload *workload;
    const struct wait_calls *calls;
    const void *state; /* the workload's */
    uint64_t task_count;
    uint64_t worker_count; /* at once at the most */
    struct task_record *tasks;
    struct worker_record *workers;
    uint64_t main_running_ns, main_ready_ns; /* the main thread's counters, read before the clock */
    uint64_t spawn_ns;                       /* the mode adds what its creating calls took */
    enum status status;
    struct error err;
};

/* Fills `job` from the mapping; -EINVAL where a name of the request is unknown. */
int job_init(struct job *job, struct shared *shared, const struct mode **mode);

/* The task has been handed to the mode: stamps queued_ns. By the submitting thread. */
static inline void job_queued(const struct job *job, uint64_t task)
{
    job->tasks[task].queued_ns = clock_now_ns();
}

/* Runs one task in the calling worker, fills its record, and returns how long it ran, in ns.
 * Never fails: a task's own error is in the record. */
uint64_t job_run_task(const struct job *job, uint64_t worker, uint64_t task);

/* Where the main thread is itself a worker: reads its scheduler's counters. Before the
 * clock starts. */
void job_prepare_main(struct job *job);

/* First and last thing that a worker does, in its own thread. begin() binds a
 * process-like worker (threads are bound at creation: job_thread_attr) and checks the binding.
 * `main_thread`: the worker is the repetition's main thread, whose counters do not start at 0
 * with it, as those of a thread or process made for it do. */
void job_worker_begin(const struct job *job, uint64_t worker, bool main_thread);
void job_worker_end(const struct job *job, uint64_t worker);

/* Makes `attr` bind the new thread before it first runs, where workers are pinned.
 * 0 or -errno. */
int job_thread_attr(const struct job *job, uint64_t worker, pthread_attr_t *attr);

/* The first task that `worker` started and did not end, or -1: for naming the
 * task that a dead worker was in. */
int64_t job_unfinished_task(const struct job *job, uint64_t worker);

#endif
