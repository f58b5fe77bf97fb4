/* coroutine: a coroutine per task, all in one thread over one event loop. */
#include "bench/modes/loop_worker.h"
#include "bench/modes/mode.h"

static int coroutine_launch(struct job *job)
{
    return loop_worker_launch(job, &loop_tasks_coroutines);
}

const struct mode mode_coroutine = {
    .name = "coroutine",
    .summary = "a coroutine per task, in one thread over an event loop",
    .workers = MODE_WORKERS_ONE,
    .inner = MODE_INNER_COROUTINES,
    .launch = coroutine_launch,
};
