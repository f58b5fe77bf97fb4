/* thread-coroutine: a thread per worker, each with an event loop and coroutines of its own. */
#include "bench/modes/loop_mail.h"
#include "bench/modes/loop_worker.h"
#include "bench/modes/mode.h"
#include "bench/modes/worker_threads.h"

static int run_loop(const struct job *job, void *argument, uint64_t index, uint64_t worker,
                    struct error *err)
{
    (void)argument;
    return loop_worker_run(job, &loop_tasks_coroutines, worker, index, err);
}

static int thread_coroutine_launch(struct job *job)
{
    int rc = worker_threads_run(job, 0, job->worker_count, run_loop, NULL);
    loop_mail_close(job);
    loop_worker_judge(job, rc);
    return rc;
}

const struct mode mode_thread_coroutine = {
    .name = "thread-coroutine",
    .summary = "threads, each with an event loop and a coroutine for each of its tasks",
    .workers = MODE_WORKERS_FIXED,
    .inner = MODE_INNER_COROUTINES,
    .prepare = loop_mail_open,
    .launch = thread_coroutine_launch,
};
