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
struct wait;

struct job {
    struct shared *shared;
    const struct workload *workload;
    const struct wait *wait;
    const void *state;             /* the workload's */
    struct sync_area *area;        /* of the objects that the tasks share; NULL: there are none */
    const struct sync_calls *sync; /* of a task that may block its worker; NULL likewise */
    bool paced;                    /* tasks arrive at set times: see job_queued() */
    uint64_t task_count;
    uint64_t worker_count; /* at once at the most */
    uint64_t threads;      /* with a record of their own, of a worker */
    struct task_record *tasks;
    struct worker_record *workers;
    uint64_t main_running_ns, main_ready_ns; /* the main thread's counters, read before the clock */
    uint64_t spawn_ns;                       /* the mode adds what its creating calls took */
    enum status status;
    struct error err;
};

/* Fills `job` from the mapping; -EINVAL where a name of the request is unknown. */
int job_init(struct job *job, struct shared *shared, const struct mode **mode);

/* When the task of a paced job arrives, CLOCK_MONOTONIC. Before job_queued(). */
static inline uint64_t job_arrival_ns(const struct job *job, uint64_t task)
{
    return job->shared->report.clock_start_ns + job->tasks[task].queued_ns;
}

/* Sleeps until the task of a paced job arrives, and stamps that moment, however late it is. */
void job_await_arrival(const struct job *job, uint64_t task);

/* The task has been handed to the mode: stamps queued_ns. By the submitting thread, once per
 * task. In a paced job (--rate) it first blocks until the task arrives. */
static inline void job_queued(const struct job *job, uint64_t task)
{
    if (job->paced) {
        job_await_arrival(job, task);
    } else {
        job->tasks[task].queued_ns = clock_now_ns();
    }
}

/* The same where nothing may block and the task of a paced job is known to have arrived. */
static inline void job_arrived(const struct job *job, uint64_t task)
{
    job->tasks[task].queued_ns = job->paced ? job_arrival_ns(job, task) : clock_now_ns();
}

/* Before and after a task, in its worker: fill its record. end() returns how long it ran, in ns. */
void job_task_begin(const struct job *job, uint64_t worker, uint64_t task);
uint64_t job_task_end(const struct job *job, uint64_t worker, uint64_t task, int error,
                      uint64_t checksum);

/* Runs one task in the calling worker, which it may block, and returns how long it ran, in ns.
 * Never fails: a task's own error is in the record. */
uint64_t job_run_task(const struct job *job, uint64_t worker, uint64_t task);

/* The same with a context that is not the blocking one. */
uint64_t job_run_task_in(const struct job *job, uint64_t worker, uint64_t task,
                         struct task_context *context);

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

/* The first task that `worker` (any of its threads) started and did not end, or -1: for naming
 * the task that a dead worker was in. */
int64_t job_unfinished_task(const struct job *job, uint64_t worker);

#endif
