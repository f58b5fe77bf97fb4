/*
 * descriptors.h - what a readiness loop knows of each descriptor: which operations wait for
 * it and whether it is worth a system call. 24 bytes each, indexed by the descriptor. Of one
 * thread.
 */
#ifndef BENCH_LOOP_DESCRIPTORS_H
#define BENCH_LOOP_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/loop/room.h"
#include "workloads/operation.h"

struct descriptor {
    /* The last one of a ring: its `next` is the first. NULL: none. */
    struct operation *readers, *writers;
    int next;         /* in the list of those due (descriptors_due); -1: the last one */
    bool known : 1;   /* non-blocking, and admitted by the backend */
    bool own : 1;     /* accepted by this loop: nobody else has it */
    bool drained : 1; /* a read would find nothing (EAGAIN) */
    bool full : 1;    /* a write would find no room */
    bool hung_up : 1; /* the other side's end may lie behind what is left to be read */
    bool due : 1;     /* on the list of those due */
    bool watched_read : 1, watched_write : 1; /* as the backend was told */
};

struct descriptors {
    struct room room;
    size_t count; /* those below it may be asked for */
    int due;      /* first of a list of descriptors that need no word of the backend, or -1 */
};

/* Room for `fd`. 0 or -ENOMEM; what was pointed to may have moved. */
int descriptors_grow(struct descriptors *all, int fd);

/* Of a descriptor that there is room for. */
static inline struct descriptor *descriptors_at(const struct descriptors *all, int fd)
{
    return (struct descriptor *)all->room.memory + fd;
}

/* Puts it on the list of those due, unless it is there. */
void descriptors_add_due(struct descriptors *all, int fd);

/* Begins anew with it; what waits for it must have been taken out. */
void descriptors_reset(struct descriptors *all, int fd);

static inline void waiting_add(struct operation **last, struct operation *operation)
{
    if (*last == NULL) {
        operation->next = operation;
    } else {
        operation->next = (*last)->next;
        (*last)->next = operation;
    }
    *last = operation;
}

/* Takes out the first one; there is one. */
static inline struct operation *waiting_take(struct operation **last)
{
    struct operation *first = (*last)->next;
    if (first == *last) {
        *last = NULL;
    } else {
        (*last)->next = first->next;
    }
    return first;
}

#endif
