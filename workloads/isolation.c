/*
 * isolation: each task sets a variable in the ordinary memory of its program, private to a process,
 * and reads it back. Whether the first image sees the change afterwards tells whether the task ran
 * in the same process: a thread's writes are visible, those of another process are its own copy's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "workloads/key.h"
#include "workloads/setup.h"

enum { UNTOUCHED = 100 };

/* Apart, so that no task's write is seen because another one's was. */
struct isolation_variable {
    _Alignas(SETUP_APART) uint64_t value;
};

struct isolation_state {
    uint64_t seed, tasks;
    struct isolation_variable *variables; /* of this image, one per task */
};

static uint64_t isolation_estimate_ns(const uint64_t *values)
{
    (void)values;
    return 100;
}

/* What a task writes; never what was there. */
static uint64_t written_by(const struct isolation_state *own, uint64_t index)
{
    const uint64_t key = task_key(own->seed, index);
    return key == UNTOUCHED ? ~key : key;
}

static int isolation_setup(const struct workload_env *env, void **state, struct error *err)
{
    size_t bytes;
    struct isolation_state *own = setup_state("isolation", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct isolation_state){.seed = env->seed, .tasks = env->tasks};
    if (__builtin_mul_overflow(own->tasks, sizeof *own->variables, &bytes) ||
        (own->variables = aligned_alloc(SETUP_APART, bytes)) == NULL) {
        free(own);
        return error_set(err, -ENOMEM, "no memory left to set up the workload isolation");
    }
    for (uint64_t i = 0; i < own->tasks; i++) {
        own->variables[i].value = UNTOUCHED;
    }
    *state = own;
    return 0;
}

static int isolation_task(struct task_context *context, const void *state, uint64_t index,
                          uint64_t *checksum)
{
    const struct isolation_state *own = state;
    struct isolation_variable *variable = &own->variables[index];
    (void)context;
    variable->value = written_by(own, index);
    __asm__ volatile("" : : : "memory"); /* read back from memory, not remembered */
    *checksum = mix64(variable->value);
    return 0;
}

static uint64_t isolation_expected(const void *state, uint64_t index)
{
    return mix64(written_by(state, index));
}

static int isolation_verify(const void *state, struct error *err)
{
    const struct isolation_state *own = state;
    for (uint64_t i = 0; i < own->tasks; i++) {
        const uint64_t value = own->variables[i].value;
        if (value != UNTOUCHED && value != written_by(own, i)) {
            return error_set(err, -EBADMSG,
                             "the variable of task %" PRIu64 " is %016" PRIx64
                             ", which nobody wrote there",
                             i, value);
        }
    }
    return 0;
}

static void isolation_observe(const void *state, struct observed *observed)
{
    const struct isolation_state *own = state;
    observed->visible_writes = 0;
    for (uint64_t i = 0; i < own->tasks; i++) {
        observed->visible_writes += own->variables[i].value != UNTOUCHED;
    }
}

static void isolation_teardown(void *state)
{
    struct isolation_state *own = state;
    free(own->variables);
    free(own);
}

extern const struct workload workload_isolation;
const struct workload workload_isolation = {
    .name = "isolation",
    .summary = "sets a variable of its program: who sees that is told",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .estimate_ns = isolation_estimate_ns,
    .setup = isolation_setup,
    .task = isolation_task,
    .expected = isolation_expected,
    .verify = isolation_verify,
    .observe = isolation_observe,
    .teardown = isolation_teardown,
};
