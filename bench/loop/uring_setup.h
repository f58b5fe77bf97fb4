/*
 * uring_setup.h - the engine's own: making a ring that it can work with, why there can be none, and
 * the account of the kernel's helper threads.
 * Any thread.
 */
#ifndef BENCH_LOOP_URING_SETUP_H
#define BENCH_LOOP_URING_SETUP_H

#include <liburing.h>
#include <signal.h>
#include <stdint.h>

#include "bench/util/error.h"

/* A ring for `expected` operations under way, with the fastest flags that the kernel knows. To be
 * closed with io_uring_queue_exit() by the thread that made it. 0, or -errno with err set:
 * -ENOTSUP where the kernel lacks or forbids it. */
int uring_setup(struct io_uring *ring, uint64_t expected, struct error *err);

/* Explains why io_uring_setup answered `code` (-errno), where kernel.io_uring_disabled is
 * `disabled` (-1: there is no such setting). Returns uring_setup()'s answer. */
int uring_refusal(int code, int disabled, struct error *err);

/* Writing to a pipe that nobody reads raises SIGPIPE in the thread that submits; io_uring has a
 * flag against it for sockets only. So the thread blocks it, and is rid of it afterwards. */
void uring_block_pipe_signal(sigset_t *before);
void uring_restore_signals(const sigset_t *before);

/* What uring_helpers_ns() shows and no loop of this process has claimed before: in sum over all
 * loops each helper's time once, though one loop may claim another's. */
uint64_t uring_helpers_claim(void);

#endif
