/*
 * pool.h - a fixed number of reused workers, fed through a bounded queue.
 *
 * The part that thread-pool and process-pool share: one block of shared memory
 * with a queue of tasks from the submitter to the workers and, for processes, a queue of
 * completions back. Submission is asynchronous: pool_submit() returns once the task is queued
 * and blocks only while the queue is full. The completion call-back runs once per
 * task: with threads in the worker that ran the task, with processes in the
 * submitting process, inside its pool calls: in pool_drain(), while it waits for room,
 * and in one submission out of some tens.
 *
 * Both sides spin for a bounded time (some microseconds), of the workers one at a time, then
 * sleep in the kernel.
 * One thread submits. Workers may be many.
 */
#ifndef BENCH_MODES_POOL_H
#define BENCH_MODES_POOL_H

#include "bench/modes/ring.h"
#include "bench/repetition/job.h"

struct pool_area; /* in shared memory */

typedef void pool_done(void *argument, uint64_t task);

struct pool {
    struct pool_area *area;
    struct ring *queue;       /* tasks to be run */
    struct ring *completions; /* processes only; NULL: call-backs run in the worker */
    const struct job *job;
    pool_done *done;
    void *argument;
    /* Called now and then while the submitter waits: are the workers still there? 0 or
     * -errno, which ends the wait. NULL: nothing to ask. */
    int (*check)(void *argument);
    /* The submitter's own, apart from what the workers read for every task. */
    _Alignas(256) uint64_t submitted;
    uint64_t drained;
};

/* Bytes of shared memory for a queue of `capacity` tasks (a power of two). */
size_t pool_bytes(uint64_t capacity, uint64_t workers, bool completions);

/* Makes the block at `memory` (256-aligned) a pool without tasks, and touches all of it. */
void pool_lay_out(void *memory, uint64_t capacity, uint64_t workers, bool completions);

/* The handle of the pool that lies at `memory`, laid out for the same figures. */
void pool_open(struct pool *pool, void *memory, uint64_t capacity, const struct job *job,
               bool completions);

/* Queues the task. 0, or what check() returned. */
int pool_submit(struct pool *pool, uint64_t task);

/* Waits until all that was submitted has completed and its call-backs have run.
 * 0, or what check() returned. */
int pool_drain(struct pool *pool);

/* No more tasks will come: workers end when the queue is empty. */
void pool_close(struct pool *pool);

/* The life of a worker: runs tasks until the pool is closed and empty. */
void pool_work(struct pool *pool, uint64_t worker);

/* The body that both pool modes share: submits every task of the job, one at a
 * time where the request says so, and drains. */
int pool_run_job(struct pool *pool, const struct job *job);

#endif
