#include "workloads/queue_store.h"

static void fifo_put(struct queue_store *store, const struct queue_item *item)
{
    store->items[(store->first + store->count++) % store->capacity] = *item;
}

static void fifo_take(struct queue_store *store, struct queue_item *item)
{
    *item = store->items[store->first];
    store->first = (store->first + 1) % store->capacity;
    store->count--;
}

static void lifo_put(struct queue_store *store, const struct queue_item *item)
{
    store->items[store->count++] = *item;
}

static void lifo_take(struct queue_store *store, struct queue_item *item)
{
    *item = store->items[--store->count];
}

/* The heap's invariant: nobody is smaller than its parent, (k - 1) / 2. */
static void heap_put(struct queue_store *store, const struct queue_item *item)
{
    uint64_t hole = store->count++;
    while (hole > 0 && store->items[(hole - 1) / 2].priority > item->priority) {
        store->items[hole] = store->items[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    store->items[hole] = *item;
}

/* The last one fills the hole that sinks from the top. */
static void heap_take(struct queue_store *store, struct queue_item *item)
{
    struct queue_item *items = store->items;
    *item = items[0];
    const struct queue_item last = items[--store->count];
    uint64_t hole = 0;
    for (;;) {
        uint64_t child = 2 * hole + 1;
        if (child + 1 < store->count && items[child + 1].priority < items[child].priority) {
            child++;
        }
        if (child >= store->count || items[child].priority >= last.priority) {
            break;
        }
        items[hole] = items[child];
        hole = child;
    }
    items[hole] = last;
}

const struct queue_order queue_orders[QUEUE_ORDERS] = {
    [QUEUE_FIFO] = {fifo_put, fifo_take},
    [QUEUE_LIFO] = {lifo_put, lifo_take},
    [QUEUE_PRIORITY] = {heap_put, heap_take},
};
