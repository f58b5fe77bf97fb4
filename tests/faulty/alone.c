/*
 * A workload that sees how many of its tasks compute at one moment, in its figure peak_inside. Of
 * the tests' twin of the program only.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "workloads/chain.h"
#include "workloads/workload.h"

enum { TURNS = 20 };

static const struct param alone_params[] = {
    {"rounds", "multiplications of a turn", PARAM_COUNT, 20000, 1, 1000000000, NULL, 0, NULL},
};

struct alone_shared {
    _Atomic uint64_t inside, most;
};

struct alone_state {
    uint64_t rounds;
    struct alone_shared *shared;
};

static uint64_t alone_estimate(const uint64_t *values)
{
    return TURNS * values[0];
}

static int alone_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct alone_state *own = malloc(sizeof *own);
    bool fresh;
    if (!own) {
        return error_set(err, -ENOMEM, "no memory");
    }
    own->rounds = env->values[0];
    own->shared = env->share(env, sizeof *own->shared, &fresh);
    if (!own->shared) {
        free(own);
        return error_set(err, -ENOMEM, "no memory");
    }
    *state = own;
    return 0;
}

/* Counted before and after each turn, between which it may give way, and never in a wait. */
static int alone_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct alone_state *own = state;
    struct alone_shared *shared = own->shared;
    uint64_t x = index;
    int code = 0;
    for (unsigned turn = 0; turn < TURNS && code == 0; turn++) {
        uint64_t inside = atomic_fetch_add(&shared->inside, 1) + 1, most = shared->most;
        while (inside > most && !atomic_compare_exchange_weak(&shared->most, &most, inside)) {
        }
        x = chain_run(x, own->rounds);
        atomic_fetch_sub(&shared->inside, 1);
        ctx_yield(context);
        code = turn % 5 == 0 ? ctx_sleep(context, 1000) : 0;
    }
    *checksum = x;
    return code;
}

static uint64_t alone_expected(const void *state, uint64_t index)
{
    const struct alone_state *own = state;
    return chain_jump(index, CHAIN_MULTIPLIER, CHAIN_INCREMENT, TURNS * own->rounds);
}

static void alone_observe(const void *state, struct observed *observed)
{
    const struct alone_state *own = state;
    observed->peak_inside = own->shared->most;
}

extern const struct workload workload_alone;
const struct workload workload_alone = {
    .name = "alone",
    .summary = "counts how many of its tasks compute at one moment",
    .kind = WORKLOAD_CPU,
    .version = 1,
    .shares = true,
    .params = alone_params,
    .param_count = 1,
    .estimate_ns = alone_estimate,
    .setup = alone_setup,
    .task = alone_task,
    .expected = alone_expected,
    .observe = alone_observe,
    .teardown = free,
};
