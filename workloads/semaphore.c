/*
 * semaphore: so many tasks at a time are let in, and stay for a while. How many are inside is
 * counted by the tasks themselves, apart from the semaphore's own count.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/setup.h"

enum { SEMAPHORE_PLACES, SEMAPHORE_HOLD, SEMAPHORE_ROUNDS };
enum { SEMAPHORE_OBJECT, SEMAPHORE_OBJECTS };

static const struct param semaphore_params[] = {
    [SEMAPHORE_PLACES] = {.name = "places",
                          .summary = "tasks that may be inside at once",
                          .type = PARAM_COUNT,
                          .initial = 5,
                          .min = 1,
                          .max = 1000000},
    [SEMAPHORE_HOLD] = {.name = "hold",
                        .summary = "time that a task waits inside",
                        .type = PARAM_TIME,
                        .initial = 5000000,
                        .min = 0,
                        .max = 3600 * NS_PER_SECOND},
    [SEMAPHORE_ROUNDS] = {.name = "rounds",
                          .summary = "multiplications that it computes inside, before it waits",
                          .type = PARAM_COUNT,
                          .initial = 0,
                          .min = 0,
                          .max = UINT64_C(1000000000000)},
};

struct semaphore_shared {
    _Atomic uint64_t inside, peak, entries;
};

struct semaphore_state {
    uint64_t places, hold_ns, rounds, seed, tasks;
    struct semaphore_shared *shared;
};

static uint64_t semaphore_default_tasks(const uint64_t *values)
{
    (void)values;
    return 20;
}

static uint64_t semaphore_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return SEMAPHORE_OBJECTS;
}

static uint64_t semaphore_computes_ns(const uint64_t *values)
{
    return (uint64_t)((unsigned __int128)values[SEMAPHORE_ROUNDS] * 1000000 / CHAIN_ROUNDS_PER_MS);
}

static uint64_t semaphore_estimate_ns(const uint64_t *values)
{
    return values[SEMAPHORE_HOLD] + semaphore_computes_ns(values) + 100;
}

/* All of its time a task is inside. */
static uint64_t semaphore_side_by_side(const uint64_t *values, uint64_t tasks)
{
    (void)tasks;
    return values[SEMAPHORE_PLACES];
}

static int semaphore_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool fresh;
    struct semaphore_state *own = setup_state("semaphore", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct semaphore_state){.places = env->values[SEMAPHORE_PLACES],
                                    .hold_ns = env->values[SEMAPHORE_HOLD],
                                    .rounds = env->values[SEMAPHORE_ROUNDS],
                                    .seed = env->seed,
                                    .tasks = env->tasks};
    own->shared = setup_share(env, "semaphore", sizeof *own->shared, 0, 0, &fresh, err);
    int rc = own->shared == NULL ? -ENOMEM
                                 : setup_objects(env, "semaphore", SEMAPHORE_OBJECT, 1,
                                                 OBJECT_SEMAPHORE, own->places, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

static void come_in(struct semaphore_shared *shared)
{
    const uint64_t inside = atomic_fetch_add(&shared->inside, 1) + 1;
    uint64_t peak = atomic_load(&shared->peak);
    atomic_fetch_add_explicit(&shared->entries, 1, memory_order_relaxed);
    while (inside > peak && !atomic_compare_exchange_weak(&shared->peak, &peak, inside)) {
    }
}

static int stay(struct task_context *context, const struct semaphore_state *own, uint64_t *x)
{
    *x = chain_run_in(context, *x, own->rounds);
    if (own->hold_ns == 0) {
        return 0;
    }
    const uint64_t until = clock_now_ns() + own->hold_ns;
    int rc = ctx_sleep(context, own->hold_ns);
    if (rc == 0 && clock_now_ns() < until) {
        *x = ~*x; /* woken too early */
    }
    return rc;
}

static int semaphore_task(struct task_context *context, const void *state, uint64_t index,
                          uint64_t *checksum)
{
    const struct semaphore_state *own = state;
    uint64_t x = task_key(own->seed, index);
    int rc = ctx_acquire(context, SEMAPHORE_OBJECT);
    if (rc < 0) {
        return rc;
    }
    come_in(own->shared);
    rc = stay(context, own, &x);
    atomic_fetch_sub(&own->shared->inside, 1);
    int released = ctx_release(context, SEMAPHORE_OBJECT);
    *checksum = x;
    return rc < 0 ? rc : released < 0 ? released : 0;
}

static uint64_t semaphore_expected(const void *state, uint64_t index)
{
    const struct semaphore_state *own = state;
    return chain_jump(task_key(own->seed, index), CHAIN_MULTIPLIER, CHAIN_INCREMENT, own->rounds);
}

static int semaphore_verify(const void *state, struct error *err)
{
    const struct semaphore_state *own = state;
    const uint64_t peak = atomic_load(&own->shared->peak);
    const uint64_t entries = atomic_load(&own->shared->entries);
    if (peak > own->places) {
        return error_set(err, -EBADMSG,
                         "the semaphore let too many in: %" PRIu64
                         " tasks were inside at once, of %" PRIu64 " places",
                         peak, own->places);
    }
    if (entries != own->tasks) {
        return error_set(err, -EBADMSG, "%" PRIu64 " tasks went inside, of %" PRIu64, entries,
                         own->tasks);
    }
    return 0;
}

static void semaphore_observe(const void *state, struct observed *observed)
{
    const struct semaphore_state *own = state;
    observed->peak_inside = atomic_load(&own->shared->peak);
}

extern const struct workload workload_semaphore;
const struct workload workload_semaphore = {
    .name = "semaphore",
    .summary = "stays for a while where so many tasks at a time are let in",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = semaphore_params,
    .param_count = sizeof semaphore_params / sizeof semaphore_params[0],
    .default_tasks = semaphore_default_tasks,
    .objects = semaphore_objects,
    .estimate_ns = semaphore_estimate_ns,
    .computes_ns = semaphore_computes_ns,
    .side_by_side = semaphore_side_by_side,
    .setup = semaphore_setup,
    .task = semaphore_task,
    .expected = semaphore_expected,
    .verify = semaphore_verify,
    .observe = semaphore_observe,
    .teardown = free,
};
