/*
 * options.h - the command line of `bench run`, read and checked as far as it can
 * be without the machine.
 *
 * The lists keep the order in which they were given, without repetitions.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/machine/topology.h"
#include "bench/registry.h"
#include "bench/schedule/schedule.h"
#include "bench/util/error.h"

enum { LIST_MAX = 64, TASKS_MAX = 100000000 };

/* A number that may be relative to the usable cores: "8", "8x", "auto". */
struct amount {
    uint64_t number; /* 0: auto */
    bool per_core;
};

/* One stretch of --workers: from..to (equal for a single number). */
struct amount_range {
    struct amount from, to;
};

enum stacks { STACKS_AUTO, STACKS_OWN, STACKS_SHARED }; /* of coroutines */
extern const char *const stacks_names[];

enum on_limit { ON_LIMIT_SKIP, ON_LIMIT_FAIL, ON_LIMIT_CLAMP }; /* what does not fit */

struct option_set { /* one --set WORKLOAD.PARAM=VALUE[,VALUE...] */
    const struct workload *workload;
    size_t param;
    uint64_t values[LIST_MAX];
    size_t count;
};

struct options {
    const struct workload *workloads[LIST_MAX];
    size_t workload_count;
    const struct mode *modes[LIST_MAX];
    size_t mode_count;
    struct amount_range workers[LIST_MAX];
    size_t workers_count; /* 0: --workers was not given */
    struct option_set sets[LIST_MAX];
    size_t set_count;
    const struct wait *waits[LIST_MAX]; /* NULL: auto */
    size_t wait_count;                  /* 0: --wait was not given, which is auto */
    enum schedule_kind schedules[LIST_MAX];
    size_t schedule_count;               /* 0: --schedule was not given, which is off */
    uint64_t slice_ns, levels, boost_ns; /* of rr and mlfq */
    uint64_t switch_ns;                  /* switch interval of an interpreter lock */
    uint64_t width;                      /* tasks at once within a worker, 0: all of its share */
    enum stacks stacks;
    uint64_t stack_bytes; /* 0: automatic */
    uint64_t rate;        /* arrivals per second, 0: closed loop */
    bool poisson;         /* of the arrivals */
    struct amount tasks[LIST_MAX];
    size_t tasks_count; /* 0: --tasks was not given, which is the workload's default */
    uint64_t warmup, seed, timeout_ns /* 0: automatic */, queue;
    double precision;               /* half-width to reach, 0.02; 0: none, fixed runs */
    uint64_t min_runs, max_runs;    /* measured blocks of an invocation */
    uint64_t max_time_ns;           /* of measuring in all, 0: no limit */
    uint64_t invocations, pause_ns; /* how many, and the time between two */
    enum pin pin;
    enum on_limit on_limit;
    bool sync, dry_run, quiet, no_reference;
    bool resume;      /* finish what is in the folder `append` */
    bool exclusive;   /* wait until no other run is under way */
    bool no_baseline; /* suites: no serial cell but where it is asked for */
    const char *label, *output, *topology, *append; /* NULL: not given */
};

/* Reads the arguments after the sub-command. 0, or -EINVAL with one line that names the option,
 * or 1 where --help was asked for. */
int options_parse(struct options *options, int count, char **arguments, struct error *err);

#endif
