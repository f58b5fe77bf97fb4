#include "bench/modes/ring.h"

size_t ring_bytes(uint64_t capacity)
{
    return sizeof(struct ring) + capacity * sizeof(struct ring_cell);
}

void ring_init(struct ring *ring, uint64_t capacity)
{
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->head, 0);
    ring->mask = capacity - 1;
    ring->shift = (uint64_t)__builtin_ctzll(capacity);
    for (uint64_t i = 0; i < capacity; i++) {
        atomic_init(&ring->cells[i].turn, 0);
        ring->cells[i].value = 0;
    }
}
