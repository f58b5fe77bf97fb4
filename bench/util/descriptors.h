/*
 * descriptors.h - how many descriptors this process may have open. Any thread.
 */
#ifndef BENCH_UTIL_DESCRIPTORS_H
#define BENCH_UTIL_DESCRIPTORS_H

#include <stdint.h>

/* Raises the soft limit, which is there for programs that use select, to the hard one, and returns
 * that; UINT64_MAX where there is none. */
uint64_t descriptors_raise(void);

#endif
