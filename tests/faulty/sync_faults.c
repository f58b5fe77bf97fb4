/*
 * Workloads whose tasks go wrong with what they share. They exist only in the twin of the program
 * that the tests run.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "bench/util/mix.h"
#include "workloads/workload.h"

static uint64_t fault_estimate(const uint64_t *values)
{
    (void)values;
    return 1000;
}

static uint64_t fault_expected(const void *state, uint64_t index)
{
    (void)state;
    return mix64(index);
}

static void no_teardown(void *state)
{
    (void)state;
}

/* --- tangle: tasks that wait for each other for ever, in several ways --- */

enum {
    TANGLE_CIRCLE,
    TANGLE_AGAIN,
    TANGLE_BARRIER,
    TANGLE_EVENT,
    TANGLE_SEMAPHORE,
    TANGLE_CONDITION,
    TANGLE_NOT
};
static const char *const tangles[] = {"circle",    "again",     "barrier", "event",
                                      "semaphore", "condition", "not",     NULL};

static const struct param tangle_param[] = {
    {"how", "what the tasks wait for", PARAM_CHOICE, TANGLE_CIRCLE, 0, 0, tangles, 0, NULL},
};

enum { FIRST, SECOND, BARRIER, EVENT, SEMAPHORE, CONDITION, OTHER_EVENT, TANGLE_OBJECTS };

struct tangle {
    uint64_t how, tasks;
};

static struct tangle tangle;

static uint64_t tangle_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return TANGLE_OBJECTS;
}

static int tangle_setup(const struct workload_env *env, void **state, struct error *err)
{
    static const enum object_kind kinds[] = {OBJECT_MUTEX, OBJECT_MUTEX,     OBJECT_BARRIER,
                                             OBJECT_EVENT, OBJECT_SEMAPHORE, OBJECT_CONDITION,
                                             OBJECT_EVENT};
    tangle = (struct tangle){.how = env->values[0], .tasks = env->tasks};
    *state = &tangle;
    for (uint32_t i = 0; i < TANGLE_OBJECTS; i++) {
        int rc = env->make(env, i, kinds[i], i == BARRIER ? env->tasks + 1 : 1);
        if (rc != 0) {
            return error_set(err, rc, "object %u could not be made", (unsigned)i);
        }
    }
    return 0;
}

/* Tasks 0 and 1 take the two locks in opposite orders, when each has its first one. */
static int cross(struct task_context *context, uint64_t index)
{
    uint32_t first = index == 0 ? FIRST : SECOND, second = index == 0 ? SECOND : FIRST;
    if (index > 1) {
        return 0;
    }
    int rc = ctx_lock(context, first);
    rc = rc == 0 ? ctx_set(context, index == 0 ? EVENT : OTHER_EVENT) : rc;
    rc = rc == 0 ? ctx_await(context, index == 0 ? OTHER_EVENT : EVENT) : rc;
    return rc == 0 ? ctx_lock(context, second) : rc;
}

/* In the same order, now and then with a wait inside. */
static int take_both(struct task_context *context, uint64_t index)
{
    int rc = 0;
    for (uint64_t i = 0; i < 20 && rc == 0; i++) {
        rc = ctx_lock(context, FIRST);
        rc = rc == 0 ? ctx_lock(context, SECOND) : rc;
        rc = rc == 0 && (i + index) % 7 == 0 ? ctx_sleep(context, 1000000) : rc;
        rc = rc == 0 ? ctx_unlock(context, SECOND) : rc;
        rc = rc == 0 ? ctx_unlock(context, FIRST) : rc;
    }
    return rc;
}

static int tangle_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    const struct tangle *self = state;
    int rc = 0;
    *checksum = mix64(index);
    switch (self->how) {
    case TANGLE_CIRCLE:
        return cross(context, index);
    case TANGLE_AGAIN:
        rc = ctx_lock(context, FIRST);
        return rc == 0 ? ctx_lock(context, FIRST) : rc;
    case TANGLE_BARRIER:
        return ctx_arrive(context, BARRIER);
    case TANGLE_EVENT:
        return ctx_await(context, EVENT);
    case TANGLE_SEMAPHORE:
        return ctx_acquire(context, SEMAPHORE);
    case TANGLE_CONDITION:
        rc = ctx_lock(context, FIRST);
        return rc == 0 ? ctx_wait(context, CONDITION, FIRST) : rc;
    default:
        return take_both(context, index);
    }
}

extern const struct workload workload_tangle;
const struct workload workload_tangle = {
    .name = "tangle",
    .summary = "tasks that wait for each other for ever",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = tangle_param,
    .param_count = 1,
    .objects = tangle_objects,
    .estimate_ns = fault_estimate,
    .setup = tangle_setup,
    .task = tangle_task,
    .expected = fault_expected,
    .teardown = no_teardown,
};

/* --- abandon: a task is killed while it holds what all others want --- */

static const struct param abandon_param[] = {
    {"at", "the task that is killed", PARAM_COUNT, 0, 0, 1000000, NULL, 0, NULL},
};

static uint64_t abandon_at;

static uint64_t abandon_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return 2;
}

static int abandon_setup(const struct workload_env *env, void **state, struct error *err)
{
    abandon_at = env->values[0];
    *state = &abandon_at;
    int rc = env->make(env, 0, OBJECT_MUTEX, 0);
    rc = rc == 0 ? env->make(env, 1, OBJECT_EVENT, 0) : rc;
    return rc == 0 ? 0 : error_set(err, rc, "an object could not be made");
}

static int abandon_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    *checksum = mix64(index);
    if (*(const uint64_t *)state == index) {
        ctx_lock(context, 0);
        ctx_set(context, 1);
        ctx_sleep(context, UINT64_C(30000000)); /* the others have come */
        kill(getpid(), SIGKILL);
    }
    ctx_await(context, 1);
    int rc = ctx_lock(context, 0);
    rc = rc < 0 ? rc : ctx_unlock(context, 0);
    return rc;
}

extern const struct workload workload_abandon;
const struct workload workload_abandon = {
    .name = "abandon",
    .summary = "a task is killed while it holds what all others want",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = abandon_param,
    .param_count = 1,
    .objects = abandon_objects,
    .estimate_ns = fault_estimate,
    .setup = abandon_setup,
    .task = abandon_task,
    .expected = fault_expected,
    .teardown = no_teardown,
};
