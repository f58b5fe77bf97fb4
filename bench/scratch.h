/*
 * scratch.h - the folder in which workloads make files: in the result folder, guarded.
 * Thread rules: the runner's main thread only.
 */
#ifndef BENCH_SCRATCH_H
#define BENCH_SCRATCH_H

#include <limits.h>

#include "bench/util/error.h"
#include "bench/util/guard.h"

struct scratch {
    struct guard *guard; /* NULL: not open */
    int folder;          /* descriptor */
    char path[PATH_MAX]; /* absolute, when it was made */
};

/* Makes an unguessable folder of mode 0700 inside `parent` and has it guarded; it and
 * all in it is removed by scratch_close() at the latest. 0 or -errno. */
int scratch_open(struct scratch *scratch, struct guard *guard, const char *parent,
                 struct error *err);

/* Says where it cannot be removed. Nothing where it was not opened. */
void scratch_close(struct scratch *scratch);

/* Removes such folders that were left in `parent` where both a runner and its guard were killed.
 * Only for who has the folder to himself (append_lock()), but for a guard that may still be
 * clearing away. */
void scratch_sweep(const char *parent);

#endif
