/*
 * parked.h - objects of tasks that park instead of blocking: who waits in which order, and whom a
 * call lets go on. Nothing here waits or wakes; that is the worker's affair
 * (bench/modes/loop_sync.c).
 *
 * Waiters go on in the order in which they came, and what they waited for is theirs before they
 * know: a lock is never free while somebody waits for it. Only readers of an rw lock pass waiting
 * writers, as the C library's do: one who reads already may read again. Spin locks have no queue
 * and are not here.
 *
 * Each call returns what it comes to, as the call of that name in struct sync_calls, or PARK: the
 * task is in a queue now and must park until a call of another task names it in `let_go`.
 * Tasks may be in several workers, threads or processes, which a guard per object keeps apart: a
 * futex that is held for some instructions. In a single worker it is left out.
 */
#ifndef BENCH_SYNC_PARKED_H
#define BENCH_SYNC_PARKED_H

#include "bench/sync/area.h"

enum { PARK = 2 };

/* Tasks that are let go: the first one's number + 1, 0: none. parked_next() gives them one by
 * one; what is given is no longer in the list, and may be woken. */
struct let_go {
    uint64_t first, last;
};

bool parked_next(const struct sync_area *area, struct let_go *let_go, uint64_t *task);

int parked_lock(struct sync_area *area, uint64_t task, uint32_t number);
int parked_lock_shared(struct sync_area *area, uint64_t task, uint32_t number);
int parked_unlock(struct sync_area *area, uint64_t task, uint32_t number, struct let_go *let_go);
int parked_acquire(struct sync_area *area, uint64_t task, uint32_t number);
int parked_release(struct sync_area *area, uint32_t number, struct let_go *let_go);
int parked_await(struct sync_area *area, uint64_t task, uint32_t number);
int parked_set(struct sync_area *area, uint32_t number, struct let_go *let_go);
int parked_arrive(struct sync_area *area, uint64_t task, uint32_t number, struct let_go *let_go);
/* Has released the mutex; who parked for it locks the mutex when it goes on. */
int parked_wait(struct sync_area *area, uint64_t task, uint32_t number, uint32_t mutex,
                struct let_go *let_go);
/* Lets up to `most` waiters go. */
int parked_signal(struct sync_area *area, uint32_t number, uint64_t most, struct let_go *let_go);

#endif
