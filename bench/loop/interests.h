/*
 * interests.h - which descriptors somebody waits for, and for what: a list without gaps, for
 * waits that hand or try all of them at once. Each change takes constant time.
 * Thread rules: one thread.
 */
#ifndef BENCH_LOOP_INTERESTS_H
#define BENCH_LOOP_INTERESTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/loop/room.h"

struct interests {       /* zeroed: empty */
    struct room entries; /* struct pollfd each */
    struct room places;  /* size_t each, by descriptor: its entry + 1, or 0 */
    size_t count;
};

/* From now on `fd` is in the list with POLLIN and POLLOUT as said, or, with neither, not in it. 0
 * or -ENOMEM. Moves other entries. */
int interests_set(struct interests *self, int fd, bool read, bool write);

void interests_free(struct interests *self);

static inline struct pollfd *interests_entries(const struct interests *self)
{
    return self->entries.memory;
}

#endif
