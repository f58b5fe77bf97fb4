/*
 * guard.h - what goes away whatever happens to the program.
 *
 * A small process of its own session that sleeps on a pipe. When the program
 * ends, in order or by kill -9, the pipe ends too: the guard kills the process groups that
 * are watched, removes the folders that are held, and ends. A program has one at a time.
 * Thread rules: it is started and ended by the main thread, while there is no other; any thread
 * watches and holds.
 */
#ifndef BENCH_UTIL_GUARD_H
#define BENCH_UTIL_GUARD_H

#include <sys/types.h>

struct guard; /* opaque */

/* At once. A further one is not guarded. */
enum { GUARD_GROUPS = 64, GUARD_FOLDERS = 64 };

/* Starts the guard. Call it before the program opens much or makes threads. 0, or -errno and in
 * `call` the system call that failed. */
int guard_start(struct guard **guard, const char **call);

/* The one that runs; NULL where none does. */
struct guard *guard_running(void);

/* In all of these, NULL is allowed for `guard`: nothing happens. */

/* A process group that is to be killed, and one that is not any more. */
void guard_watch(struct guard *guard, pid_t group);
void guard_unwatch(struct guard *guard, pid_t group);

/* A folder that is to be removed with all in it, by its absolute path; it may be made later. And
 * one that is not any more. */
void guard_hold(struct guard *guard, const char *path);
void guard_drop(struct guard *guard, const char *path);

/* Has the guard of the running program clean up, and waits until it has: for a signal's handler
 * that ends the program next. Nothing where there is none. */
void guard_abandon(void);

/* The same where something is still watched or held; ends the guard and frees it. */
void guard_end(struct guard *guard);

#endif
