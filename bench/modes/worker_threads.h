/*
 * worker_threads.h - a fixed number of threads that live as long as the job: made,
 * bound and joined. What thread-coroutine and process-thread share.
 */
#ifndef BENCH_MODES_WORKER_THREADS_H
#define BENCH_MODES_WORKER_THREADS_H

#include "bench/repetition/job.h"

/* The body of thread `index` (from 0), the worker with the record `worker`; in its own thread.
 * 0, or -errno with err set. */
typedef int worker_thread_body(const struct job *job, void *argument, uint64_t index,
                               uint64_t worker, struct error *err);

/* Runs `count` threads, with the records from `first` on, and joins them. The time of making them
 * is added to job->spawn_ns. 0, or the first error of one of them with job->err set; then the
 * others have ended all the same. */
int worker_threads_run(struct job *job, uint64_t first, uint64_t count, worker_thread_body *body,
                       void *argument);

#endif
