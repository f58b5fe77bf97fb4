/*
 * plan.h - options become an immutable list of cells, run in seeded random
 * blocks.
 *
 * A cell is one workload with one set of parameter values under one mode with one number
 * of workers. A block runs every cell once. Thread rules: none; a plan is
 * constant once it is made.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/machine/topology.h"
#include "bench/options.h"
#include "bench/registry.h"
#include "bench/results/timings.h"

struct cell {
    const struct workload *workload;
    uint64_t values[PARAM_MAX];
    const struct mode *mode;
    const struct wait *wait;
    uint64_t workers;                  /* at once at the most; one per task: = tasks */
    uint64_t width;                    /* tasks at once within a worker */
    uint64_t threads;                  /* of a worker (process-thread), else 1 */
    bool shared_stack, guarded_stacks; /* of coroutines */
    uint64_t stack_bytes;
    struct schedule schedule;
    bool sync; /* a pool is fed one task at a time */
    uint64_t tasks;
    uint64_t estimate_ns;    /* one repetition, roughly; for the plan only */
    const char *unsupported; /* the reason why it cannot run, or NULL (in full: plan_reason.h) */
    uint64_t together; /* where that is that too few tasks run at once: how many must, else 0 */
    char *limit;       /* the limit of this machine that keeps it from running, or NULL */
    char *clamp;       /* the limit because of which it has fewer at once than asked for, or NULL */
    uint64_t asked_workers, asked_width; /* where it has, what was asked for */
    bool baseline;                       /* serial, added because speed-up is told over it */
    bool reference;                      /* the fixed cell of every plan, last in it */
};

struct plan {
    struct cell *cells;
    size_t count;
    uint64_t warmup;             /* blocks; they come first */
    uint64_t min_runs, max_runs; /* measured blocks of an invocation */
    double precision;            /* half-width to reach, as a share of the median; 0: none */
    uint64_t invocations, pause_ns;
    uint64_t max_time_ns; /* of measuring, 0: no limit */
    uint64_t seed;
    uint64_t cores;        /* usable */
    uint64_t server_cores; /* of them, beside a workload's clients: its default number of workers */
    enum pin pin;
    bool simulated; /* the topology is synthetic: nothing is bound */
    uint64_t rate;  /* arrivals per second, 0: closed loop */
    bool poisson;   /* of the arrivals */
    uint64_t queue; /* capacity, a power of two, at least 2 */
};

/* 0, or -EINVAL with the offending option in `err`, also where the schedule leaves no cell that
 * runs, or -ENOMEM. A note for the user (a baseline that was left out) goes to `note`, of
 * `note_size` bytes; "" if none. */
int plan_make(struct plan *plan, const struct options *options,
              const struct topology_counts *counts, bool simulated, char *note, size_t note_size,
              struct error *err);
void plan_free(struct plan *plan);

/* The same for several plans in one, as suites make it: each of `options` says its own workloads,
 * modes and what belongs to these; all else (runs, seed, rate, queue, pin, ...) is the first one's.
 */
int plan_make_all(struct plan *plan, const struct options *options, size_t count,
                  const struct topology_counts *counts, bool simulated, char *note,
                  size_t note_size, struct error *err);

/* The order of the cells in block `block` (from 1) as indexes into plan->cells: a
 * Fisher-Yates shuffle that depends on the seed, the invocation and the block alone. */
void plan_order(const struct plan *plan, uint64_t invocation, uint64_t block, size_t *order);

/* All repetitions together with as many measured blocks as said, and the pauses, in ns. */
uint64_t plan_estimate_ns(const struct plan *plan, uint64_t runs);

/* "rounds=8000000;isa=auto", or "off" for a workload without parameters. Returns text. */
char *plan_params(const struct cell *cell, char *text, size_t size);

/* The same work under the same mode, wait, schedule and number of workers. */
bool plan_same(const struct cell *a, const struct cell *b);

/* Whether a cell runs at all; if not, that is said once. */
static inline bool plan_runs(const struct cell *cell)
{
    return !cell->unsupported && !cell->limit;
}

/* Whether a row of the cell with that status is what was asked for, and so no trouble: a deadlock
 * where the workload is to show one. */
static inline bool plan_meant(const struct cell *cell, enum status status)
{
    return status == STATUS_DEADLOCK && cell->workload->may_deadlock &&
           cell->workload->may_deadlock(cell->values);
}

/* Whether such a row makes the exit status 1. */
static inline bool plan_troubled(const struct cell *cell, enum status status)
{
    return status != STATUS_OK && status != STATUS_UNSUPPORTED && !plan_meant(cell, status);
}

/* As rows say it: "own", "shared", or "off" for what are no coroutines. */
const char *plan_stack(const struct cell *cell);
/* "async", "sync", or "off" for what has no queue. */
const char *plan_submit(const struct cell *cell);
/* Arrivals per second, FIGURE_OFF in a closed loop; how they come: "constant", "poisson", "off". */
uint64_t plan_rate(const struct plan *plan, const struct cell *cell);
const char *plan_arrivals(const struct plan *plan, const struct cell *cell);

/* The limit of one repetition: what --timeout says, or 60 s + 10 times the estimate. */
uint64_t plan_timeout_ns(const struct cell *cell, uint64_t asked_ns);

#endif
