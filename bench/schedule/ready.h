/*
 * ready.h - the tasks of one worker that could run now, in the order in which a schedule lets them.
 *
 *   fcfs, rr       a queue: first in, first out
 *   lifo           a stack
 *   sjf, priority  a binary heap by the key that tasks are put with, equal keys first in, first out
 *   mlfq           a queue per level, the highest one first (Arpaci-Dusseau and Arpaci-Dusseau,
 *                  "Operating Systems: Three Easy Pieces", chapter 8). Tasks start on the top level
 *                  (rule 3). On each level a task has an allotment, `slice` on the top one and
 *                  twice as much on each below; when that is used up, in however many turns and
 *                  whatever it waited for in between, the task sinks a level (rule 4), and on the
 *                  lowest one goes to its end. Every `boost`, all are back on top (rule 5).
 *
 * Tasks have numbers below what ready_open() was told. Those that have begun and those that have
 * not stand in lanes of their own, since the latter may have to wait until one of the former ends:
 * of the heads of the two lanes the one that comes first by the rules above is taken.
 *
 * Time is what the caller says it is, and must not go back. All memory is found at the start, so
 * nothing fails later. O(1); heaps O(log n), a boost O(levels). One thread at a time.
 */
#ifndef BENCH_SCHEDULE_READY_H
#define BENCH_SCHEDULE_READY_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/schedule/schedule.h"

struct ready; /* opaque */

#define READY_NOBODY   UINT32_MAX
#define READY_NO_LIMIT UINT64_MAX

/* NULL where there is no memory. The first boost is due `boost` after now_ns. */
struct ready *ready_open(const struct schedule *schedule, uint32_t tasks, uint64_t now_ns);
void ready_close(struct ready *ready); /* NULL is allowed */

/* The task, which is not in it, could run from now on. `key`: of sjf and priority, the smallest
 * first; otherwise of no consequence. */
void ready_put(struct ready *ready, uint32_t task, bool begun, uint64_t key);

/* The same for one that has begun and gives way to all others, whatever its key: it looks in vain
 * for what one of them must do first (a spin lock), and would otherwise keep that one from it. With
 * mlfq only those of its level come before it, as such a task sinks by itself. */
void ready_put_last(struct ready *ready, uint32_t task);

/* The same for one that has begun and was taken out, but whose turn is not over: before all others
 * of its level. mlfq only. */
void ready_put_back(struct ready *ready, uint32_t task);

/* Whether there is one; `fresh`: those that have not begun count as well. */
bool ready_any(const struct ready *ready, bool fresh);

/* Whether one should have the turn of `task`, which was taken out, at once (mlfq: one on a higher
 * level; rule 1). False with any other schedule. */
bool ready_above(const struct ready *ready, uint32_t task, bool fresh);

/* Takes out the one whose turn it is. READY_NOBODY where there is none. */
uint32_t ready_take(struct ready *ready, bool fresh, uint64_t now_ns);

/* How long the turn of `task`, which was taken out, may last from now on: a slice, what is left of
 * its allotment, or READY_NO_LIMIT. */
uint64_t ready_turn_ns(const struct ready *ready, uint32_t task);

/* Whether `task`, which was taken out, is below where somebody could come to whom its turn belongs
 * at once: see ready_above(). */
bool ready_below(const struct ready *ready, uint32_t task);

/* The task, which is not in it, ran for the last ran_ns. */
void ready_ran(struct ready *ready, uint32_t task, uint64_t ran_ns, uint64_t now_ns);

#endif
