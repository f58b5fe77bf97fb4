/*
 * leftovers.h - what a killed program left of what it was making: a file or a folder on which it
 * held a lock (flock()), which a kill, too, gives back. Any thread; other processes may make and
 * sweep in the same folder.
 */
#ifndef BENCH_UTIL_LEFTOVERS_H
#define BENCH_UTIL_LEFTOVERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether an entry has the name of something that is being made; `of`: of what. */
typedef bool leftovers_name(const char *entry, const char *of);

/* Removes those entries of the folder (a descriptor, which stays open) that have such a name, are
 * of this kind (S_IFREG, or S_IFDIR with all that is in it) and are locked by nobody. No link is
 * followed. What cannot be removed stays. */
void leftovers_remove(int folder, mode_t kind, leftovers_name *name, const char *of);

/* Locks what was just made. False: it was swept before. Where a file system has no locks, nobody
 * sweeps either. */
bool leftovers_lock(int made);

#endif
