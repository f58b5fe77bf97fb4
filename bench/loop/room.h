/*
 * room.h - memory for an array that grows without being copied.
 *
 * Address space is taken, pages are touched as they are used; growing moves the page table's
 * entries only, so that the old and the new array never stand in memory side by side.
 */
#ifndef BENCH_LOOP_ROOM_H
#define BENCH_LOOP_ROOM_H

#include <stddef.h>

struct room {
    void *memory; /* zero where never written; page-aligned. May move in room_grow() */
    size_t bytes;
};

/* At least `bytes`, and at least twice of what there was where it must grow. 0 or -ENOMEM (then as
 * before). A zeroed struct is an empty room. */
int room_grow(struct room *room, size_t bytes);

void room_free(struct room *room);

#endif
