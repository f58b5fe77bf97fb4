/*
 * watched.h - records at which moments a task runs, is ready or blocked: in an observed repetition,
 * which it slows down.
 *
 * The job's workload is replaced by one that puts a context of its own between the task and the
 * mode's: a repetition that is not observed has nothing of it, not even a branch. A call of the
 * context that waits is a segment, what is between two calls another; a segment that computes is
 * cut at the workload's yield points, so that it shows when its CPU was taken. Where the task has a
 * thread to itself the kernel tells the states of each (moments.h); in a loop the loop does, and
 * the kernel for the time in which the task has its turn. Where a task waits for the interpreter
 * lock it is blocked, as the kernel sees it.
 */
#ifndef BENCH_REPETITION_WATCHED_H
#define BENCH_REPETITION_WATCHED_H

#include <stdbool.h>

#include "bench/repetition/job.h"
#include "bench/repetition/moments.h"

/* Where the layout has room for segments, from now on watches the tasks of the job, and of every
 * thread and fork. `fd`: of the shared file. Before the first task; one job at a time. */
void watched_begin(struct job *job, int fd);

/* Whether the job is watched. */
bool watched_is(const struct job *job);

/* The calling thread runs tasks in turns, and keeps its `moments` up to date; NULL: it no longer
 * does. */
void watched_loop(struct moments *moments);

#endif
