/*
 * helpers.h - threads that carry out the file operations of a readiness loop.
 *
 * A regular file is always "ready": the call itself blocks, so another thread must make it.
 * Threads are made as operations need them, HELPERS_MOST at the most, on the CPUs of the loop's own
 * thread. The functions are called by that thread.
 */
#ifndef BENCH_LOOP_HELPERS_H
#define BENCH_LOOP_HELPERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/operation.h"

#define HELPERS_MOST 4

struct helpers;

/* Each time that something has finished and nothing had been before, 1 is written to the eventfd
 * `wake` (-1: none), which helpers_close() closes. NULL: no memory. */
struct helpers *helpers_open(int wake);

/* OPEN, READ, WRITE or FSYNC. 0, or -errno where no thread could be made for it. */
int helpers_start(struct helpers *helpers, struct operation *operation);

/* What has finished since the last call, linked by `next`, or NULL. Costs one load where
 * nothing has. */
struct operation *helpers_finished(struct helpers *helpers);

/* Ends the threads and returns the CPU time that they took, in ns. Where an operation is still
 * under way (it may block for ever), they are left to the end of the process, and the eventfd with
 * them. */
uint64_t helpers_close(struct helpers *helpers);

#endif
