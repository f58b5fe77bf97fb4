/*
 * observe.h - the memory of a process tree, looked at from outside.
 *
 * For warm-up repetitions only: reading a process's page tables holds up the process.
 * Thread rules: any thread.
 */
#ifndef BENCH_OBSERVE_H
#define BENCH_OBSERVE_H

#include <stdint.h>
#include <sys/types.h>

/* The sum of the proportional set sizes (PSS) of `root` and all its living
 * descendants but the process `except` (0: none), in bytes: pages that several share are divided
 * among them, so the sum counts each page of the tree once. 0: nothing could be read. */
uint64_t observe_tree_bytes(pid_t root, pid_t except);

#endif
