/*
 * Workloads that go wrong on purpose. They exist only in the twin of the
 * program that the tests run (tests/faulty/), never in bench itself.
 * Each goes wrong in task `at` and is a quick honest task otherwise.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util/mix.h"
#include "workloads/workload.h"

static const struct param at_param[] = {
    {"at", "the task that goes wrong", PARAM_COUNT, 3, 0, 1000000, NULL, 0, NULL},
    {"signal", "the signal of a crash", PARAM_COUNT, SIGSEGV, 1, 64, NULL, 0, NULL},
};

struct fault_state {
    uint64_t at;
    int signal;
};

static uint64_t fault_estimate(const uint64_t *values)
{
    (void)values;
    return 1000;
}

static int fault_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct fault_state *fault = malloc(sizeof *fault);
    if (!fault) {
        return error_set(err, -ENOMEM, "no memory");
    }
    fault->at = env->values[0];
    fault->signal = (int)env->values[1];
    *state = fault;
    return 0;
}

static uint64_t fault_expected(const void *state, uint64_t index)
{
    (void)state;
    return mix64(index);
}

static bool goes_wrong(const void *state, uint64_t index)
{
    return ((const struct fault_state *)state)->at == index;
}

static int crash_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    (void)context;
    if (goes_wrong(state, index)) {
        int number = ((const struct fault_state *)state)->signal;
        signal(number, SIG_DFL); /* a sanitizer may have its own handler */
        kill(getpid(), number);
        ctx_sleep(context, UINT64_C(60000000000));
    }
    *checksum = mix64(index);
    return 0;
}

static int hang_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    while (goes_wrong(state, index)) {
        ctx_sleep(context, UINT64_C(1000000000));
    }
    *checksum = mix64(index);
    return 0;
}

static int wrong_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    (void)context;
    *checksum = mix64(index) + goes_wrong(state, index);
    return 0;
}

static int exits_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    (void)context;
    if (goes_wrong(state, index)) {
        _exit(0);
    }
    *checksum = mix64(index);
    return 0;
}

static int failing_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    (void)context;
    *checksum = mix64(index);
    return goes_wrong(state, index) ? -ENOSPC : 0;
}

#define FAULT(id, text)                                                   \
    extern const struct workload workload_##id;                           \
    const struct workload workload_##id = {.name = #id,                   \
                                           .summary = text,               \
                                           .kind = WORKLOAD_CPU,          \
                                           .version = 1,                  \
                                           .params = at_param,            \
                                           .param_count = 2,              \
                                           .estimate_ns = fault_estimate, \
                                           .setup = fault_setup,          \
                                           .task = id##_task,             \
                                           .expected = fault_expected,    \
                                           .teardown = free}

FAULT(crash, "one task dies of a signal");
FAULT(hang, "one task never ends");
FAULT(wrong, "one task returns a wrong checksum");
FAULT(exits, "one task ends its process with status 0");
FAULT(failing, "one task's call fails with ENOSPC");
