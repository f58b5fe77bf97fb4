/*
 * clock.h - the one clock of the program.
 *
 * CLOCK_MONOTONIC, in nanoseconds since an unspecified start (boot, on Linux).
 * The same origin in every process of a machine, so that stamps taken in
 * different workers can be compared. Any thread, async-signal-safe.
 */
#ifndef BENCH_UTIL_CLOCK_H
#define BENCH_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* A time as system calls give it, and as they take it. */
static inline uint64_t clock_ns(struct timespec time)
{
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

static inline struct timespec clock_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_SECOND),
                             .tv_nsec = (long)(ns % NS_PER_SECOND)};
}

static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return clock_ns(now);
}

#endif
