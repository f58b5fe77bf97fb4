#include <errno.h>
#include <stdlib.h>

#include "workloads/key.h"
#include "workloads/workload.h"

struct empty_state {
    uint64_t seed;
};

static uint64_t empty_estimate_ns(const uint64_t *values)
{
    (void)values;
    return 10;
}

static int empty_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct empty_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload empty");
    }
    own->seed = env->seed;
    *state = own;
    return 0;
}

static int empty_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct empty_state *own = state;
    (void)context;
    *checksum = task_key(own->seed, index);
    return 0;
}

/* The one workload without another way: all that can go wrong is that a task is
 * not run, or not as its own index, and that this sees. */
static uint64_t empty_expected(const void *state, uint64_t index)
{
    const struct empty_state *own = state;
    return task_key(own->seed, index);
}

static void empty_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_empty;
const struct workload workload_empty = {
    .name = "empty",
    .summary = "nothing at all: what the mode itself costs",
    .kind = WORKLOAD_CPU,
    .version = 1,
    .estimate_ns = empty_estimate_ns,
    .setup = empty_setup,
    .task = empty_task,
    .expected = empty_expected,
    .teardown = empty_teardown,
};
