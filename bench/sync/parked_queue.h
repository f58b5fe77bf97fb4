/*
 * parked_queue.h - what the calls on objects of parked tasks are made of: an object's guard, and
 * its queues of tasks (parked.h).
 */
#ifndef BENCH_SYNC_PARKED_QUEUE_H
#define BENCH_SYNC_PARKED_QUEUE_H

#include "bench/sync/futex.h"
#include "bench/sync/parked.h"
#include "bench/util/relax.h"

/* A guard is held for some 20 ns: who finds it taken looks this often before it sleeps. */
enum { GUARD_LOOKS = 100 };

static inline bool take_if_free(_Atomic uint32_t *guard)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong_explicit(guard, &free, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

static inline void take_guard(const struct sync_area *area, struct sync_object *object)
{
    if (area->workers == 1 || take_if_free(&object->guard)) {
        return;
    }
    for (int looks = 0; looks < GUARD_LOOKS; looks++) {
        cpu_relax();
        if (atomic_load_explicit(&object->guard, memory_order_relaxed) == 0 &&
            take_if_free(&object->guard)) {
            return;
        }
    }
    while (atomic_exchange_explicit(&object->guard, 2, memory_order_acquire) != 0) {
        futex_sleep(&object->guard, 2, FUTEX_BITSET_MATCH_ANY, area->processes);
    }
}

static inline void give_guard(const struct sync_area *area, struct sync_object *object)
{
    if (area->workers > 1 &&
        atomic_exchange_explicit(&object->guard, 0, memory_order_release) == 2) {
        futex_wake_one(&object->guard, area->processes);
    }
}

/* Under the guard. What the runner reads is atomic, but changed by one at a time. */
#define CHANGE(field, by)                                                                        \
    atomic_store_explicit(&(field), atomic_load_explicit(&(field), memory_order_relaxed) + (by), \
                          memory_order_release)
#define LOOK(field) atomic_load_explicit(&(field), memory_order_relaxed)

static inline void join(const struct sync_area *area, struct sync_queue *queue, uint64_t task)
{
    struct sync_wait *wait = sync_wait_of(area, task);
    wait->next = 0;
    wait->granted = 0;
    if (queue->first == 0) {
        queue->first = task + 1;
    } else {
        sync_wait_of(area, queue->last - 1)->next = task + 1;
    }
    queue->last = task + 1;
}

static inline int park(const struct sync_area *area, struct sync_queue *queue, uint64_t task,
                       uint32_t number, enum sync_how how)
{
    join(area, queue, task);
    sync_wait_begin(sync_wait_of(area, task), number, how);
    return PARK;
}

/* The first of the queue, task + 1; 0: none. It may then be holder of what it waited for. */
static inline uint64_t let_one_go(const struct sync_area *area, struct sync_queue *queue,
                                  struct let_go *let_go)
{
    uint64_t first = queue->first;
    if (first == 0) {
        return 0;
    }
    struct sync_wait *wait = sync_wait_of(area, first - 1);
    queue->first = wait->next;
    wait->next = 0;
    wait->granted = 1;
    if (LOOK(wait->sequence) % 2 == 1) { /* else it is about to wait for a condition */
        sync_wait_end(wait);
    }
    if (let_go->first == 0) {
        let_go->first = first;
    } else {
        sync_wait_of(area, let_go->last - 1)->next = first;
    }
    let_go->last = first;
    return first;
}

static inline uint64_t let_all_go(const struct sync_area *area, struct sync_queue *queue,
                                  struct let_go *let_go)
{
    uint64_t count = 0;
    while (let_one_go(area, queue, let_go) != 0) {
        count++;
    }
    return count;
}

#endif
