/*
 * queue_store.h - what a bounded queue holds, and in which order it gives it back: the first that
 * came (fifo), the last (lifo), or the smallest priority (a binary heap).
 *
 * Lies in memory that processes share: no pointers in it. Guarded by its user's mutex.
 */
#ifndef WORKLOADS_QUEUE_STORE_H
#define WORKLOADS_QUEUE_STORE_H

#include <stdint.h>

struct queue_item {
    uint64_t id, priority, value;
};

struct queue_store {
    uint64_t capacity, count;
    uint64_t first; /* fifo: the place of the one that comes out next */
    struct queue_item items[];
};

/* put() where there is room, take() where there is something. */
struct queue_order {
    void (*put)(struct queue_store *store, const struct queue_item *item);
    void (*take)(struct queue_store *store, struct queue_item *item);
};

enum queue_order_kind { QUEUE_FIFO, QUEUE_LIFO, QUEUE_PRIORITY, QUEUE_ORDERS };

extern const struct queue_order queue_orders[QUEUE_ORDERS];

#endif
