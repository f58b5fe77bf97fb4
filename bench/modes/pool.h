/*
 * pool.h - a fixed number of reused workers, fed through a bounded queue.
 *
 * The part that thread-pool and process-pool share: one block of shared memory
 * with a queue of tasks from the submitter to the workers and, for processes, a queue of
 * completions back. Submission is asynchronous: pool_submit() returns once the
 * task is queued and blocks only while the queue is full. The completion call-back runs once per
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

#include "bench/modes/task_queue.h"

struct pool_area; /* in shared memory */

/* What a block is laid out for; to be opened as the same. */
struct pool_shape {
    uint64_t capacity; /* of the queue of tasks, a power of two */
    uint64_t workers;
    bool completions; /* come back through a queue: workers are processes */
    enum schedule_kind schedule;
};

typedef void pool_done(void *argument, uint64_t task);

struct pool {
    struct pool_area *area;
    struct task_queue queue;  /* tasks to be run */
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

/* The shape that the request asks for. */
struct pool_shape pool_shape(const struct request *request, bool completions);

/* Bytes of shared memory that it takes. */
size_t pool_bytes(const struct pool_shape *shape);

/* Makes the block at `memory` (256-aligned) a pool without tasks, and touches all of it. */
void pool_lay_out(void *memory, const struct pool_shape *shape);

/* The handle of the pool that lies at `memory`. */
void pool_open(struct pool *pool, void *memory, const struct pool_shape *shape,
               const struct job *job);

/* Queues the task. 0, or what check() returned. */
int pool_submit(struct pool *pool, uint64_t task);

/* Waits until all that was submitted has completed and its call-backs have run.
 * 0, or what check() returned. */
int pool_drain(struct pool *pool);

/* No more tasks will come: workers end when the queue is empty. */
void pool_close(struct pool *pool);

/* Mean time in ns from a task's end to its call-back, of the tasks that ran for 200 us and more;
 * FIGURE_OFF where there was none. After the drain and, with threads, the workers' end. */
uint64_t pool_callback_ns(const struct pool *pool);

/* The life of a worker: runs tasks until the pool is closed and empty. */
void pool_work(struct pool *pool, uint64_t worker);

/* The body that both pool modes share: submits every task of the job, one at a
 * time where the request says so, and drains. */
int pool_run_job(struct pool *pool, const struct job *job);

#endif
