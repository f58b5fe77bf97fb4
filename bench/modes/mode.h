/*
 * mode.h - the contract of a mode: how the tasks of a job are made concurrent.
 *
 * A mode launches every task of the job exactly once, by job_run_task(), with
 * the given number of workers, and returns when each has ended and every
 * worker is joined or reaped. It knows no workload.
 */
#ifndef BENCH_MODES_MODE_H
#define BENCH_MODES_MODE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/repetition/job.h"
#include "bench/util/error.h"
#include "workloads/workload.h"

enum mode_workers {
    MODE_WORKERS_ONE,      /* always one: --workers does not apply */
    MODE_WORKERS_PER_TASK, /* a new one per task; --workers caps how many at once */
    MODE_WORKERS_FIXED,    /* a fixed number, reused; default one per usable core */
};

/* What runs several tasks at once within a worker. */
enum mode_inner {
    MODE_INNER_NONE, /* nothing: one task at a time */
    MODE_INNER_THREADS,
    MODE_INNER_COROUTINES, /* on an event loop */
    MODE_INNER_STEPS,      /* call-backs on an event loop: the workload's step() */
};

struct mode {
    const char *name;    /* [a-z0-9-]+ */
    const char *summary; /* one line, no full stop */
    enum mode_workers workers;
    bool processes;        /* tasks run in other processes */
    bool image_per_worker; /* each worker is a freshly executed program image */
    bool queue;            /* tasks go through a bounded queue: --submit, --queue apply */
    bool baseline;         /* what others are compared with: serial */
    bool interpreter;      /* one lock for all that compute: --switch-interval applies */
    enum mode_inner inner; /* --width applies but where it is none */
    /* The reason why this mode cannot run the workload, or NULL where it can. */
    const char *(*unsupported)(const struct workload *workload);
    /* What can be made before the clock starts, such as an empty queue; or NULL. */
    void (*prepare)(const struct job *job);
    /* 0, or -errno with job->err set. job->status is STATUS_FAILED before the call; a
     * mode changes it to STATUS_CRASHED where a worker died of a signal. Runs in the
     * repetition's main thread. */
    int (*launch)(struct job *job);
};

#endif
