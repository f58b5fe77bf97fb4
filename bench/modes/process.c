/* process: a new process per task, by fork. */
#include <unistd.h>

#include "bench/modes/mode.h"
#include "bench/modes/per_task.h"

static int fork_start(struct children *children, struct job *job, uint64_t slot, uint64_t task)
{
    job_queued(job, task);
    pid_t pid = children_fork(children, job, slot);
    if (pid == 0) {
        job_worker_begin(job, slot, false);
        job_run_task(job, slot, task);
        job_worker_end(job, slot);
        _exit(0);
    }
    return pid < 0 ? (int)pid : 0;
}

static int process_launch(struct job *job)
{
    return per_task_launch(job, fork_start);
}

const struct mode mode_process = {
    .name = "process",
    .summary = "a new process per task, by fork",
    .workers = MODE_WORKERS_PER_TASK,
    .processes = true,
    .launch = process_launch,
};
