/*
 * task.h - the task that every pool and every peer runs, and the check that each
 * task was run once.
 *
 * Two bodies: `record` is what bench does for an empty task, by bench's own code
 * (the stamp of the submission, job_run_task and the workload empty); `counter` raises a number
 * of the worker's own, so that hardly anything but the hand-over is left.
 */
#ifndef PERF_TASK_H
#define PERF_TASK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TASK_WORKERS_MAX = 64 };

/* Makes the records of `tasks` tasks, touched. `body` is "record" or "counter";
 * ends the program at any other. */
void task_setup(const char *body, uint64_t tasks);

/* The submitter hands `task` over. */
void task_queued(uint64_t task);

/* Runs one task in the calling worker. */
void task_run(uint64_t worker, uint64_t task);

/* The number of the calling thread, from 0 in the order of asking: for peers that
 * do not number their workers. */
uint64_t task_worker(void);

/* Ends the program with a message unless every task was run once. */
void task_verify(void);

#ifdef __cplusplus
}
#endif

#endif
