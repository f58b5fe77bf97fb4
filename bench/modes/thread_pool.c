/* thread-pool: a fixed number of reused threads, fed through a bounded queue. */
#include "bench/modes/mode.h"
#include "bench/modes/pool.h"
#include "bench/modes/worker_threads.h"

static int work(const struct job *job, void *argument, uint64_t index, uint64_t worker,
                struct error *err)
{
    (void)job;
    (void)index;
    (void)err;
    pool_work(argument, worker);
    return 0;
}

/* Runs in the worker that ran the task; the record is the result. */
static void count_completion(void *argument, uint64_t task)
{
    (void)argument;
    (void)task;
}

static void thread_pool_prepare(const struct job *job)
{
    const struct pool_shape shape = pool_shape(&job->shared->request, false);
    pool_lay_out(shared_pool(job->shared), &shape);
}

static int thread_pool_launch(struct job *job)
{
    const struct pool_shape shape = pool_shape(&job->shared->request, false);
    struct pool pool;
    struct worker_threads threads;
    pool_open(&pool, shared_pool(job->shared), &shape, job);
    pool.done = count_completion;
    int rc = worker_threads_start(&threads, job, 0, job->worker_count, work, &pool);
    if (rc == 0) {
        rc = pool_run_job(&pool, job);
    }
    pool_close(&pool);
    rc = worker_threads_join(&threads, job, rc);
    job->shared->report.callback_ns = pool_callback_ns(&pool);
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
