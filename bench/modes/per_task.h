/*
 * per_task.h - one worker process per task, however it is made: the loop that
 * `process` and `process-spawn` share.
 */
#ifndef BENCH_MODES_PER_TASK_H
#define BENCH_MODES_PER_TASK_H

#include "bench/modes/children.h"

/* Makes the worker process that runs `task` in `slot` and enters it in `children`; in a
 * forked child it does not return. 0 or -errno with job->err set. */
typedef int per_task_start(struct children *children, struct job *job, uint64_t slot,
                           uint64_t task);

/* Starts a process per task, at most job->worker_count at once, and reaps them all. */
int per_task_launch(struct job *job, per_task_start *start);

#endif
