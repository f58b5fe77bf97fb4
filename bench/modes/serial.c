/* serial: one task after the other in one thread; the baseline of every comparison. */
#include "bench/modes/mode.h"

static int serial_launch(struct job *job)
{
    job_worker_begin(job, 0, true);
    for (uint64_t task = 0; task < job->task_count; task++) {
        job_queued(job, task);
        job_run_task(job, 0, task);
    }
    job_worker_end(job, 0);
    return 0;
}

const struct mode mode_serial = {
    .name = "serial",
    .summary = "one task after the other, in one thread",
    .workers = MODE_WORKERS_ONE,
    .baseline = true,
    .launch = serial_launch,
};
