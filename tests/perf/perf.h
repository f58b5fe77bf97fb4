/*
 * perf.h - what the measuring programs share: the bare side and the peers.
 *
 * Every program does its work once, in a fresh process, and prints one line: the wall
 * time in nanoseconds, of the whole work, from before it makes its first worker. Exit
 * status 1 with a line on stderr where the work was not done. Usable from C and C++.
 */
#ifndef PERF_H
#define PERF_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t perf_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* User and system time of this process so far. */
static inline uint64_t perf_cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * UINT64_C(1000000000) +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static inline void perf_fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* The n-th argument as a whole number above 0; ends the program where it is none. */
static inline uint64_t perf_number(int count, char **arguments, int n)
{
    uint64_t value = n < count ? strtoull(arguments[n], NULL, 10) : 0;
    if (value == 0) {
        perf_fail("an argument is missing or no number above 0: see tests/perf/README.md");
    }
    return value;
}

static inline void perf_print(uint64_t from_ns, uint64_t to_ns)
{
    printf("%llu\n", (unsigned long long)(to_ns - from_ns));
}

#ifdef __cplusplus
}
#endif

#endif
