/*
 * descriptors.h - how many descriptors this process may have open, and where one leads. Any thread.
 */
#ifndef BENCH_UTIL_DESCRIPTORS_H
#define BENCH_UTIL_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raises the soft limit, which is there for programs that use select, to the hard one, and returns
 * that; UINT64_MAX where there is none. */
uint64_t descriptors_raise(void);

/* The path of an open file as it is now; false, and "", where none is known. It was deleted where
 * nothing has that path. */
bool descriptors_path(int fd, char *path, size_t size);

#endif
