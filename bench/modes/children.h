/*
 * children.h - the worker processes of a mode: started, watched, reaped.
 *
 * Owns the table of process ids, one per worker slot. A child that ends in any
 * other way than by _exit(0) after its work makes job->status STATUS_CRASHED (signal) or
 * STATUS_FAILED and names itself in job->err. Thread rules: the repetition's main thread only.
 */
#ifndef BENCH_MODES_CHILDREN_H
#define BENCH_MODES_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/repetition/job.h"

struct children {
    pid_t *pids; /* 0: the slot is free */
    uint64_t slots;
    uint64_t alive;
    uint64_t next;   /* where the search for the next child to end begins */
    int exit_status; /* of the last one that was reaped, 0 where it died of a signal */
};

int children_init(struct children *children, struct job *job); /* 0 or -ENOMEM */
/* Kills and reaps what is still alive, then frees the table. */
void children_end(struct children *children);

/* Forks a worker for `slot`. 0 in the child (which must end with _exit), its pid in
 * the parent, or -errno with job->err set. Adds the call's time to job->spawn_ns. The child
 * dies with its parent. */
pid_t children_fork(struct children *children, struct job *job, uint64_t slot);

/* Enters a process that was started by other means than children_fork. */
void children_enter(struct children *children, uint64_t slot, pid_t pid);

/* A worker ended before its work: names it and its task in job->err, and sets job->status where
 * it died of a signal. `status`: as waitpid gives it. Returns -ECHILD. */
int children_bad_end(struct job *job, uint64_t slot, int status);

/* Reaps one child that ended; `block` waits for one. 1: one was reaped and *slot is
 * its slot; 0: none has ended; -errno with job->err and job->status set: it ended badly. */
int children_reap(struct children *children, struct job *job, bool block, uint64_t *slot);

#endif
