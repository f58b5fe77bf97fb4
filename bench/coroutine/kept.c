#include "bench/coroutine/kept.h"

#include "bench/coroutine/space.h"

#include "bench/util/align.h"

enum {
    STEP = 16,
    EVEN_MOST = 1024, /* up to here sizes are STEP apart, above there are 8 to each doubling */
    EVEN_SIZES = EVEN_MOST / STEP,
    EVEN_BITS = 10,
    CHUNK_FIRST = 64 << 10,
    CHUNK_MOST = 32 << 20,
    BLOCK_LIKELY = 256,
};

struct chunk {
    struct space space;
    struct chunk *next;
    void *unused; /* keeps the first block aligned to 16 */
};

/* The doubling in which a size above EVEN_MOST lies: 0 for (1 KiB, 2 KiB]. */
static unsigned doubling(size_t bytes)
{
    return (unsigned)(63 - __builtin_clzl(bytes - 1)) - EVEN_BITS;
}

static size_t size_index(size_t bytes)
{
    if (bytes <= EVEN_MOST) {
        return (bytes - 1) / STEP;
    }
    unsigned twice = doubling(bytes);
    return EVEN_SIZES + 8 * twice + (((bytes - 1) >> (twice + EVEN_BITS - 3)) - 8);
}

size_t kept_round(size_t bytes)
{
    size_t step = bytes <= EVEN_MOST ? STEP : (size_t)1 << (doubling(bytes) + EVEN_BITS - 3);
    return align_up(bytes, step);
}

void kept_open(struct kept *kept, uint64_t blocks)
{
    *kept = (struct kept){.chunk_bytes = CHUNK_FIRST};
    if (blocks > CHUNK_MOST / BLOCK_LIKELY) {
        kept->chunk_bytes = CHUNK_MOST;
    }
}

void kept_close(struct kept *kept)
{
    struct chunk *next;
    for (struct chunk *chunk = kept->chunks; chunk != NULL; chunk = next) {
        struct space space = chunk->space;
        next = chunk->next;
        space_close(&space);
    }
    *kept = (struct kept){0};
}

static int add_chunk(struct kept *kept, size_t least)
{
    size_t bytes = kept->chunk_bytes;
    struct space space;
    while (bytes < least + sizeof(struct chunk)) {
        bytes *= 2;
    }
    int code = space_open(&space, bytes, SPACE_DENSE);
    if (code != 0) {
        return code;
    }
    struct chunk *chunk = (struct chunk *)space.at;
    *chunk = (struct chunk){space, kept->chunks, NULL};
    kept->chunks = chunk;
    kept->at = (char *)(chunk + 1);
    kept->end = space.at + space.bytes;
    if (kept->chunk_bytes < CHUNK_MOST) {
        kept->chunk_bytes *= 2;
    }
    return 0;
}

void *kept_take(struct kept *kept, size_t bytes)
{
    void **first = &kept->free[size_index(bytes)];
    void *block = *first;
    if (block != NULL) {
        *first = *(void **)block;
        return block;
    }
    bytes = kept_round(bytes);
    if ((size_t)(kept->end - kept->at) < bytes && add_chunk(kept, bytes) != 0) {
        return NULL;
    }
    block = kept->at;
    kept->at += bytes;
    return block;
}

void kept_give(struct kept *kept, void *block, size_t bytes)
{
    void **first = &kept->free[size_index(bytes)];
    *(void **)block = *first;
    *first = block;
}
