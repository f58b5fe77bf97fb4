#include <errno.h>
#include <stdlib.h>

#include "bench/util/align.h"
#include "workloads/key.h"
#include "workloads/queue.h"

uint64_t queue_key(const struct queue_state *own, uint64_t id)
{
    return task_key(~own->seed, id);
}

uint64_t queue_priority(const struct queue_state *own, uint64_t id)
{
    return queue_key(own, id) % QUEUE_PRIORITIES;
}

/* Other numbers of tasks are shared out as the parameters would. */
static void share_out(struct queue_state *own, const uint64_t *values, uint64_t tasks)
{
    const unsigned __int128 producers = values[QUEUE_PRODUCERS];
    const uint64_t both = values[QUEUE_PRODUCERS] + values[QUEUE_CONSUMERS];
    const uint64_t share = (uint64_t)(producers * tasks / both);
    own->producers = share < 1 ? 1 : share; /* of two tasks or more, never all */
    own->consumers = tasks - own->producers;
}

struct item_memory {
    struct request_times times;
    uint64_t log[2];
    _Atomic uint64_t received;
};

/* Head and places, then one array after the other. */
static int share_all(struct queue_state *own, const struct workload_env *env, struct error *err)
{
    const uint64_t capacity = env->values[QUEUE_CAPACITY];
    const size_t head =
        align_up(sizeof(struct queue_shared) + capacity * sizeof(struct queue_item), SETUP_APART);
    bool fresh;
    own->shared =
        setup_share(env, "queue", head, own->total, sizeof(struct item_memory), &fresh, err);
    if (own->shared == NULL) {
        return -ENOMEM;
    }
    own->times = (struct request_times *)(void *)((char *)own->shared + head);
    own->log = (uint64_t *)(void *)(own->times + own->total);
    own->received = (_Atomic uint64_t *)(void *)(own->log + 2 * own->total);
    if (fresh) {
        own->shared->producers_left = own->producers;
        own->shared->store.capacity = capacity;
    }
    int rc = setup_objects(env, "queue", QUEUE_MUTEX, 1, OBJECT_MUTEX, 0, err);
    return rc == 0 ? setup_objects(env, "queue", QUEUE_NOT_FULL, 2, OBJECT_CONDITION, 0, err) : rc;
}

const char *queue_unsupported(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks < 2 ? "a queue takes a producer and a consumer: --tasks 2 or more" : NULL;
}

int queue_set_up(const struct workload_env *env, const struct queue_order *orders, void **state,
                 struct error *err)
{
    const char *reason = queue_unsupported(env->values, env->tasks);
    if (reason != NULL) {
        return error_set(err, -ENOTSUP, "%s", reason);
    }
    struct queue_state *own = setup_state("queue", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct queue_state){.order = env->values[QUEUE_ORDER],
                                .end = env->values[QUEUE_END],
                                .items = env->values[QUEUE_ITEMS],
                                .produce = env->values[QUEUE_PRODUCE],
                                .consume = env->values[QUEUE_CONSUME],
                                .seed = env->seed,
                                .store_calls = &orders[env->values[QUEUE_ORDER]]};
    share_out(own, env->values, env->tasks);
    int rc = __builtin_mul_overflow(own->producers, own->items, &own->total)
                 ? error_set(err, -ENOMEM, "no memory for the items of %llu producers",
                             (unsigned long long)own->producers)
                 : share_all(own, env, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}
