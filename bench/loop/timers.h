/*
 * timers.h - the sleeping operations of a loop, by their deadlines.
 *
 * A deadline that comes after all of those before it (tasks that sleep equally long) is
 * appended to a sorted queue: constant time, and memory is gone through in order. Any other one
 * goes to a 4-ary heap. 16 bytes a timer in both. Any thread, one at a time.
 */
#ifndef BENCH_LOOP_TIMERS_H
#define BENCH_LOOP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "bench/loop/room.h"
#include "workloads/operation.h"

#define TIMERS_NEVER UINT64_MAX

struct timer {
    uint64_t deadline_ns;
    struct operation *operation;
};

struct timers {
    struct room sorted_room, heap_room;
    size_t first, end; /* of the sorted queue, within its room */
    size_t heap_count;
    uint64_t next_ns; /* the earliest deadline, TIMERS_NEVER where there is none */
};

/* Address space for `expected` timers; more are found later. 0 or -ENOMEM. */
int timers_open(struct timers *timers, uint64_t expected);
void timers_close(struct timers *timers);

/* A SLEEP, due at its until_ns. 0 or -ENOMEM. */
int timers_add(struct timers *timers, struct operation *operation);

/* Takes out the operation with the earliest deadline. Not where there is none. */
struct operation *timers_take(struct timers *timers);

static inline uint64_t timers_count(const struct timers *timers)
{
    return timers->end - timers->first + timers->heap_count;
}

#endif
