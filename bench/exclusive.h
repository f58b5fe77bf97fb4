/*
 * exclusive.h - before a run begins: is the machine its own?
 *
 * Thread rules: the runner's main thread only.
 */
#ifndef BENCH_EXCLUSIVE_H
#define BENCH_EXCLUSIVE_H

#include "bench/executor.h"
#include "bench/options.h"

/* Announces this run to the others (executor->neighbours, opened here). With options->exclusive it
 * first waits until there are none, and -ENOTSUP where that cannot be known. -EINTR where a signal
 * ends the waiting. 0 else. */
int exclusive_settle(struct executor *executor, const struct options *options, struct error *err);

/* Says that there are others, where there are. */
void exclusive_tell(const struct executor *executor);

#endif
