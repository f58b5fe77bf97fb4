/*
 * registry.h - THE table: every workload, mode and wait, and nothing else.
 *
 * `bench list`, help, completion, the test loops and the charts derive from it.
 * Arrays are NULL-terminated, constant, and may be read from any thread.
 */
#ifndef BENCH_REGISTRY_H
#define BENCH_REGISTRY_H

#include "bench/modes/mode.h"
#include "bench/waits/wait.h"
#include "workloads/workload.h"

extern const struct workload *const registry_workloads[];
extern const struct mode *const registry_modes[];
extern const struct wait *const registry_waits[];

/* NULL where there is none of that name. */
const struct workload *registry_workload(const char *name);
const struct mode *registry_mode(const char *name);
const struct wait *registry_wait(const char *name);

#endif
