/*
 * queue.h - what the tasks of the workload queue (queue.c), its set-up (queue_setup.c) and the
 * check of what they did (queue_check.c) share.
 *
 * One block of shared memory: struct queue_shared with the places of the queue, and behind it what
 * is kept of each item. Every item has a number of its own: producer p's item i is p * items + i.
 */
#ifndef WORKLOADS_QUEUE_H
#define WORKLOADS_QUEUE_H

#include <stdatomic.h>

#include "workloads/queue_store.h"
#include "workloads/setup.h"

enum {
    QUEUE_ORDER,
    QUEUE_END,
    QUEUE_PRODUCERS,
    QUEUE_CONSUMERS,
    QUEUE_ITEMS,
    QUEUE_CAPACITY,
    QUEUE_PRODUCE,
    QUEUE_CONSUME,
    QUEUE_PARAMS
};
enum queue_end { QUEUE_SENTINELS, QUEUE_COUNTED };
enum { QUEUE_MUTEX, QUEUE_NOT_FULL, QUEUE_NOT_EMPTY, QUEUE_OBJECTS };

#define QUEUE_SENTINEL UINT64_MAX /* the id of what only ends a consumer */

enum { QUEUE_PRIORITIES = 1000 }; /* of items: below this. A sentinel's is above */

struct queue_shared {
    /* Guarded by the mutex, as the store is. */
    _Alignas(SETUP_APART) uint64_t puts; /* items that were put */
    uint64_t completed;                  /* and are done with (QUEUE_COUNTED) */
    uint64_t producers_left;
    uint64_t logged; /* entries of the log; more than it has room for are counted only */
    /* Of each consumer, once. */
    _Alignas(SETUP_APART) _Atomic uint64_t sum, parity;
    _Atomic uint64_t strange;                       /* items that nobody made */
    _Alignas(SETUP_APART) struct queue_store store; /* last */
};

/* The state of one image. */
struct queue_state {
    uint64_t order, end, items, produce, consume, seed;
    uint64_t producers, consumers, total; /* tasks; items of all producers */
    const struct queue_order *store_calls;
    struct queue_shared *shared;
    /* Of each item. */
    struct request_times *times;
    uint64_t *log; /* two entries: QUEUE_PUT or QUEUE_TAKEN of an item, in the order of the lock */
    _Atomic uint64_t *received; /* times that consumers got it */
};

#define QUEUE_PUT(id)   ((id) << 1)
#define QUEUE_TAKEN(id) ((id) << 1 | 1)

/* As unsupported() of a workload. */
const char *queue_unsupported(const uint64_t *values, uint64_t tasks);

/* setup() with these store calls, by enum queue_order_kind, in the place of queue_orders. */
int queue_set_up(const struct workload_env *env, const struct queue_order *orders, void **state,
                 struct error *err);

/* As verify() of a workload. */
int queue_verify(const void *state, struct error *err);

/* What an item is made of; its priority is its own, whatever the queue says of it. */
uint64_t queue_key(const struct queue_state *own, uint64_t id);
uint64_t queue_priority(const struct queue_state *own, uint64_t id);

#endif
