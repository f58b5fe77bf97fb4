#include "tests/faulty/sabotage.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bench/registry.h"
#include "bench/util/clock.h"

/* What BENCH_SABOTAGE says of this part, or NULL. */
static const char *how_of(const char *part)
{
    const char *asked = getenv("BENCH_SABOTAGE");
    const size_t length = strlen(part);
    return asked && strncmp(asked, part, length) == 0 && asked[length] == '=' ? asked + length + 1
                                                                              : NULL;
}

static _Noreturn void misspelt(void)
{
    abort();
}

/* --- modes --- */

static struct mode mode;
static int (*honest_launch)(struct job *job);

static int launch_unscheduled(struct job *job)
{
    job->shared->request.schedule.kind = SCHEDULE_FCFS;
    return honest_launch(job);
}

const struct mode *sabotage_mode(const struct mode *honest)
{
    const char *how = honest ? how_of(honest->name) : NULL;
    if (!how) {
        return honest;
    }
    mode = *honest;
    if (strcmp(how, "unscheduled") == 0) {
        honest_launch = honest->launch;
        mode.launch = launch_unscheduled;
        return &mode;
    }
    for (size_t i = 0; registry_modes[i]; i++) {
        if (strcmp(registry_modes[i]->name, how) == 0) {
            mode.prepare = registry_modes[i]->prepare;
            mode.launch = registry_modes[i]->launch;
            return &mode;
        }
    }
    misspelt();
}

/* --- waits --- */

static struct wait lame;
static struct wait_calls calls;

static void burn(uint64_t ns)
{
    const uint64_t until = clock_now_ns() + ns;
    while (clock_now_ns() < until) {
    }
}

static int spin(struct task_context *context, uint64_t ns)
{
    (void)context;
    burn(ns);
    return 0;
}

static struct loop_engine engine;
static const struct loop_engine *honest_engine;

static bool start_wasteful(struct loop *loop, struct operation *operation)
{
    /* More than serving a whole request takes: seen on a busy machine, too. */
    burn(10000);
    return honest_engine->start(loop, operation);
}

const struct wait *sabotage_wait(const struct wait *honest)
{
    const char *how = honest ? how_of(honest->name) : NULL;
    if (!how) {
        return honest;
    }
    lame = *honest;
    if (strcmp(how, "spin") == 0) {
        calls = *honest->calls;
        calls.sleep = spin;
        lame.calls = &calls;
        return &lame;
    }
    if (strcmp(how, "wasteful") == 0) {
        honest_engine = honest->engine;
        engine = *honest->engine;
        engine.start = start_wasteful;
        lame.engine = &engine;
        return &lame;
    }
    for (size_t i = 0; registry_waits[i]; i++) {
        if (strcmp(registry_waits[i]->name, how) == 0) {
            lame.calls = registry_waits[i]->calls;
            lame.engine = registry_waits[i]->engine;
            return &lame;
        }
    }
    misspelt();
}

/* --- workloads: what their tasks share does not work --- */

static struct workload workload;
static const struct workload *honest_workload;
static _Thread_local struct sync_calls broken_sync;

static int at_once(struct task_context *context, uint32_t object)
{
    (void)context;
    (void)object;
    return 0;
}

static int broken_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    const struct sync_calls *honest = context->sync;
    broken_sync = *honest;
    if (strcmp(how_of(workload.name), "unlocked") == 0) {
        broken_sync.lock = broken_sync.unlock = broken_sync.lock_shared = at_once;
        broken_sync.acquire = broken_sync.release = broken_sync.await = at_once;
    } else {
        broken_sync.signal = broken_sync.broadcast = at_once;
    }
    context->sync = &broken_sync;
    const int rc = honest_workload->task(context, state, index, checksum);
    context->sync = honest;
    return rc;
}

static int reaped_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    signal(SIGCHLD, SIG_IGN);
    return honest_workload->task(context, state, index, checksum);
}

const struct workload *sabotage_workload(const struct workload *honest)
{
    const char *how = honest ? how_of(honest->name) : NULL;
    if (!how) {
        return honest;
    }
    workload = *honest;
    honest_workload = honest;
    workload.task = strcmp(how, "reaped") == 0 ? reaped_task : broken_task;
    return &workload;
}
