/*
 * memcheck.h - what valgrind's memcheck cannot see by itself. Empty but in builds for it (the CMake
 * option BENCH_VALGRIND). Any thread.
 */
#ifndef BENCH_UTIL_MEMCHECK_H
#define BENCH_UTIL_MEMCHECK_H

#include <stddef.h>

#ifdef BENCH_VALGRIND
#include <valgrind/memcheck.h>
#endif

/* The kernel wrote there, and not within a system call that names the place (io_uring). */
static inline void memcheck_written(const void *at, size_t bytes)
{
#ifdef BENCH_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(at, bytes);
#endif
    (void)at, (void)bytes;
}

#endif
