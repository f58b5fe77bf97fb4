/*
 * ordered.h - a bounded queue that hands out the smallest key first, or the newest value, in one
 * block of memory that threads or processes share.
 *
 * A binary heap (J. W. J. Williams, Algorithm 232, 1964) or a stack behind one guard: to find the
 * least of all takes one at a time. Equal keys come in the order of their pushing. One producer,
 * many consumers.
 *
 * The guard is a robust mutex that first spins: with a spinning lock alone a holder that was
 * preempted would keep all others burning their slices, with a mutex alone every meeting would cost
 * two system calls. Where a process dies as its holder, nobody else can tell what it left
 * half-done: from then on pushes and pops answer false, so that a pool's submitter, which asks
 * after its workers, sees the death.
 *
 * As with ring.h a sleeper of event.h or idle.h that looked here once more misses nothing: `used`
 * changes, and is looked at, sequentially consistently.
 */
#ifndef BENCH_MODES_ORDERED_H
#define BENCH_MODES_ORDERED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ordered_kind { ORDERED_SMALLEST, ORDERED_NEWEST };

struct ordered_entry {
    uint64_t key, ticket, value;
};

struct ordered {
    _Alignas(256) _Atomic uint64_t used; /* entries; read by whoever looks, hence apart */
    _Alignas(256) pthread_mutex_t guard; /* of all below, and of changes of `used` */
    uint64_t capacity, ticket;
    enum ordered_kind kind;
    bool broken; /* a holder died */
    struct ordered_entry entries[];
};

/* Bytes that a queue of `capacity` takes. */
size_t ordered_bytes(uint64_t capacity);
/* Makes the block at `queue` (256-aligned) an empty queue and touches all of it. */
void ordered_init(struct ordered *queue, uint64_t capacity, enum ordered_kind kind);

/* false: it is full, or a holder of the guard died. `key` is not used by ORDERED_NEWEST. */
bool ordered_push(struct ordered *queue, uint64_t key, uint64_t value);
/* false: it is empty, or a holder of the guard died. */
bool ordered_pop(struct ordered *queue, uint64_t *value);

/* How many are queued, or were while it was asked. */
static inline uint64_t ordered_used(struct ordered *queue)
{
    return atomic_load(&queue->used);
}

#endif
