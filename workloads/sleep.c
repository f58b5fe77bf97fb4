#include <errno.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/key.h"
#include "workloads/workload.h"

enum { SLEEP_DURATION };

static const struct param sleep_params[] = {
    [SLEEP_DURATION] = {.name = "duration",
                        .summary = "how long a task waits",
                        .type = PARAM_TIME,
                        .initial = 10 * UINT64_C(1000000),
                        .min = 0,
                        .max = 24 * 3600 * NS_PER_SECOND},
};

struct sleep_state {
    uint64_t duration_ns, seed;
};

static uint64_t sleep_estimate_ns(const uint64_t *values)
{
    return values[SLEEP_DURATION];
}

static int sleep_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct sleep_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload sleep");
    }
    *own = (struct sleep_state){.duration_ns = env->values[SLEEP_DURATION], .seed = env->seed};
    *state = own;
    return 0;
}

static int sleep_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct sleep_state *own = state;
    uint64_t start = clock_now_ns();
    int code = ctx_sleep(context, own->duration_ns);
    if (code < 0) {
        return code;
    }
    uint64_t key = task_key(own->seed, index);
    *checksum = clock_now_ns() - start >= own->duration_ns ? key : ~key;
    return 0;
}

/* The moment at which the task began is all that it must remember. */
static int sleep_step(struct step *step, const void *state, uint64_t index)
{
    const struct sleep_state *own = state;
    uint64_t *start = step->memory;
    uint64_t now = clock_now_ns();
    if (step->operation.kind == OPERATION_NONE) {
        *start = now;
        step->operation =
            (struct operation){.kind = OPERATION_SLEEP, .until_ns = now + own->duration_ns};
        return 0;
    }
    uint64_t key = task_key(own->seed, index);
    step->checksum = now - *start >= own->duration_ns ? key : ~key;
    int code = (int)step->operation.result;
    step->operation.kind = OPERATION_NONE;
    return code;
}

static uint64_t sleep_expected(const void *state, uint64_t index)
{
    const struct sleep_state *own = state;
    return task_key(own->seed, index);
}

static void sleep_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_sleep;
const struct workload workload_sleep = {
    .name = "sleep",
    .summary = "waits, and computes nothing",
    .kind = WORKLOAD_IO,
    .version = 1,
    .params = sleep_params,
    .param_count = sizeof sleep_params / sizeof sleep_params[0],
    .estimate_ns = sleep_estimate_ns,
    .setup = sleep_setup,
    .task = sleep_task,
    .step = sleep_step,
    .step_bytes = sizeof(uint64_t),
    .expected = sleep_expected,
    .teardown = sleep_teardown,
};
