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
#include "workloads/operation.h"
#include "workloads/params.h"

enum workload_kind { WORKLOAD_CPU, WORKLOAD_IO, WORKLOAD_MIXED, WORKLOAD_SYNC };

/* One request of a workload that serves some (tcp): CLOCK_MONOTONIC, ns. */
struct request_times {
    uint64_t intended_ns; /* when it should have been sent; in a closed loop when it was */
    uint64_t sent_ns;
    uint64_t done_ns; /* its whole answer had come; 0: it never did, or does not count */
};

/* What a workload saw of its tasks together. FIGURE_OFF (set beforehand) where it does not apply.
 */
struct observed {
    uint64_t lost_updates;   /* changes of shared state that others overwrote */
    uint64_t peak_inside;    /* most tasks that were inside at one moment */
    uint64_t visible_writes; /* tasks' writes that the first image saw */
    uint64_t wake_spread_ns; /* from what released the waiters to the last one's going on */
};

/* What the executor offers to setup(). Valid during setup() only. */
struct workload_env {
    const uint64_t *values; /* of the parameters, in their order */
    uint64_t seed;
    uint64_t tasks;
    uint64_t rate;        /* --rate: requests per second in all, 0: closed loop. For a workload that
                             paces itself (own_pace); other workloads' tasks are paced by the mode */
    bool poisson;         /* arrivals are Poisson, not evenly spaced */
    uint64_t cache_bytes; /* last-level cache; 0: unknown */
    int scratch;          /* descriptor of an empty private folder (stays open until
                             teardown), or -1 where the workload asks for none */
    /* Zero-filled memory that every worker sees, page-aligned, released by the executor after
     * teardown. *fresh tells whether the caller must fill it (the first image)
     * or finds it filled (a spawned worker). Call it at most once. NULL: no memory. */
    void *(*share)(const struct workload_env *env, size_t bytes, bool *fresh);
    /* Starts the workload's other side (tcp's clients) in a process of its own, on CPUs apart from
     * the workers' where there are enough; its CPU time and memory are counted apart. It runs
     * run(argument), which should return when its work is done; it is ended at the latest after
     * teardown. To be called once, in the first image only, when the memory is shared and
     * sockets are open. 0 or -errno. */
    int (*companion)(const struct workload_env *env, void (*run)(void *argument), void *argument);
    /* Makes object `number` (below objects()); in the first image, elsewhere it is made already and
     * nothing happens. 0 or -errno. */
    int (*make)(const struct workload_env *env, uint32_t number, enum object_kind kind,
                uint64_t count);
    bool processes; /* tasks run in other processes than this one */
    bool apart;     /* it has CPUs that the workers do not use */
    bool first;     /* the first image; false in a spawned worker */
    void *owner;    /* share()'s and companion()'s own */
};

/* A task without a stack of its own: see step() below. */
struct step {
    struct operation operation; /* in: what was asked for last, done (kind NONE at the first call);
                                   out: what to wait for next, kind NONE where the task is done */
    uint64_t checksum;          /* out, with the last step */
    void *memory;               /* step_bytes of the task's own, zeroed before its first step */
};

struct workload {
    const char *name;    /* [a-z0-9-]+ */
    const char *summary; /* one line, no full stop */
    enum workload_kind kind;
    unsigned version;   /* raised whenever the work of a task changes */
    bool needs_scratch; /* setup() gets a scratch folder */
    const struct param *params;
    size_t param_count;
    /* Tasks where --tasks is not given; NULL: 64. */
    uint64_t (*default_tasks)(const uint64_t *values);
    /* The reason why it cannot run so, told in plans and rows, or NULL where it can; NULL: it
     * always can. What only the machine can tell is setup()'s to say (-ENOTSUP). */
    const char *(*unsupported)(const uint64_t *values, uint64_t tasks);
    /* So many tasks must be able to run at once, or they wait for each other forever (pipe: 2);
     * NULL: 1. */
    uint64_t (*together)(const uint64_t *values, uint64_t tasks);
    /* Descriptors that one process needs for what is open at once (`alive`: tasks of that process);
     * NULL: few. */
    uint64_t (*descriptors)(const uint64_t *values, uint64_t tasks, uint64_t alive);
    /* Bytes of memory that set-up takes for all tasks together, as far as the values tell; NULL:
     * little. */
    uint64_t (*shared_bytes)(const uint64_t *values);
    /* Ports that one address of this machine needs for its connections to itself; NULL: none. */
    uint64_t (*ports)(const uint64_t *values);
    /* Bytes that each running task has in the scratch folder at the most; NULL: none. */
    uint64_t (*scratch_bytes)(const uint64_t *values);
    /* How many requests() there will be at the most; NULL where there is no requests(). */
    uint64_t (*request_count)(const uint64_t *values);
    /* Objects of the context's that its tasks share; NULL: none. Where there are some, memory from
     * share() is shared between processes, too. */
    uint64_t (*objects)(const uint64_t *values, uint64_t tasks);
    /* With these values its tasks may end in a deadlock, and are meant to; NULL: never. */
    bool (*may_deadlock)(const uint64_t *values);
    bool own_pace; /* --rate is the workload's own affair: of requests(), not of tasks */
    bool clients;  /* setup() starts a companion */
    bool shares; /* its tasks write to memory from share(), for each other or for the first image */
    bool files;  /* its tasks wait for regular files (for the choice of a wait) */

    /* A rough guess of one task's time, for plans only; never used in a figure. */
    uint64_t (*estimate_ns)(const uint64_t *values);
    /* How much of it the task computes; NULL: all of it where the kind computes, else nothing. */
    uint64_t (*computes_ns)(const uint64_t *values);
    /* Of so many tasks that time may overlap at the most, whatever runs them (a semaphore: its
     * places); NULL: of all. Where in doubt fewer: a repetition that takes far longer than its
     * estimate is ended. At least 1. */
    uint64_t (*side_by_side)(const uint64_t *values, uint64_t tasks);
    /* 0 or -errno with `err` set. *state may stay NULL. */
    int (*setup)(const struct workload_env *env, void **state, struct error *err);
    /* Does the work and leaves its checksum. 0, or -errno when a call failed. */
    int (*task)(struct task_context *context, const void *state, uint64_t index,
                uint64_t *checksum);
    /* The same task as a state machine, or NULL: called for the first time with an operation of
     * kind NONE, then each time that what it asked for is done (operation.result, which it must
     * look at). 0, or -errno where the task failed; it must then have closed what it opened. */
    int (*step)(struct step *step, const void *state, uint64_t index);
    size_t step_bytes;
    /* Nominal time that the task takes with nobody beside it, computing and waiting, for schedules
     * and for telling short from long; its urgency, smallest first; NULL: nothing is known of
     * either. */
    uint64_t (*length_ns)(const void *state, uint64_t index);
    uint64_t (*priority)(const void *state, uint64_t index);
    /* The right checksum, obtained by another way than running the task. */
    uint64_t (*expected)(const void *state, uint64_t index);
    /* What the other side saw, after the last task, in the first image; or NULL. 0, or -EBADMSG
     * with `err` set where data was wrong, or another -errno. May wait for the companion's end. */
    int (*verify)(const void *state, struct error *err);
    /* After verify(), in the first image; or NULL. */
    void (*observe)(const void *state, struct observed *observed);
    /* The requests that were served, after verify(); or NULL. They stay until teardown. */
    const struct request_times *(*requests)(const void *state, uint64_t *count);
    void (*teardown)(void *state);
};

#endif
