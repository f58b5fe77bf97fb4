/*
 * waited.h - who waited how long: short tasks and long ones.
 *
 * Waiting is what a task spends without its worker, from its arrival on; turnaround is from its
 * arrival to its end (Arpaci-Dusseau and Arpaci-Dusseau, "Operating Systems: Three Easy Pieces",
 * chapter 7). A task arrives at its own moment where a rate paces it, else when it is handed to
 * the mode; in serial, where nothing is handed over beforehand, all are there at the start.
 */
#ifndef BENCH_REPETITION_WAITED_H
#define BENCH_REPETITION_WAITED_H

#include "bench/modes/mode.h"
#include "bench/repetition/job.h"

/* Fills short_tasks and long_tasks of `report` where job->status is STATUS_OK and the workload
 * knows how long its tasks are, else with FIGURE_OFF. Waiting is FIGURE_UNKNOWN where the kernel
 * (or an event loop without a schedule) decides whose turn it is: nobody tells how long a task that
 * has begun was kept waiting.
 * Also fills waited_ns of the records where a pool's queue has a schedule; a coroutine's worker has
 * done so for its own. */
void waited_fill(const struct job *job, const struct mode *mode, struct report *report);

#endif
