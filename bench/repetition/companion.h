/*
 * companion.h - the process in which a workload's other side runs (tcp's clients): started
 * during setup(), on CPUs of its own where there are enough, counted apart, ended after teardown.
 * Thread rules: main thread only.
 */
#ifndef BENCH_REPETITION_COMPANION_H
#define BENCH_REPETITION_COMPANION_H

#include "bench/repetition/shared.h"

/* Forks it. The caller stays, bound to the CPUs of the workers where they are apart. The new
 * process runs run(argument), then sleeps until it is ended; it dies with its parent. 0 or -errno.
 */
int companion_start(struct shared *shared, void (*run)(void *argument), void *argument);

/* It died before its time: reports that, and ends this process at once; a mode could wait for it
 * for ever. Safe in a signal handler, which companion_start() installs for it. */
_Noreturn void companion_died(struct shared *shared);

/* CPU time that it has used so far, in ns; 0 where there is none. */
uint64_t companion_cpu_ns(const struct shared *shared);

/* Kills and reaps it, where there is one. */
void companion_end(struct shared *shared);

#endif
