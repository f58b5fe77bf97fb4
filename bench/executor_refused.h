/*
 * executor_refused.h - a call of a repetition that the system refused: which limit was it?
 *
 * Thread rules: the runner's main thread only.
 */
#ifndef BENCH_EXECUTOR_REFUSED_H
#define BENCH_EXECUTOR_REFUSED_H

#include "bench/machine/limits.h"
#include "bench/plan.h"
#include "bench/util/refusal.h"

/* Looks which limit made a call fail in a repetition of the cell; `scratch`: the folder's
 * descriptor, -1: none. `reason` (TEXT_REASON bytes) names it, or is "" where none can be named.
 * The disk's part of `refusal` is filled. */
void executor_refused_look(const struct cell *cell, int scratch, struct limits_refusal *refusal,
                           char *reason);

/* The same for what a repetition told, if it did and nobody has looked yet; lets it go on. `live`:
 * it is still there. */
void executor_refused_take(const struct cell *cell, int scratch, struct refusal *told, bool live,
                           char *reason);

#endif
