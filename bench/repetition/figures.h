/*
 * figures.h - what a repetition's records say, once its clock has stopped.
 */
#ifndef BENCH_REPETITION_FIGURES_H
#define BENCH_REPETITION_FIGURES_H

#include <stdbool.h>

#include "bench/repetition/job.h"

/* Looks whether every task ended well, asks the workload's own verify(), then compares every task
 * with what the workload expects of it. STATUS_OK, or STATUS_FAILED (a task's call failed, or it
 * never ended, or verify() could not tell), or STATUS_WRONG_RESULT, with job->err naming the first
 * such task or why. */
enum status figures_verify(struct job *job);

/* End of the last task that ended, or `otherwise` where none did. */
uint64_t figures_last_end(const struct job *job, uint64_t otherwise);

/* Fills checksum, longest_task_ns, peak_alive, the running/ready/blocked split, requests and their
 * latency, queue and service, what the workload observed, and the workers of `report`. `per_task`:
 * a worker's life is its task's. job->status is what figures_verify() said: the requests of a
 * workload that keeps its own are read only after it went well. Queue is FIGURE_OFF in a closed
 * loop. */
void figures_fill(const struct job *job, bool per_task, struct report *report);

#endif
