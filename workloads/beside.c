/*
 * beside: how late one task that waits goes on beside others that compute. Task 0 waits again and
 * again; the others compute until it is done, or have done as much as they may. The waits are the
 * requests of this workload, their lateness its latency: those of them during whose lateness
 * another task computed. How late a wait ends with nobody beside it is not the question here, and
 * would hide the answer where the others were all done during the first one.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/workload.h"

enum { BESIDE_WAITS, BESIDE_WAIT, BESIDE_MOST };

/* Between two looks whether task 0 is done, and two moments at which a task gives way: 100 ns, some
 * instructions of an interpreter. It decides who is next under an interpreter lock: of several that
 * wait, those whose interval is over at the same time as the asker's find the lock free already
 * only where the holder gives it up faster than they come. */
#define ROUNDS_PER_LOOK (CHAIN_ROUNDS_PER_MS / 10000)

#define MOST_LIMIT UINT64_C(1000000000000)
/* Several times what it takes where each wait ends late by a switch interval of 5 ms. */
#define AUTO_NS_PER_WAIT UINT64_C(20000000)

static const struct param beside_params[] = {
    [BESIDE_WAITS] = {.name = "waits",
                      .summary = "times that task 0 waits",
                      .type = PARAM_COUNT,
                      .initial = 100,
                      .min = 1,
                      .max = 1000000},
    [BESIDE_WAIT] = {.name = "wait",
                     .summary = "how long each time",
                     .type = PARAM_TIME,
                     .initial = 1000000,
                     .min = 0,
                     .max = 3600 * NS_PER_SECOND},
    [BESIDE_MOST] = {.name = "most",
                     .summary = "multiplications of another task at the most; auto: 20 ms of them "
                                "and 4 waits a wait",
                     .type = PARAM_COUNT,
                     .initial = 0,
                     .min = 1,
                     .max = MOST_LIMIT,
                     .zero_means = "auto"},
};

/* What a computing task has done, told when it ends. */
struct beside_result {
    _Alignas(64) uint64_t x;
    uint64_t rounds;
};

/* In memory that all workers share; behind it the waits. Written when a task begins or ends only,
 * so that nobody computes the slower for it. */
struct beside_shared {
    _Alignas(64) atomic_bool done; /* task 0 is */
    _Atomic uint64_t computing;    /* so many of the others are */
    _Atomic uint64_t ended_ns;     /* when the last one so far had computed; 0: none has */
    struct beside_result results[];
};

struct beside_state {
    uint64_t waits, wait_ns, most, seed;
    struct beside_shared *shared;
    struct request_times *times; /* of each wait */
};

static uint64_t auto_most(uint64_t waits, uint64_t wait_ns)
{
    unsigned __int128 ns = (unsigned __int128)waits * (AUTO_NS_PER_WAIT + 4 * wait_ns);
    unsigned __int128 rounds = ns * CHAIN_ROUNDS_PER_MS / 1000000;
    return rounds < MOST_LIMIT ? (uint64_t)rounds : MOST_LIMIT;
}

static uint64_t most_of(const uint64_t *values)
{
    return values[BESIDE_MOST] ? values[BESIDE_MOST]
                               : auto_most(values[BESIDE_WAITS], values[BESIDE_WAIT]);
}

/* Where the tasks do not give way and share a core, each of them computes all that it may; else
 * mostly a quarter of that at the most. A repetition is given ten times its estimate. */
static uint64_t beside_estimate_ns(const uint64_t *values)
{
    const uint64_t waiting = values[BESIDE_WAITS] * values[BESIDE_WAIT];
    const uint64_t computing =
        (uint64_t)((unsigned __int128)most_of(values) * 250000 / CHAIN_ROUNDS_PER_MS);
    return waiting > computing ? waiting : computing;
}

static uint64_t beside_tasks(const uint64_t *values)
{
    (void)values;
    return 2;
}

static uint64_t beside_request_count(const uint64_t *values)
{
    return values[BESIDE_WAITS];
}

static int beside_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct beside_state *own = malloc(sizeof *own);
    uint64_t waits = env->values[BESIDE_WAITS];
    size_t results = sizeof(struct beside_shared) + env->tasks * sizeof(struct beside_result);
    bool fresh;
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload beside");
    }
    *own = (struct beside_state){.waits = waits,
                                 .wait_ns = env->values[BESIDE_WAIT],
                                 .most = most_of(env->values),
                                 .seed = env->seed};
    own->shared = env->share(env, results + waits * sizeof *own->times, &fresh);
    if (own->shared == NULL) {
        free(own);
        return error_set(err, -ENOMEM, "no memory left to set up the workload beside");
    }
    own->times = (struct request_times *)(void *)((char *)own->shared + results);
    *state = own;
    return 0;
}

/* Did another task compute after `due_ns`? The one that ends is still counted until it has said
 * when. */
static bool was_beside(struct beside_shared *shared, uint64_t due_ns)
{
    return atomic_load_explicit(&shared->computing, memory_order_acquire) > 0 ||
           atomic_load_explicit(&shared->ended_ns, memory_order_relaxed) >= due_ns;
}

/* 1: waited all the time, 0: woken early, or -errno. */
static int wait_often(struct task_context *context, const struct beside_state *own)
{
    bool early = false;
    for (uint64_t i = 0; i < own->waits; i++) {
        uint64_t due = clock_now_ns() + own->wait_ns;
        int code = ctx_sleep(context, own->wait_ns);
        if (code < 0) {
            return code;
        }
        uint64_t now = clock_now_ns();
        early = early || now < due;
        own->times[i] = (struct request_times){
            .intended_ns = due, .sent_ns = due, .done_ns = was_beside(own->shared, due) ? now : 0};
    }
    return !early;
}

static void tell_end(struct beside_shared *shared)
{
    const uint64_t now = clock_now_ns();
    uint64_t last = atomic_load_explicit(&shared->ended_ns, memory_order_relaxed);
    while (last < now &&
           !atomic_compare_exchange_weak_explicit(&shared->ended_ns, &last, now,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
    atomic_fetch_sub_explicit(&shared->computing, 1, memory_order_release);
}

static void compute(struct task_context *context, const struct beside_state *own,
                    struct beside_result *result)
{
    atomic_fetch_add_explicit(&own->shared->computing, 1, memory_order_relaxed);
    while (result->rounds < own->most &&
           !atomic_load_explicit(&own->shared->done, memory_order_relaxed)) {
        uint64_t left = own->most - result->rounds;
        uint64_t rounds = left < ROUNDS_PER_LOOK ? left : ROUNDS_PER_LOOK;
        result->x = chain_run(result->x, rounds);
        result->rounds += rounds;
        ctx_yield(context);
    }
    tell_end(own->shared);
}

static int beside_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    const struct beside_state *own = state;
    uint64_t key = task_key(own->seed, index);
    *checksum = key;
    if (index == 0) {
        int waited = wait_often(context, own);
        atomic_store_explicit(&own->shared->done, true, memory_order_relaxed);
        *checksum = waited > 0 ? key : ~key;
        return waited < 0 ? waited : 0;
    }
    struct beside_result result = {.x = key};
    compute(context, own, &result);
    own->shared->results[index] = result;
    return 0;
}

/* How much a task computed depends on how it was run, and must not show in its checksum: what it
 * reported is judged here. */
static uint64_t beside_expected(const void *state, uint64_t index)
{
    const struct beside_state *own = state;
    const struct beside_result *result = &own->shared->results[index];
    uint64_t key = task_key(own->seed, index);
    uint64_t x = chain_jump(key, CHAIN_MULTIPLIER, CHAIN_INCREMENT, result->rounds);
    return index == 0 || x == result->x ? key : ~key;
}

static const struct request_times *beside_requests(const void *state, uint64_t *count)
{
    const struct beside_state *own = state;
    *count = own->waits;
    return own->times;
}

static void beside_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_beside;
const struct workload workload_beside = {
    .name = "beside",
    .summary = "one task waits and notes how late it goes on, the others compute",
    .kind = WORKLOAD_MIXED,
    .version = 1,
    .shares = true,
    .params = beside_params,
    .param_count = sizeof beside_params / sizeof beside_params[0],
    .default_tasks = beside_tasks,
    .request_count = beside_request_count,
    .estimate_ns = beside_estimate_ns,
    .setup = beside_setup,
    .task = beside_task,
    .expected = beside_expected,
    .requests = beside_requests,
    .teardown = beside_teardown,
};
