/*
 * lanes.h - the tasks of one repetition laid out over time: a lane for each worker or, where a
 * worker has several tasks at once, as many lanes as it had at the most. Pure, any thread.
 */
#ifndef BENCH_REPORT_LANES_H
#define BENCH_REPORT_LANES_H

#include "bench/results/states.h"
#include "bench/results/tasks.h"

struct lane_bar {
    uint64_t lane; /* from 0 */
    uint64_t queued_ns, from_ns, to_ns;
    uint64_t tasks;                          /* that end in it */
    bool ends;                               /* the last of them where it ends */
    uint64_t parts;                          /* bars of which it was made */
    uint64_t filled_ns;                      /* their summed length */
    double running_ns, ready_ns, blocked_ns; /* of that; the rest, or NaN, is unknown */
};

struct lanes {
    struct lane_bar *bars; /* by lane and time; until they are merged one for each task or, where
                              the states are known, for each segment of a task */
    size_t count;
    bool moments; /* the states are known; then their sums: */
    double running_ns, ready_ns, blocked_ns;
    uint64_t lanes, workers;
    uint64_t peak;       /* most tasks between their start and their end at one moment */
    uint64_t end_ns;     /* of the last one */
    double queued_ns;    /* the tasks' summed time from being queued to their start, */
    double under_way_ns; /* and from there to their end */
};

/* Tasks whose start or end is unknown, or that end before they start, are left out. 0 or -ENOMEM.
 */
int lanes_of(struct lanes *lanes, const struct task_cell *tasks);
/* The same of a repetition whose tasks' states were recorded. What adds up to nothing sensible is
 * left out. */
int lanes_of_states(struct lanes *lanes, const struct state_cell *states);

void lanes_free(struct lanes *lanes);

/* Keeps every so-many-th lane, so that at most `most` are left, which are numbered anew. Returns
 * that number: 1 where all are kept. */
uint64_t lanes_thin(struct lanes *lanes, uint64_t most);

/* A bar shorter than a step of time is joined with what stands less than a step from it: with a
 * short one, or with so much of a long one that it lasts a step. No time is lost, and what is left
 * shorter than a step has that much room before the next one. The step is the smallest of least,
 * 2 * least, 4 * least ... with which at most `most` bars are left or, at the latest, one in each
 * lane. */
void lanes_merge(struct lanes *lanes, uint64_t least_ns, size_t most);

#endif
