#include <errno.h>
#include <stdlib.h>

#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/workload.h"

enum { CPU_ROUNDS };

static const struct param cpu_params[] = {
    [CPU_ROUNDS] = {.name = "rounds",
                    .summary = "dependent multiplications per task",
                    .type = PARAM_COUNT,
                    .initial = 10 * CHAIN_ROUNDS_PER_MS,
                    .min = 1,
                    .max = UINT64_C(1000000000000)},
};

struct cpu_state {
    uint64_t rounds, seed;
};

static uint64_t cpu_estimate_ns(const uint64_t *values)
{
    return values[CPU_ROUNDS] * 1000000 / CHAIN_ROUNDS_PER_MS;
}

static int cpu_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct cpu_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload cpu");
    }
    *own = (struct cpu_state){.rounds = env->values[CPU_ROUNDS], .seed = env->seed};
    *state = own;
    return 0;
}

static int cpu_task(struct task_context *context, const void *state, uint64_t index,
                    uint64_t *checksum)
{
    const struct cpu_state *own = state;
    *checksum = chain_run_in(context, task_key(own->seed, index), own->rounds);
    return 0;
}

static uint64_t cpu_expected(const void *state, uint64_t index)
{
    const struct cpu_state *own = state;
    return chain_jump(task_key(own->seed, index), CHAIN_MULTIPLIER, CHAIN_INCREMENT, own->rounds);
}

static void cpu_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_cpu;
const struct workload workload_cpu = {
    .name = "cpu",
    .summary = "a chain of dependent integer multiplications, without memory traffic",
    .kind = WORKLOAD_CPU,
    .version = 1,
    .params = cpu_params,
    .param_count = sizeof cpu_params / sizeof cpu_params[0],
    .estimate_ns = cpu_estimate_ns,
    .setup = cpu_setup,
    .task = cpu_task,
    .expected = cpu_expected,
    .teardown = cpu_teardown,
};
