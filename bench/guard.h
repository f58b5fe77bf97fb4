/*
 * guard.h - what goes away whatever happens to the runner.
 *
 * A small process of its own session that sleeps on a pipe. When the runner
 * ends, in order or by kill -9, the pipe ends too: the guard kills the process group of
 * the repetition in progress, removes the scratch folder, and ends.
 * Thread rules: the runner's main thread only.
 */
#ifndef BENCH_GUARD_H
#define BENCH_GUARD_H

#include <sys/types.h>

#include "bench/util/error.h"

struct guard; /* opaque */

/* Starts the guard. Call it before the runner opens much or makes threads. 0 or -errno. */
int guard_start(struct guard **guard, struct error *err);

/* Makes an unguessable folder of mode 0700 inside `parent` and has it guarded; it and
 * all in it is removed by guard_end() at the latest. Returns a descriptor of the folder
 * (owned by the guard), or -errno. */
int guard_scratch(struct guard *guard, const char *parent, struct error *err);

/* Empties the scratch folder between repetitions; nothing where there is none. */
void guard_empty_scratch(struct guard *guard);

/* The process group to be killed, 0: none. */
void guard_watch(struct guard *guard, pid_t group);

/* Cleans up, ends the guard and frees it. NULL is allowed. */
void guard_end(struct guard *guard);

#endif
