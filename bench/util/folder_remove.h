/*
 * folder_remove.h - folders that go with all that is in them. No link is followed out of them. Any
 * thread; several may be at one folder, also of other processes.
 */
#ifndef BENCH_UTIL_FOLDER_REMOVE_H
#define BENCH_UTIL_FOLDER_REMOVE_H

/* Empties the folder and closes `folder`, its descriptor. What cannot be removed stays. */
void folder_empty(int folder);

/* The same, and `folder` stays open. Nothing where it is -1. */
void folder_empty_open(int folder);

/* Empties and removes it, over and over for some seconds, for a process that was killed a moment
 * ago may still finish the call in which it makes a file. 0, also where it is not there; or -errno.
 * A link is left alone: -ENOTDIR. */
int folder_remove(const char *path);

#endif
