/*
 * deadlock: every task takes two locks, the second while it has the first. In opposite order
 * (order=opposite: tasks of odd numbers begin with the other one) two tasks can come to wait for
 * each other for ever. With order=same they cannot, nor where there is but one lock that its
 * holder may take again (kind=recursive). Where it ends, it ended right: one after the other is no
 * deadlock.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/key.h"
#include "workloads/setup.h"

enum { DEADLOCK_ORDER, DEADLOCK_KIND, DEADLOCK_HOLD };
enum { ORDER_OPPOSITE, ORDER_SAME };
enum { KIND_MUTEX, KIND_RECURSIVE };

static const char *const deadlock_orders[] = {"opposite", "same", NULL};
static const char *const deadlock_kinds[] = {"mutex", "recursive", NULL};

static const struct param deadlock_params[] = {
    [DEADLOCK_ORDER] = {.name = "order",
                        .summary = "whether tasks of odd numbers take the two locks the other way",
                        .type = PARAM_CHOICE,
                        .initial = ORDER_OPPOSITE,
                        .choices = deadlock_orders},
    [DEADLOCK_KIND] = {.name = "kind",
                       .summary = "two mutexes, or one recursive lock in the place of both",
                       .type = PARAM_CHOICE,
                       .initial = KIND_MUTEX,
                       .choices = deadlock_kinds},
    [DEADLOCK_HOLD] = {.name = "hold",
                       .summary = "waiting between the first lock and the second",
                       .type = PARAM_TIME,
                       .initial = 10000000,
                       .min = 0,
                       .max = 3600 * NS_PER_SECOND},
};

/* Guarded by both locks. */
struct deadlock_shared {
    uint64_t passed;
};

struct deadlock_state {
    uint64_t order, kind, hold_ns, seed, tasks;
    struct deadlock_shared *shared;
};

static uint64_t deadlock_default_tasks(const uint64_t *values)
{
    (void)values;
    return 10;
}

static uint64_t deadlock_objects(const uint64_t *values, uint64_t tasks)
{
    (void)tasks;
    return values[DEADLOCK_KIND] == KIND_RECURSIVE ? 1 : 2;
}

static bool deadlock_may_deadlock(const uint64_t *values)
{
    return values[DEADLOCK_ORDER] == ORDER_OPPOSITE && values[DEADLOCK_KIND] == KIND_MUTEX;
}

static uint64_t deadlock_estimate_ns(const uint64_t *values)
{
    return values[DEADLOCK_HOLD] + 1000;
}

/* Whoever waits has a lock that the others want. */
static uint64_t deadlock_side_by_side(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return 1;
}

static int deadlock_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool fresh;
    struct deadlock_state *own = setup_state("deadlock", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct deadlock_state){.order = env->values[DEADLOCK_ORDER],
                                   .kind = env->values[DEADLOCK_KIND],
                                   .hold_ns = env->values[DEADLOCK_HOLD],
                                   .seed = env->seed,
                                   .tasks = env->tasks};
    own->shared = setup_share(env, "deadlock", sizeof *own->shared, 0, 0, &fresh, err);
    int rc =
        own->shared == NULL
            ? -ENOMEM
            : setup_objects(env, "deadlock", 0, deadlock_objects(env->values, env->tasks),
                            own->kind == KIND_RECURSIVE ? OBJECT_RECURSIVE : OBJECT_MUTEX, 0, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

static uint32_t first_lock(const struct deadlock_state *own, uint64_t index)
{
    return own->kind == KIND_RECURSIVE || own->order == ORDER_SAME ? 0 : index % 2;
}

static uint32_t second_lock(const struct deadlock_state *own, uint64_t index)
{
    return own->kind == KIND_RECURSIVE ? 0 : 1 - first_lock(own, index);
}

/* With the first lock. */
static int take_second(struct task_context *context, const struct deadlock_state *own,
                       uint32_t second)
{
    int rc = own->hold_ns > 0 ? ctx_sleep(context, own->hold_ns) : 0;
    if (rc < 0) {
        return rc;
    }
    rc = ctx_lock(context, second);
    if (rc < 0) {
        return rc;
    }
    own->shared->passed++;
    return ctx_unlock(context, second);
}

static int deadlock_task(struct task_context *context, const void *state, uint64_t index,
                         uint64_t *checksum)
{
    const struct deadlock_state *own = state;
    const uint32_t first = first_lock(own, index);
    int rc = ctx_lock(context, first);
    if (rc < 0) {
        return rc;
    }
    rc = take_second(context, own, second_lock(own, index));
    int released = ctx_unlock(context, first);
    *checksum = task_key(own->seed, index);
    return rc < 0 ? rc : released;
}

static uint64_t deadlock_expected(const void *state, uint64_t index)
{
    const struct deadlock_state *own = state;
    return task_key(own->seed, index);
}

static int deadlock_verify(const void *state, struct error *err)
{
    const struct deadlock_state *own = state;
    return own->shared->passed == own->tasks
               ? 0
               : error_set(err, -EBADMSG,
                           "the locks did not guard: %" PRIu64 " of %" PRIu64
                           " tasks were counted that had both",
                           own->shared->passed, own->tasks);
}

extern const struct workload workload_deadlock;
const struct workload workload_deadlock = {
    .name = "deadlock",
    .summary = "takes two locks, in the order that ends well or not",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = deadlock_params,
    .param_count = sizeof deadlock_params / sizeof deadlock_params[0],
    .default_tasks = deadlock_default_tasks,
    .objects = deadlock_objects,
    .may_deadlock = deadlock_may_deadlock,
    .estimate_ns = deadlock_estimate_ns,
    .side_by_side = deadlock_side_by_side,
    .setup = deadlock_setup,
    .task = deadlock_task,
    .expected = deadlock_expected,
    .verify = deadlock_verify,
    .teardown = free,
};
