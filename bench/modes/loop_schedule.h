/*
 * loop_schedule.h - a loop worker whose tasks have their turns by a schedule (--schedule).
 *
 * A task that could run - it has arrived, what it waited for in the loop is done, or another one
 * made it ready - goes into a ready queue (bench/schedule/ready.h). One at a time is taken out and
 * runs until it ends or waits or, where the schedule has slices, gives way at a yield point. In a
 * closed loop all tasks arrive when the worker begins. The loop is looked at between two turns, at
 * most every 100 us or where all who are ready spin, and waited for only where nobody is ready. The
 * time in the queue is added up in the task's record: a sleeper is in it from its deadline on,
 * however late that is noticed.
 *
 * Part of loop_worker.c; all in the worker's own thread.
 */
#ifndef BENCH_MODES_LOOP_SCHEDULE_H
#define BENCH_MODES_LOOP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/modes/loop_worker.h"

/* For the tasks that the worker has left. 0, or -errno with self->err set. */
int loop_schedule_open(struct loop_worker *self);
void loop_schedule_close(struct loop_worker *self);

/* What the loop calls for each operation that is done. */
loop_done loop_schedule_done;

/* Until all tasks have ended, or self->rc is set. */
void loop_schedule_run(struct loop_worker *self);

/* A parked task can go on; see loop_worker_ready(). */
void loop_schedule_ready(struct loop_worker *self, struct operation *operation);

/* Since when the task whose turn it is was in the ready queue before. */
uint64_t loop_schedule_since(const struct loop_worker *self);

/* The running task has come to a yield point at now_ns, which is not before self->check_ns. Where
 * others have their turn first, it is in the ready queue with its `operation` and must park. */
bool loop_schedule_gives_way(struct loop_worker *self, struct operation *operation,
                             uint64_t now_ns);

#endif
