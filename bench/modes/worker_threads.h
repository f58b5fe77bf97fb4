/*
 * worker_threads.h - a fixed number of threads that live as long as the job: made,
 * bound and joined. What thread-pool, thread-coroutine and process-thread share.
 */
#ifndef BENCH_MODES_WORKER_THREADS_H
#define BENCH_MODES_WORKER_THREADS_H

#include "bench/repetition/job.h"

/* The body of thread `index` (from 0), the worker with the record `worker`; in its own thread.
 * 0, or -errno with err set. */
typedef int worker_thread_body(const struct job *job, void *argument, uint64_t index,
                               uint64_t worker, struct error *err);

struct worker_thread; /* opaque */

struct worker_threads {
    struct worker_thread *list;
    uint64_t made;
};

/* Makes `count` threads, with the records from `first` on. The time that this takes is added to
 * job->spawn_ns. 0, or -errno with job->err set; those that were made must be joined either way. */
int worker_threads_start(struct worker_threads *threads, struct job *job, uint64_t first,
                         uint64_t count, worker_thread_body *body, void *argument);

/* Waits for their ends. 0, or the first error of one of them; it goes to job->err unless `rc`, what
 * the caller has come to so far, is an error already. Returns that one then. */
int worker_threads_join(struct worker_threads *threads, struct job *job, int rc);

/* Both in a row. */
int worker_threads_run(struct job *job, uint64_t first, uint64_t count, worker_thread_body *body,
                       void *argument);

#endif
