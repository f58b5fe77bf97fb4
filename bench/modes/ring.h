/*
 * ring.h - a bounded queue of 64-bit values for many producers and many
 * consumers, in one block of memory that threads or processes share.
 *
 * After Dmitry Vyukov's bounded MPMC queue: each cell carries a turn number that
 * says whose it is, so that neither side takes a lock. FIFO per producer.
 * Sequentially consistent, so that a sleeper of event.h or idle.h that looked here
 * once more misses nothing. Nothing here sleeps itself. Any thread, any process that maps the
 * block.
 */
#ifndef BENCH_MODES_RING_H
#define BENCH_MODES_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_cell {
    _Atomic uint64_t turn;
    uint64_t value;
};

struct ring {
    _Alignas(256) _Atomic uint64_t tail; /* next to be filled */
    _Alignas(256) _Atomic uint64_t head; /* next to be taken */
    _Alignas(256) uint64_t mask;         /* capacity - 1 */
    uint64_t shift;                      /* binary logarithm of the capacity */
    struct ring_cell cells[];
};

/* Bytes that a ring of `capacity` (a power of two) takes. */
size_t ring_bytes(uint64_t capacity);
/* Makes the block at `ring` (256-aligned) an empty ring and touches all of it. */
void ring_init(struct ring *ring, uint64_t capacity);

/* What a cell's turn says: 2 * lap: free for the producer of that lap; 2 * lap + 1: filled in
 * it. (Vyukov's own numbers cannot tell a full ring of one cell from an empty one.) */
static inline uint64_t ring_turn(const struct ring *ring, uint64_t ticket)
{
    return 2 * (ticket >> ring->shift);
}

/* false: the ring is full, or the consumer of the oldest cell has not left it yet. */
static inline bool ring_push(struct ring *ring, uint64_t value)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    for (;;) {
        struct ring_cell *cell = &ring->cells[tail & ring->mask];
        int64_t ahead = (int64_t)(atomic_load(&cell->turn) - ring_turn(ring, tail));
        if (ahead < 0) {
            return false;
        }
        if (ahead > 0) {
            tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak(&ring->tail, &tail, tail + 1)) {
            cell->value = value;
            atomic_store(&cell->turn, ring_turn(ring, tail) + 1);
            return true;
        }
    }
}

/* false: the ring is empty, or the producer of the next cell has not left it yet. */
static inline bool ring_pop(struct ring *ring, uint64_t *value)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (;;) {
        struct ring_cell *cell = &ring->cells[head & ring->mask];
        int64_t ahead = (int64_t)(atomic_load(&cell->turn) - (ring_turn(ring, head) + 1));
        if (ahead < 0) {
            return false;
        }
        if (ahead > 0) {
            head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak(&ring->head, &head, head + 1)) {
            *value = cell->value;
            atomic_store(&cell->turn, ring_turn(ring, head) + 2);
            return true;
        }
    }
}

static inline uint64_t ring_size(const struct ring *ring)
{
    return ring->mask + 1;
}

/* How many are queued, or were while it was asked. */
static inline uint64_t ring_used(struct ring *ring)
{
    uint64_t head = atomic_load(&ring->head);
    return atomic_load(&ring->tail) - head;
}

#endif
