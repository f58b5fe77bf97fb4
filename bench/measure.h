/*
 * measure.h - runs a plan: invocations of blocks of repetitions, until there is enough.
 * Thread rules: the runner's main thread.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/executor.h"
#include "bench/options.h"
#include "bench/plan.h"
#include "bench/record.h"
#include "bench/resume.h"

struct measure {
    const struct options *options;
    const struct plan *plan;
    struct executor *executor;
    struct record *record;
    const struct resume *resume; /* what is done already; NULL: a new run, or new invocations */
    /* Whether a row that is neither ok nor unsupported is no trouble; NULL: none is. */
    bool (*expects)(void *user, const struct timing *row);
    void *user;
    uint64_t troubled;   /* answered: rows that are neither ok nor unsupported, meant (plan.h) or
                            expected */
    uint64_t late_after; /* answered: --max-time ended the last invocation after so many blocks; 0:
                            it did not */
};

/* Until done, interrupted (executor->interrupted) or unable to go on. 0 or -errno. */
int measure_run(struct measure *measure, struct error *err);

#endif
