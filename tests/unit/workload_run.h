/*
 * workload_run.h - sets up a workload in a test, without the runner.
 *
 * Included after cmocka.h, by one source file per program.
 */
#ifndef TESTS_UNIT_WORKLOAD_RUN_H
#define TESTS_UNIT_WORKLOAD_RUN_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/sync/area.h"
#include "bench/waits/wait.h"
#include "workloads/workload.h"

/* The memory that share() hands out. */
struct shared {
    size_t asked;  /* bytes that the last setup asked for, 0: none */
    bool deny;     /* answer NULL */
    bool attached; /* hand out the memory that is here, as to a spawned worker */
    bool reserve;  /* address space only: any size, never to be filled */
    uint64_t *memory;
    struct sync_area *area; /* of the objects; NULL: the workload has none */
    size_t area_bytes;
};

struct run {
    const struct workload *workload;
    uint64_t values[PARAM_MAX];
    struct workload_env env;
    struct shared shared;
    struct task_context context;
    struct error err;
    void *state;
};

static inline void *run_share(const struct workload_env *env, size_t bytes, bool *fresh)
{
    struct shared *shared = env->owner;
    shared->asked = bytes;
    if (shared->deny) {
        return NULL;
    }
    *fresh = !shared->attached;
    if (!shared->attached) {
        void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                            (shared->area ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS |
                                (shared->reserve ? MAP_NORESERVE : 0),
                            -1, 0);
        shared->memory = memory == MAP_FAILED ? NULL : memory;
    }
    return shared->memory;
}

static inline int run_make(const struct workload_env *env, uint32_t number, enum object_kind kind,
                           uint64_t count)
{
    struct shared *shared = env->owner;
    return shared->attached ? 0 : sync_make(shared->area, number, kind, count);
}

/* Sets one parameter by the text that a user would write. */
static inline void run_set(struct run *run, const char *name, const char *text)
{
    for (size_t i = 0; i < run->workload->param_count; i++) {
        if (strcmp(run->workload->params[i].name, name) == 0) {
            if (param_parse(&run->workload->params[i], text, &run->values[i], &run->err) != 0) {
                fail_msg("%s", run->err.text);
            }
            return;
        }
    }
    fail_msg("%s has no parameter %s", run->workload->name, name);
}

/* The parameter's own check refuses the text and names `word`. */
static inline void run_refuses(const struct workload *workload, const char *name, const char *text,
                               const char *word)
{
    for (size_t i = 0; i < workload->param_count; i++) {
        if (strcmp(workload->params[i].name, name) == 0) {
            struct error err;
            uint64_t value;
            assert_int_equal(param_parse(&workload->params[i], text, &value, &err), -EINVAL);
            assert_non_null(strstr(err.text, word));
            return;
        }
    }
    fail_msg("%s has no parameter %s", workload->name, name);
}

/* Defaults, a blocking wait, no scratch folder. */
static inline void run_init(struct run *run, const struct workload *workload)
{
    *run = (struct run){.workload = workload, .context = {.calls = wait_blocking.calls}};
    for (size_t i = 0; i < workload->param_count; i++) {
        run->values[i] = workload->params[i].initial;
    }
    run->env = (struct workload_env){.values = run->values,
                                     .tasks = 1000,
                                     .scratch = -1,
                                     .share = run_share,
                                     .make = run_make,
                                     .owner = &run->shared};
}

/* Room for the objects; the tasks run in threads, or in forks where env.processes. */
static inline void run_make_area(struct run *run)
{
    const struct workload *workload = run->workload;
    uint64_t objects = workload->objects ? workload->objects(run->values, run->env.tasks) : 0;
    struct shared *shared = &run->shared;
    if (objects == 0 || shared->area) {
        return;
    }
    shared->area_bytes = sync_area_bytes(objects, run->env.tasks, 1);
    void *at =
        mmap(NULL, shared->area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(at != MAP_FAILED);
    shared->area = at;
    sync_area_init(shared->area, objects, run->env.tasks, 1, run->env.processes);
    run->context.sync = &sync_blocking;
    run->context.area = shared->area;
}

static inline void run_setup(struct run *run)
{
    run_make_area(run);
    if (run->workload->setup(&run->env, &run->state, &run->err) != 0) {
        fail_msg("%s: %s", run->workload->name, run->err.text);
    }
}

/* The setup must fail with `code`, say `word`, and leave nothing behind. */
static inline void run_setup_fails(struct run *run, int code, const char *word)
{
    run_make_area(run);
    assert_int_equal(run->workload->setup(&run->env, &run->state, &run->err), code);
    assert_null(run->state);
    if (strstr(run->err.text, word) == NULL) {
        fail_msg("'%s' is not in: %s", word, run->err.text);
    }
}

static inline void run_unshare(struct run *run)
{
    if (run->shared.memory != NULL) {
        munmap(run->shared.memory, run->shared.asked);
        run->shared.memory = NULL;
    }
}

static inline void run_teardown(struct run *run)
{
    run->workload->teardown(run->state);
    run->state = NULL;
    if (run->shared.area) {
        munmap(run->shared.area, run->shared.area_bytes);
        run->shared.area = NULL;
    }
}

/* Of one task; a test that runs several at once takes one for each. */
static inline struct task_context run_context(const struct run *run, uint64_t index)
{
    struct task_context context = run->context;
    context.task = index;
    return context;
}

static inline int run_task(struct run *run, uint64_t index, uint64_t *checksum)
{
    struct task_context context = run_context(run, index);
    return run->workload->task(&context, run->state, index, checksum);
}

/* The checksum of a task that must succeed. */
static inline uint64_t run_checksum(struct run *run, uint64_t index)
{
    uint64_t checksum = 0;
    assert_int_equal(run_task(run, index, &checksum), 0);
    return checksum;
}

static inline bool run_is_right(struct run *run, uint64_t index)
{
    return run_checksum(run, index) == run->workload->expected(run->state, index);
}

#endif
