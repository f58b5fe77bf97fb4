/*
 * queue: producers hand items to consumers over a bounded queue, written as in any textbook: a
 * mutex, a condition for room and one for items. The first tasks produce, the others consume.
 *
 * It ends in one of two ways. With sentinels, the last producer puts one for each consumer, behind
 * all items: in a lifo they would come out before what lies below them, so there it first waits
 * until the queue is empty. Counted, a consumer leaves when no producer is left and every item that
 * was put is done with.
 *
 * A consumer stays until the end and a full queue holds up its producers, so all tasks must be
 * alive together: whichever of them a mode would start first, the others could be what they wait
 * for.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/queue.h"

static const char *const queue_order_names[] = {"fifo", "lifo", "priority", NULL};
static const char *const queue_ends[] = {"sentinels", "counted", NULL};

static const struct param queue_params[] = {
    [QUEUE_ORDER] = {.name = "order",
                     .summary = "which item comes out: oldest, newest, or smallest",
                     .type = PARAM_CHOICE,
                     .initial = QUEUE_FIFO,
                     .choices = queue_order_names},
    [QUEUE_END] = {.name = "end",
                   .summary = "how consumers learn that nothing more comes",
                   .type = PARAM_CHOICE,
                   .initial = QUEUE_SENTINELS,
                   .choices = queue_ends},
    [QUEUE_PRODUCERS] = {.name = "producers",
                         .summary = "tasks that put items; with --tasks their share",
                         .type = PARAM_COUNT,
                         .initial = 2,
                         .min = 1,
                         .max = 1000000},
    [QUEUE_CONSUMERS] = {.name = "consumers",
                         .summary = "tasks that take them; with --tasks their share",
                         .type = PARAM_COUNT,
                         .initial = 2,
                         .min = 1,
                         .max = 1000000},
    [QUEUE_ITEMS] = {.name = "items",
                     .summary = "items of each producer",
                     .type = PARAM_COUNT,
                     .initial = 1000,
                     .min = 1,
                     .max = 100000000},
    [QUEUE_CAPACITY] = {.name = "capacity",
                        .summary = "items that the queue holds at the most",
                        .type = PARAM_COUNT,
                        .initial = 16,
                        .min = 1,
                        .max = 1000000},
    [QUEUE_PRODUCE] = {.name = "produce",
                       .summary = "multiplications that make an item",
                       .type = PARAM_COUNT,
                       .initial = CHAIN_ROUNDS_PER_MS / 1000,
                       .min = 0,
                       .max = 1000000000},
    [QUEUE_CONSUME] = {.name = "consume",
                       .summary = "multiplications that use an item",
                       .type = PARAM_COUNT,
                       .initial = CHAIN_ROUNDS_PER_MS / 1000,
                       .min = 0,
                       .max = 1000000000},
};

static uint64_t queue_default_tasks(const uint64_t *values)
{
    return values[QUEUE_PRODUCERS] + values[QUEUE_CONSUMERS];
}

static uint64_t queue_together(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks;
}

static uint64_t queue_request_count(const uint64_t *values)
{
    return values[QUEUE_PRODUCERS] * values[QUEUE_ITEMS];
}

static uint64_t queue_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return QUEUE_OBJECTS;
}

/* As if each task made and used the items of a producer: no more of them than that are used by
 * all consumers together. The queue itself is used by one at a time, hence taken to compute, too.
 */
static uint64_t queue_estimate_ns(const uint64_t *values)
{
    uint64_t rounds = values[QUEUE_PRODUCE] + values[QUEUE_CONSUME];
    return values[QUEUE_ITEMS] * (rounds * 1000000 / CHAIN_ROUNDS_PER_MS + 2000);
}

static int queue_setup(const struct workload_env *env, void **state, struct error *err)
{
    return queue_set_up(env, queue_orders, state, err);
}

/* --- the queue itself --- */

/* With the mutex. */
static void note(const struct queue_state *own, uint64_t entry)
{
    const uint64_t place = own->shared->logged++;
    if (place < 2 * own->total) {
        own->log[place] = entry;
    }
}

static int unlock_after(struct task_context *context, int rc)
{
    int released = ctx_unlock(context, QUEUE_MUTEX);
    return rc < 0 ? rc : released < 0 ? released : 0;
}

static int put_locked(struct task_context *context, const struct queue_state *own,
                      const struct queue_item *item)
{
    struct queue_shared *shared = own->shared;
    while (shared->store.count == shared->store.capacity) {
        int rc = ctx_wait(context, QUEUE_NOT_FULL, QUEUE_MUTEX);
        if (rc < 0) {
            return rc;
        }
    }
    if (item->id != QUEUE_SENTINEL) {
        own->times[item->id].intended_ns = own->times[item->id].sent_ns = clock_now_ns();
        note(own, QUEUE_PUT(item->id));
        shared->puts++;
    }
    own->store_calls->put(&shared->store, item);
    return ctx_signal(context, QUEUE_NOT_EMPTY);
}

static int put(struct task_context *context, const struct queue_state *own,
               const struct queue_item *item)
{
    int rc = ctx_lock(context, QUEUE_MUTEX);
    return rc < 0 ? rc : unlock_after(context, put_locked(context, own, item));
}

static bool all_done(const struct queue_state *own)
{
    const struct queue_shared *shared = own->shared;
    return own->end == QUEUE_COUNTED && shared->producers_left == 0 &&
           shared->completed >= shared->puts;
}

/* `done`: the item before is done with. 1: *item is the next, 0: nothing more comes. */
static int take_locked(struct task_context *context, const struct queue_state *own, bool done,
                       struct queue_item *item)
{
    struct queue_shared *shared = own->shared;
    int rc = 0;
    shared->completed += done;
    if (done && all_done(own)) {
        rc = ctx_broadcast(context, QUEUE_NOT_EMPTY);
    }
    while (rc >= 0 && shared->store.count == 0 && !all_done(own)) {
        rc = ctx_wait(context, QUEUE_NOT_EMPTY, QUEUE_MUTEX);
    }
    if (rc < 0) {
        return rc;
    }
    if (shared->store.count == 0) {
        return 0;
    }
    own->store_calls->take(&shared->store, item);
    if (item->id != QUEUE_SENTINEL) {
        note(own, QUEUE_TAKEN(item->id));
    }
    rc = ctx_signal(context, QUEUE_NOT_FULL);
    return rc < 0 ? rc : item->id != QUEUE_SENTINEL;
}

static int take(struct task_context *context, const struct queue_state *own, bool done,
                struct queue_item *item)
{
    int rc = ctx_lock(context, QUEUE_MUTEX);
    if (rc < 0) {
        return rc;
    }
    int taken = take_locked(context, own, done, item);
    rc = unlock_after(context, taken);
    return rc < 0 ? rc : taken;
}

/* Until nothing is in it, with the mutex. No other producer is left that waits for room. */
static int drain(struct task_context *context, const struct queue_state *own)
{
    int rc = 0;
    while (rc >= 0 && own->shared->store.count > 0) {
        rc = ctx_wait(context, QUEUE_NOT_FULL, QUEUE_MUTEX);
    }
    return rc;
}

/* A producer has put its last item. 1: it was the last producer, and sentinels are to be put. */
static int leave_locked(struct task_context *context, const struct queue_state *own)
{
    const bool last = --own->shared->producers_left == 0;
    if (all_done(own)) {
        return ctx_broadcast(context, QUEUE_NOT_EMPTY);
    }
    if (!last || own->end == QUEUE_COUNTED) {
        return 0;
    }
    int rc = own->order == QUEUE_LIFO ? drain(context, own) : 0;
    return rc < 0 ? rc : 1;
}

static int leave(struct task_context *context, const struct queue_state *own)
{
    const struct queue_item sentinel = {.id = QUEUE_SENTINEL, .priority = UINT64_MAX};
    int rc = ctx_lock(context, QUEUE_MUTEX);
    if (rc < 0) {
        return rc;
    }
    const int ends = leave_locked(context, own);
    rc = unlock_after(context, ends);
    for (uint64_t i = 0; rc >= 0 && ends == 1 && i < own->consumers; i++) {
        rc = put(context, own, &sentinel);
    }
    return rc;
}

/* --- tasks --- */

static int produce(struct task_context *context, const struct queue_state *own, uint64_t producer,
                   uint64_t *checksum)
{
    uint64_t made = task_key(own->seed, producer);
    for (uint64_t i = 0; i < own->items; i++) {
        const uint64_t id = producer * own->items + i;
        const struct queue_item item = {
            .id = id,
            .priority = queue_priority(own, id),
            .value = chain_run_in(context, queue_key(own, id), own->produce)};
        made = mix64(made ^ item.value);
        ctx_yield(context);
        int rc = put(context, own, &item);
        if (rc < 0) {
            return rc;
        }
    }
    *checksum = made;
    return leave(context, own);
}

static void receive(const struct queue_state *own, const struct queue_item *item)
{
    if (item->id < own->total) {
        own->times[item->id].done_ns = clock_now_ns();
        atomic_fetch_add_explicit(&own->received[item->id], 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&own->shared->strange, 1, memory_order_relaxed);
    }
}

static int consume(struct task_context *context, const struct queue_state *own)
{
    struct queue_item item = {0};
    uint64_t sum = 0, parity = 0;
    int taken;
    for (bool done = false; (taken = take(context, own, done, &item)) == 1; done = true) {
        receive(own, &item);
        const uint64_t used = chain_run_in(context, item.value, own->consume);
        sum += used;
        parity ^= used;
        ctx_yield(context);
    }
    atomic_fetch_add_explicit(&own->shared->sum, sum, memory_order_relaxed);
    atomic_fetch_xor_explicit(&own->shared->parity, parity, memory_order_relaxed);
    return taken;
}

static int queue_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct queue_state *own = state;
    if (index < own->producers) {
        return produce(context, own, index, checksum);
    }
    *checksum = task_key(own->seed, index);
    return consume(context, own);
}

static uint64_t queue_expected(const void *state, uint64_t index)
{
    const struct queue_state *own = state;
    uint64_t made = task_key(own->seed, index);
    for (uint64_t i = 0; index < own->producers && i < own->items; i++) {
        made = mix64(made ^ chain_jump(queue_key(own, index * own->items + i), CHAIN_MULTIPLIER,
                                       CHAIN_INCREMENT, own->produce));
    }
    return made;
}

static const struct request_times *queue_requests(const void *state, uint64_t *count)
{
    const struct queue_state *own = state;
    *count = own->total;
    return own->times;
}

extern const struct workload workload_queue;
const struct workload workload_queue = {
    .name = "queue",
    .summary = "puts items into a bounded queue, or takes them out",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = queue_params,
    .param_count = sizeof queue_params / sizeof queue_params[0],
    .default_tasks = queue_default_tasks,
    .unsupported = queue_unsupported,
    .together = queue_together,
    .request_count = queue_request_count,
    .objects = queue_objects,
    .estimate_ns = queue_estimate_ns,
    .computes_ns = queue_estimate_ns,
    .setup = queue_setup,
    .task = queue_task,
    .expected = queue_expected,
    .verify = queue_verify,
    .requests = queue_requests,
    .teardown = free,
};
