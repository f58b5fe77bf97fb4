/*
 * uring.h - the event loop of completions: io_uring, through liburing.
 *
 * Every operation is one submission; loop_start() only writes its entry, and loop_turn() submits
 * all of them, waits and reaps by one system call. A ring belongs to the thread that opened it, and
 * must be opened behind a fork, not before. Descriptors should be blocking ones (O_NONBLOCK off):
 * for others, older kernels answer EAGAIN instead of waiting, which becomes the result.
 */
#ifndef BENCH_LOOP_URING_H
#define BENCH_LOOP_URING_H

#include <stdint.h>

#include "bench/loop/loop.h"

extern const struct loop_engine uring_engine;

/* Why io_uring cannot be used here and how that is mended, or NULL where it can. Makes a tiny ring
 * and closes it again. The text is the calling thread's, until its next call. */
const char *uring_unavailable(void);

/* What the rings for so many operations under way take of RLIMIT_MEMLOCK, before Linux 5.12. */
uint64_t uring_locked_bytes(uint64_t expected);

/* CPU time, in ns, of the kernel's io_uring threads in this process (iou-wrk-*, iou-sqp-*) that are
 * alive: they end with the thread that they work for or its last ring, and all but one after 5 s
 * without work. They are threads of the process: getrusage(RUSAGE_SELF) and
 * CLOCK_PROCESS_CPUTIME_ID include them, alive or ended (seen on Linux 6.18: 20 forced writes of
 * 64 MiB, RUSAGE_SELF 233.2 ms, the thread itself 1.2 ms, helpers 231.8 ms), so this is a part of
 * those figures, never to be added to them. 0 where /proc does not tell. */
uint64_t uring_helpers_ns(void);

#endif
