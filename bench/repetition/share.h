/*
 * share.h - what a workload's setup() asks for: memory by env->share(), another process by
 * env->companion(), objects by env->make().
 *
 * Where workers are threads or forks they inherit it: private pages, huge ones
 * where the kernel gives them, since a fork copies the table of 2 MiB pages of
 * 1 GiB in microseconds and that of 4 KiB pages in tens of milliseconds. Where clients write to it,
 * or tasks that share objects or say that they do, the pages are shared. Where each worker is a
 * fresh image it is a memfd that they map. Thread rules: main thread only.
 */
#ifndef BENCH_REPETITION_SHARE_H
#define BENCH_REPETITION_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/repetition/shared.h"
#include "workloads/workload.h"

struct mode;

struct share {
    struct workload_env env; /* the caller fills the rest; its `owner` is this object */
    bool by_descriptor;      /* workers are images of their own */
    bool written;            /* other processes write to it */
    bool first;              /* this is the repetition, not a worker's image */
    struct shared *shared;
    void *mapped;
    size_t bytes;
};

/* Where `first`, also makes the area of the objects. */
void share_init(struct share *share, struct shared *shared, const struct workload *workload,
                const struct mode *mode, bool first);
void share_end(struct share *share); /* unmaps */

#endif
