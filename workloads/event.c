/*
 * event: all tasks but one wait for an event, which the last one to arrive sets. So every mode
 * measures the same: how long it takes until everybody who waits goes on. Whoever would set it by
 * its number could come first, and the others would find it set, or last in a queue of tasks whose
 * workers all wait; therefore all tasks must be alive together.
 *
 * Arriving is counted before a task waits, so the last one pauses (`delay`) before it sets, for the
 * others to be asleep by then.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/key.h"
#include "workloads/setup.h"

enum { EVENT_DELAY };
enum { EVENT_OBJECT, EVENT_OBJECTS };

static const struct param event_params[] = {
    [EVENT_DELAY] = {.name = "delay",
                     .summary = "time from the last arrival to the setting of the event",
                     .type = PARAM_TIME,
                     .initial = 5000000,
                     .min = 0,
                     .max = 3600 * NS_PER_SECOND},
};

struct event_waiter {
    _Alignas(SETUP_APART) uint64_t on_ns; /* when it went on; 0: it set the event */
};

struct event_shared {
    _Atomic uint64_t arrived;
    _Alignas(SETUP_APART) uint64_t set_ns; /* plain, as the event guards them */
    uint64_t message;
    struct event_waiter waiters[];
};

struct event_state {
    uint64_t delay_ns, seed, tasks;
    struct event_shared *shared;
};

static uint64_t event_default_tasks(const uint64_t *values)
{
    (void)values;
    return 21; /* 20 wait */
}

static uint64_t event_together(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks;
}

static uint64_t event_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return EVENT_OBJECTS;
}

static uint64_t event_estimate_ns(const uint64_t *values)
{
    return values[EVENT_DELAY] + 1000000;
}

static int event_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool fresh;
    struct event_state *own = setup_state("event", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct event_state){
        .delay_ns = env->values[EVENT_DELAY], .seed = env->seed, .tasks = env->tasks};
    own->shared = setup_share(env, "event", sizeof *own->shared, own->tasks,
                              sizeof(struct event_waiter), &fresh, err);
    int rc = own->shared == NULL
                 ? -ENOMEM
                 : setup_objects(env, "event", EVENT_OBJECT, 1, OBJECT_EVENT, 0, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

/* What the others are told by the event. */
static uint64_t message_of(const struct event_state *own)
{
    return task_key(own->seed, UINT64_MAX);
}

static int set_for_all(struct task_context *context, const struct event_state *own)
{
    struct event_shared *shared = own->shared;
    int rc = own->delay_ns > 0 ? ctx_sleep(context, own->delay_ns) : 0;
    shared->message = message_of(own);
    shared->set_ns = clock_now_ns();
    int set = ctx_set(context, EVENT_OBJECT); /* whatever happened, the others wait for it */
    return rc < 0 ? rc : set;
}

static int event_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct event_state *own = state;
    const bool last = atomic_fetch_add(&own->shared->arrived, 1) + 1 == own->tasks;
    int rc = last ? set_for_all(context, own) : ctx_await(context, EVENT_OBJECT);
    if (rc < 0) {
        return rc;
    }
    if (!last) {
        own->shared->waiters[index].on_ns = clock_now_ns();
    }
    *checksum = task_key(own->seed, index) + own->shared->message;
    return 0;
}

static uint64_t event_expected(const void *state, uint64_t index)
{
    const struct event_state *own = state;
    return task_key(own->seed, index) + message_of(own);
}

/* --- afterwards --- */

static int event_verify(const void *state, struct error *err)
{
    const struct event_state *own = state;
    uint64_t setters = 0;
    for (uint64_t i = 0; i < own->tasks; i++) {
        const uint64_t on_ns = own->shared->waiters[i].on_ns;
        setters += on_ns == 0;
        if (on_ns != 0 && (own->shared->set_ns == 0 || on_ns < own->shared->set_ns)) {
            return error_set(err, -EBADMSG,
                             "task %" PRIu64 " went on %" PRIu64 " ns before the event was set", i,
                             own->shared->set_ns - on_ns);
        }
    }
    return setters == 1 ? 0
                        : error_set(err, -EBADMSG,
                                    "%" PRIu64 " tasks of %" PRIu64
                                    " did not wait for the event; one should have",
                                    setters, own->tasks);
}

static void event_observe(const void *state, struct observed *observed)
{
    const struct event_state *own = state;
    uint64_t last = own->shared->set_ns;
    for (uint64_t i = 0; i < own->tasks; i++) {
        const uint64_t on_ns = own->shared->waiters[i].on_ns;
        last = on_ns > last ? on_ns : last;
    }
    if (own->tasks > 1) {
        observed->wake_spread_ns = last - own->shared->set_ns;
    }
}

extern const struct workload workload_event;
const struct workload workload_event = {
    .name = "event",
    .summary = "waits for an event, which the last task to come sets for all",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = event_params,
    .param_count = sizeof event_params / sizeof event_params[0],
    .default_tasks = event_default_tasks,
    .together = event_together,
    .objects = event_objects,
    .estimate_ns = event_estimate_ns,
    .setup = event_setup,
    .task = event_task,
    .expected = event_expected,
    .verify = event_verify,
    .observe = event_observe,
    .teardown = free,
};
