/* thread-pool: a fixed number of reused threads, fed through a bounded queue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/modes/mode.h"
#include "bench/modes/pool.h"

struct pool_thread {
    struct pool *pool;
    const struct job *job;
    uint64_t worker;
    pthread_t thread;
};

static void *pool_thread_main(void *argument)
{
    struct pool_thread *self = argument;
    job_worker_begin(self->job, self->worker, false);
    pool_work(self->pool, self->worker);
    job_worker_end(self->job, self->worker);
    return NULL;
}

/* Runs in the worker that ran the task; the record is the result. */
static void count_completion(void *argument, uint64_t task)
{
    (void)argument;
    (void)task;
}

static uint64_t start_workers(struct job *job, struct pool *pool, struct pool_thread *threads,
                              int *rc)
{
    pthread_attr_t attr;
    uint64_t made = 0;
    uint64_t before = clock_now_ns();
    pthread_attr_init(&attr);
    for (; made < job->worker_count; made++) {
        threads[made] = (struct pool_thread){.pool = pool, .job = job, .worker = made};
        *rc = job_thread_attr(job, made, &attr);
        if (*rc == 0) {
            *rc = -pthread_create(&threads[made].thread, &attr, pool_thread_main, &threads[made]);
        }
        if (*rc != 0) {
            error_set(&job->err, *rc, "pool thread %llu of %llu could not be made: %s",
                      (unsigned long long)made, (unsigned long long)job->worker_count,
                      strerror(-*rc));
            break;
        }
    }
    pthread_attr_destroy(&attr);
    job->spawn_ns = clock_now_ns() - before;
    return made;
}

static void thread_pool_prepare(const struct job *job)
{
    pool_lay_out(shared_pool(job->shared), job->shared->request.queue, job->worker_count, false);
}

static int thread_pool_launch(struct job *job)
{
    struct pool pool;
    int rc = 0;
    struct pool_thread *threads = calloc(job->worker_count, sizeof *threads);
    if (!threads) {
        return error_set(&job->err, -ENOMEM, "no memory for %llu pool threads",
                         (unsigned long long)job->worker_count);
    }
    pool_open(&pool, shared_pool(job->shared), job->shared->request.queue, job, false);
    pool.done = count_completion;
    uint64_t made = start_workers(job, &pool, threads, &rc);
    if (rc == 0) {
        rc = pool_run_job(&pool, job);
    }
    pool_close(&pool);
    while (made > 0) {
        pthread_join(threads[--made].thread, NULL);
    }
    free(threads);
    return rc;
}

const struct mode mode_thread_pool = {
    .name = "thread-pool",
    .summary = "a fixed number of reused threads, fed through a bounded queue",
    .workers = MODE_WORKERS_FIXED,
    .queue = true,
    .prepare = thread_pool_prepare,
    .launch = thread_pool_launch,
};
