/*
 * names.h - what did the user mean? The nearest known name to a mistyped one.
 * Pure, any thread.
 */
#ifndef BENCH_UTIL_NAMES_H
#define BENCH_UTIL_NAMES_H

#include <stddef.h>

/* The index of the entry of `known` nearest to `typed` by edit distance
 * (insert, delete, replace, swap of neighbours), or -1 where none is near enough to be
 * a likely slip (distance over a third of the longer name, rounded up). */
int names_nearest(const char *typed, const char *const *known, size_t count);

#endif
