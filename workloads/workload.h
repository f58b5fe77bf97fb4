/*
 * workload.h - the contract of a workload: what one task does.
 *
 * A workload is a fixed amount of work, the same on every machine, written
 * once in plain blocking style. It includes nothing of the runner: its needs
 * come through `struct workload_env`, its waiting goes through the context.
 *
 * Life: setup() once in every program image that runs tasks (once per
 * repetition; again in each worker of the mode process-spawn), then task() for every
 * index in [0, tasks), from any number of threads and of forked processes at
 * once, then expected() for every index in the process that called setup()
 * first, then teardown(). After a fork, state may be read, never written.
 */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"
#include "workloads/context.h"
#include "workloads/params.h"

enum workload_kind { WORKLOAD_CPU, WORKLOAD_IO, WORKLOAD_MIXED, WORKLOAD_SYNC };

/* What the executor offers to setup(). Valid during setup() only. */
struct workload_env {
    const uint64_t *values; /* of the parameters, in their order */
    uint64_t seed;
    uint64_t tasks;
    uint64_t cache_bytes; /* last-level cache; 0: unknown */
    int scratch;          /* descriptor of an empty private folder (stays open until
                             teardown), or -1 where the workload asks for none */
    /* Zero-filled memory that every worker sees, page-aligned, released by the executor after
     * teardown. *fresh tells whether the caller must fill it (the first image)
     * or finds it filled (a spawned worker). Call it at most once. NULL: no memory. */
    void *(*share)(const struct workload_env *env, size_t bytes, bool *fresh);
    void *owner; /* share()'s own */
};

struct workload {
    const char *name;    /* [a-z0-9-]+ */
    const char *summary; /* one line, no full stop */
    enum workload_kind kind;
    unsigned version;   /* raised whenever the work of a task changes */
    bool needs_scratch; /* setup() gets a scratch folder */
    const struct param *params;
    size_t param_count;

    /* A rough guess of one task's time, for plans only; never used in a figure. */
    uint64_t (*estimate_ns)(const uint64_t *values);
    /* 0 or -errno with `err` set. *state may stay NULL. */
    int (*setup)(const struct workload_env *env, void **state, struct error *err);
    /* Does the work and leaves its checksum. 0, or -errno when a call failed. */
    int (*task)(struct task_context *context, const void *state, uint64_t index,
                uint64_t *checksum);
    /* The right checksum, obtained by another way than running the task. */
    uint64_t (*expected)(const void *state, uint64_t index);
    void (*teardown)(void *state);
};

#endif
