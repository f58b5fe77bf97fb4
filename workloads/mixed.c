#include <errno.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/workload.h"

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
    uint64_t wait_ns, rounds, alternations, seed;
};

/* Part `k` of `parts` of a whole; the parts differ by one at the most and sum up to
 * the whole exactly. */
static uint64_t mixed_part(uint64_t whole, uint64_t parts, uint64_t k)
{
    unsigned __int128 wide = whole;
    return (uint64_t)(wide * (k + 1) / parts - wide * k / parts);
}

static uint64_t mixed_wait_ns(const uint64_t *values)
{
    return values[MIXED_TOTAL] * values[MIXED_SHARE] / 100;
}

static uint64_t mixed_rounds(const uint64_t *values)
{
    unsigned __int128 computing_ns = values[MIXED_TOTAL] - mixed_wait_ns(values);
    return (uint64_t)(computing_ns * values[MIXED_ROUNDS_PER_MS] / 1000000);
}

static uint64_t mixed_estimate_ns(const uint64_t *values)
{
    return mixed_wait_ns(values) +
           (uint64_t)((unsigned __int128)mixed_rounds(values) * 1000000 / CHAIN_ROUNDS_PER_MS);
}

static int mixed_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct mixed_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload mixed");
    }
    *own = (struct mixed_state){.wait_ns = mixed_wait_ns(env->values),
                                .rounds = mixed_rounds(env->values),
                                .alternations = env->values[MIXED_ALTERNATIONS],
                                .seed = env->seed};
    *state = own;
    return 0;
}

/* 1: waited, 0: woken early, or -errno. */
static int mixed_wait(struct task_context *context, uint64_t ns)
{
    uint64_t start = clock_now_ns();
    int code = ctx_sleep(context, ns);
    if (code < 0) {
        return code;
    }
    return clock_now_ns() - start >= ns;
}

static int mixed_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct mixed_state *own = state;
    uint64_t x = task_key(own->seed, index);
    int early = 0;

    for (uint64_t k = 0; k < own->alternations; k++) {
        x = chain_run(x, mixed_part(own->rounds, own->alternations, k));
        if (own->wait_ns > 0) {
            int waited = mixed_wait(context, mixed_part(own->wait_ns, own->alternations, k));
            if (waited < 0) {
                return waited;
            }
            early |= !waited;
        }
    }
    *checksum = early ? ~x : x;
    return 0;
}

struct mixed_step {
    uint64_t x, k;     /* the chain so far; turns that have begun */
    uint64_t wait_end; /* of the wait that is on */
    bool early;        /* some wait ended too soon */
};

static int mixed_step(struct step *step, const void *state, uint64_t index)
{
    const struct mixed_state *own = state;
    struct mixed_step *at = step->memory;
    if (step->operation.kind == OPERATION_NONE) {
        at->x = task_key(own->seed, index);
    } else if (step->operation.result < 0) {
        return (int)step->operation.result;
    } else {
        at->early |= clock_now_ns() < at->wait_end;
    }
    while (at->k < own->alternations) {
        uint64_t k = at->k++;
        at->x = chain_run(at->x, mixed_part(own->rounds, own->alternations, k));
        if (own->wait_ns > 0) {
            at->wait_end = clock_now_ns() + mixed_part(own->wait_ns, own->alternations, k);
            step->operation = (struct operation){.kind = OPERATION_SLEEP, .until_ns = at->wait_end};
            return 0;
        }
    }
    step->checksum = at->early ? ~at->x : at->x;
    step->operation.kind = OPERATION_NONE;
    return 0;
}

static uint64_t mixed_expected(const void *state, uint64_t index)
{
    const struct mixed_state *own = state;
    return chain_jump(task_key(own->seed, index), CHAIN_MULTIPLIER, CHAIN_INCREMENT, own->rounds);
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
    .step_bytes = sizeof(struct mixed_step),
    .expected = mixed_expected,
    .teardown = mixed_teardown,
};
