/*
 * process-pool: a fixed number of reused processes, fed through a bounded queue
 * in shared memory; completions come back through another.
 */
#include <errno.h>
#include <unistd.h>

#include "bench/modes/children.h"
#include "bench/modes/mode.h"
#include "bench/modes/pool.h"

struct process_pool {
    struct job *job;
    struct children children;
    uint64_t completions;
};

/* Runs in the submitting process. */
static void count_completion(void *argument, uint64_t task)
{
    struct process_pool *self = argument;
    (void)task;
    self->completions++;
}

/* A worker that ends before the pool is closed has taken a task with it. */
static int workers_alive(void *argument)
{
    struct process_pool *self = argument;
    uint64_t slot;
    int rc = children_reap(&self->children, self->job, false, &slot);
    return rc == 1 ? children_bad_end(self->job, slot, 0) : rc;
}

static int start_workers(struct process_pool *self, struct pool *pool)
{
    struct job *job = self->job;
    for (uint64_t worker = 0; worker < job->worker_count; worker++) {
        pid_t pid = children_fork(&self->children, job, worker);
        if (pid < 0) {
            return (int)pid;
        }
        if (pid == 0) {
            job_worker_begin(job, worker, false);
            pool_work(pool, worker);
            job_worker_end(job, worker);
            _exit(0);
        }
    }
    return 0;
}

static int reap_all(struct process_pool *self)
{
    uint64_t slot;
    int rc = 0; /* 0 as well where an adopted orphan was reaped */
    while (rc >= 0 && self->children.alive > 0) {
        rc = children_reap(&self->children, self->job, true, &slot);
    }
    return rc < 0 ? rc : 0;
}

static void process_pool_prepare(const struct job *job)
{
    const struct pool_shape shape = pool_shape(&job->shared->request, true);
    pool_lay_out(shared_pool(job->shared), &shape);
}

static int process_pool_launch(struct job *job)
{
    const struct pool_shape shape = pool_shape(&job->shared->request, true);
    struct process_pool self = {.job = job};
    struct pool pool;
    int rc = children_init(&self.children, job);
    if (rc == 0) {
        pool_open(&pool, shared_pool(job->shared), &shape, job);
        pool.done = count_completion;
        pool.check = workers_alive;
        pool.argument = &self;
        rc = start_workers(&self, &pool);
        if (rc == 0) {
            rc = pool_run_job(&pool, job);
        }
        pool_close(&pool);
        job->shared->report.callback_ns = pool_callback_ns(&pool);
        if (rc == 0) {
            rc = reap_all(&self);
        }
    }
    children_end(&self.children);
    return rc;
}

const struct mode mode_process_pool = {
    .name = "process-pool",
    .summary = "a fixed number of reused processes, fed through a bounded shared queue",
    .workers = MODE_WORKERS_FIXED,
    .processes = true,
    .queue = true,
    .prepare = process_pool_prepare,
    .launch = process_pool_launch,
};
