/*
 * executor_stuck.h - the executor's looks at whether the tasks of a repetition wait for each
 * other for ever (bench/sync/stuck.h): when, and by which rules of the cell's.
 */
#ifndef BENCH_EXECUTOR_STUCK_H
#define BENCH_EXECUTOR_STUCK_H

#include "bench/plan.h"
#include "bench/sync/stuck.h"

struct executor_stuck {
    bool on; /* there are objects, and the gate is open */
    struct stuck stuck;
    uint64_t look_ns; /* when to look next */
    char reason[TEXT_REASON];
};

/* Where the cell's workload has no objects nothing is ever looked at, nor without memory for it:
 * then the time limit remains. */
void executor_stuck_begin(struct executor_stuck *self, const struct cell *cell,
                          struct shared *shared);
void executor_stuck_end(struct executor_stuck *self);

/* Looks where it is time to. True: the tasks are stuck, and self->reason says how. */
bool executor_stuck_look(struct executor_stuck *self);

/* For so long at the most the executor may sleep; UINT64_MAX where there is nothing to look at. */
uint64_t executor_stuck_pause_ns(const struct executor_stuck *self);

#endif
