#include <errno.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/turns.h"

enum { MIXED_TOTAL, MIXED_SHARE, MIXED_ALTERNATIONS, MIXED_ROUNDS_PER_MS };

static const struct param mixed_params[] = {
    [MIXED_TOTAL] = {.name = "total",
                     .summary = "nominal length of a task",
                     .type = PARAM_TIME,
                     .initial = 10 * UINT64_C(1000000),
                     .min = 0,
                     .max = 24 * 3600 * NS_PER_SECOND},
    [MIXED_SHARE] = {.name = "share",
                     .summary = "part of the total that is waiting",
                     .type = PARAM_PERCENT,
                     .initial = 50,
                     .min = 0,
                     .max = 100},
    [MIXED_ALTERNATIONS] = {.name = "alternations",
                            .summary = "times that a task computes and then waits",
                            .type = PARAM_COUNT,
                            .initial = 10,
                            .min = 1,
                            .max = 1000000},
    [MIXED_ROUNDS_PER_MS] = {.name = "rounds_per_ms",
                             .summary =
                                 "multiplications that stand for 1 ms of computing, on every "
                                 "machine alike",
                             .type = PARAM_COUNT,
                             .initial = CHAIN_ROUNDS_PER_MS,
                             .min = 1,
                             .max = 1000000000},
};

struct mixed_state {
    struct turns turns;
    uint64_t seed;
};

static struct turns mixed_turns(const uint64_t *values)
{
    return turns_of(values[MIXED_TOTAL], values[MIXED_SHARE], values[MIXED_ROUNDS_PER_MS],
                    values[MIXED_ALTERNATIONS]);
}

static uint64_t mixed_estimate_ns(const uint64_t *values)
{
    struct turns turns = mixed_turns(values);
    return turns_estimate_ns(&turns);
}

static int mixed_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct mixed_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload mixed");
    }
    *own = (struct mixed_state){.turns = mixed_turns(env->values), .seed = env->seed};
    *state = own;
    return 0;
}

static int mixed_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct mixed_state *own = state;
    return turns_task(context, &own->turns, task_key(own->seed, index), checksum);
}

static int mixed_step(struct step *step, const void *state, uint64_t index)
{
    const struct mixed_state *own = state;
    return turns_step(step, &own->turns, task_key(own->seed, index));
}

static uint64_t mixed_expected(const void *state, uint64_t index)
{
    const struct mixed_state *own = state;
    return turns_expected(&own->turns, task_key(own->seed, index));
}

static void mixed_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_mixed;
const struct workload workload_mixed = {
    .name = "mixed",
    .summary = "computes and waits in turns, in a set share",
    .kind = WORKLOAD_MIXED,
    .version = 1,
    .params = mixed_params,
    .param_count = sizeof mixed_params / sizeof mixed_params[0],
    .estimate_ns = mixed_estimate_ns,
    .setup = mixed_setup,
    .task = mixed_task,
    .step = mixed_step,
    .step_bytes = sizeof(struct turns_step),
    .expected = mixed_expected,
    .teardown = mixed_teardown,
};
