/*
 * figures.h - what a repetition's records say, once its clock has stopped.
 */
#ifndef BENCH_REPETITION_FIGURES_H
#define BENCH_REPETITION_FIGURES_H

#include <stdbool.h>

#include "bench/repetition/job.h"

/* Compares every task with what the workload expects of it. STATUS_OK, or
 * STATUS_FAILED (a task's call failed, or it never ended), or STATUS_WRONG_RESULT, with job->err
 * naming the first such task. */
enum status figures_verify(struct job *job);

/* End of the last task that ended, or `otherwise` where none did. */
uint64_t figures_last_end(const struct job *job, uint64_t otherwise);

/* Fills checksum, longest_task_ns, peak_alive and the running/ready/blocked split of `report`.
 * `per_task`: a worker's life is its task's. */
void figures_fill(const struct job *job, bool per_task, struct report *report);

#endif
