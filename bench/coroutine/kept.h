/*
 * kept.h - memory for what coroutines have on a shared stack while they are parked: very many
 * blocks of some hundred bytes, and now and then a few KiB.
 *
 * Blocks have no headers; their sizes are rounded up to 16 bytes, above 1 KiB by at most
 * an eighth. A block that is given back serves the next of its size. All
 * memory goes back at kept_close(). One thread at a time.
 */
#ifndef BENCH_COROUTINE_KEPT_H
#define BENCH_COROUTINE_KEPT_H

#include <stddef.h>
#include <stdint.h>

enum { KEPT_SIZES = 256 };

struct kept {
    char *at, *end; /* what is left of the newest chunk */
    struct chunk *chunks;
    size_t chunk_bytes;     /* of the next chunk */
    void *free[KEPT_SIZES]; /* by size: the first free block, each begins with a pointer to the next
                             */
};

/* `blocks`: how many there may be, a hint for the size of the chunks. Takes no memory yet. */
void kept_open(struct kept *kept, uint64_t blocks);
void kept_close(struct kept *kept);

/* The size of the block that kept_take() gives for so many bytes (1 or more). */
size_t kept_round(size_t bytes);

/* A block, aligned to 16, or NULL: no memory. */
void *kept_take(struct kept *kept, size_t bytes);
/* `bytes` is what was asked for, or kept_round() of it. */
void kept_give(struct kept *kept, void *block, size_t bytes);

#endif
