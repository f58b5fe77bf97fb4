/*
 * sync-broken: the workloads that share locks and the like, over primitives that fail in one way
 * each: what they promise must then not come out as ok. Exists only in the twin of the program that
 * the tests run.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/queue.h"

extern const struct workload workload_lock, workload_semaphore, workload_event, workload_barrier,
    workload_queue, workload_deadlock, workload_child;

enum broken_what {
    BROKEN_MUTEX,     /* locks nothing */
    BROKEN_SHARED,    /* a shared lock that keeps no writer out */
    BROKEN_RECURSIVE, /* a recursive lock that its holder cannot take again */
    BROKEN_SEMAPHORE, /* lets one more in */
    BROKEN_EVENT,     /* lets everybody on */
    BROKEN_BARRIER,   /* lets task 0 through early, once */
    BROKEN_DROP,      /* a queue that loses an item */
    BROKEN_DOUBLE,    /* gives one twice */
    BROKEN_REORDER,   /* gives them out of order */
    BROKEN_CHILD,     /* a system in which no child stays a zombie */
};

static const char *const broken_whats[] = {"mutex",   "shared",  "recursive", "semaphore",
                                           "event",   "barrier", "drop",      "double",
                                           "reorder", "child",   NULL};
static const char *const broken_orders[] = {"fifo", "lifo", "priority", NULL};

enum { PARAM_WHAT, PARAM_ORDER };
enum { SPOILED_ITEM = 3, SKIPPED_ARRIVAL = 2, BARRIER_ROUNDS = 20 };

static const struct param broken_params[] = {
    [PARAM_WHAT] = {.name = "what",
                    .summary = "the primitive that fails",
                    .type = PARAM_CHOICE,
                    .choices = broken_whats},
    [PARAM_ORDER] = {.name = "order",
                     .summary = "of a queue that fails",
                     .type = PARAM_CHOICE,
                     .choices = broken_orders},
};

/* The honest workload, and parameters under which the failure must show wherever tasks overlap. */
static const struct broken_kind {
    const struct workload *workload;
    struct {
        const char *name, *value;
    } settings[5];
} broken_kinds[] = {
    [BROKEN_MUTEX] = {&workload_lock, {{"updates", "3"}, {"wait", "30ms"}}},
    [BROKEN_SHARED] = {&workload_lock,
                       {{"kind", "rw"}, {"reads", "50"}, {"updates", "20"}, {"wait", "2ms"}}},
    [BROKEN_RECURSIVE] = {&workload_deadlock, {{"kind", "recursive"}, {"hold", "1ms"}}},
    [BROKEN_SEMAPHORE] = {&workload_semaphore, {{"places", "2"}, {"hold", "50ms"}}},
    [BROKEN_EVENT] = {&workload_event, {{"delay", "50ms"}}},
    [BROKEN_BARRIER] = {&workload_barrier, {{"rounds", "20"}, {"work", "100000"}}},
    [BROKEN_DROP] = {&workload_queue, {{"items", "20"}}},
    [BROKEN_DOUBLE] = {&workload_queue, {{"items", "20"}, {"capacity", "1000"}}},
    [BROKEN_REORDER] = {&workload_queue,
                        {{"items", "50"}, {"consume", "100000"}, {"end", "counted"}}},
    [BROKEN_CHILD] = {&workload_child, {{NULL, NULL}}},
};

struct broken_state {
    enum broken_what what;
    const struct workload *workload;
    void *inner;
};

static const struct workload *inner_values(const uint64_t *values, uint64_t *inner)
{
    const struct broken_kind *kind = &broken_kinds[values[PARAM_WHAT]];
    const struct workload *workload = kind->workload;
    for (size_t i = 0; i < workload->param_count; i++) {
        const struct param *param = &workload->params[i];
        inner[i] = param->initial;
        for (size_t k = 0; k < 5 && kind->settings[k].name; k++) {
            if (strcmp(kind->settings[k].name, param->name) == 0) {
                param_parse(param, kind->settings[k].value, &inner[i], NULL);
            }
        }
    }
    if (workload == &workload_queue) {
        inner[QUEUE_ORDER] = values[PARAM_ORDER];
    }
    return workload;
}

static uint64_t broken_default_tasks(const uint64_t *values)
{
    (void)values;
    return 8;
}

static uint64_t broken_together(const uint64_t *values, uint64_t tasks)
{
    uint64_t inner[PARAM_MAX];
    const struct workload *workload = inner_values(values, inner);
    return workload->together ? workload->together(inner, tasks) : 1;
}

static uint64_t broken_objects(const uint64_t *values, uint64_t tasks)
{
    uint64_t inner[PARAM_MAX];
    return inner_values(values, inner)->objects(inner, tasks);
}

static uint64_t broken_estimate(const uint64_t *values)
{
    (void)values;
    return 1000000;
}

/* --- queues --- */

static void dropping_put(struct queue_store *store, const struct queue_item *item,
                         const struct queue_order *honest)
{
    if (item->id != SPOILED_ITEM) {
        honest->put(store, item);
    }
}

static void doubling_put(struct queue_store *store, const struct queue_item *item,
                         const struct queue_order *honest)
{
    honest->put(store, item);
    if (item->id == SPOILED_ITEM && store->count < store->capacity) {
        honest->put(store, item);
    }
}

/* The second one first, where there are two items. */
static void reordering_take(struct queue_store *store, struct queue_item *item,
                            const struct queue_order *honest)
{
    honest->take(store, item);
    if (store->count > 0 && item->id != QUEUE_SENTINEL) {
        struct queue_item second;
        honest->take(store, &second);
        if (second.id == QUEUE_SENTINEL) {
            honest->put(store, &second);
        } else {
            honest->put(store, item);
            *item = second;
        }
    }
}

#define BROKEN_ORDER(name, kind)                                                          \
    static void name##_dropping(struct queue_store *store, const struct queue_item *item) \
    {                                                                                     \
        dropping_put(store, item, &queue_orders[kind]);                                   \
    }                                                                                     \
    static void name##_doubling(struct queue_store *store, const struct queue_item *item) \
    {                                                                                     \
        doubling_put(store, item, &queue_orders[kind]);                                   \
    }                                                                                     \
    static void name##_reordering(struct queue_store *store, struct queue_item *item)     \
    {                                                                                     \
        reordering_take(store, item, &queue_orders[kind]);                                \
    }

BROKEN_ORDER(fifo, QUEUE_FIFO)
BROKEN_ORDER(lifo, QUEUE_LIFO)
BROKEN_ORDER(priority, QUEUE_PRIORITY)

static void break_orders(enum broken_what what, struct queue_order *orders)
{
    static void (*const drops[])(struct queue_store *, const struct queue_item *) = {
        fifo_dropping, lifo_dropping, priority_dropping};
    static void (*const doubles[])(struct queue_store *, const struct queue_item *) = {
        fifo_doubling, lifo_doubling, priority_doubling};
    static void (*const reorders[])(struct queue_store *, struct queue_item *) = {
        fifo_reordering, lifo_reordering, priority_reordering};
    for (size_t kind = 0; kind < QUEUE_ORDERS; kind++) {
        orders[kind] = queue_orders[kind];
        if (what == BROKEN_DROP) {
            orders[kind].put = drops[kind];
        } else if (what == BROKEN_DOUBLE) {
            orders[kind].put = doubles[kind];
        } else if (what == BROKEN_REORDER) {
            orders[kind].take = reorders[kind];
        }
    }
}

/* --- setup --- */

struct broken_env {
    struct workload_env env; /* first: make() comes with its address */
    const struct workload_env *real;
    enum broken_what what;
};

static int broken_make(const struct workload_env *env, uint32_t number, enum object_kind kind,
                       uint64_t count)
{
    const struct broken_env *own = (const struct broken_env *)(const void *)env;
    if (own->what == BROKEN_RECURSIVE && kind == OBJECT_RECURSIVE) {
        kind = OBJECT_MUTEX;
    }
    count += own->what == BROKEN_SEMAPHORE;
    return own->real->make(own->real, number, kind, count);
}

static int inner_setup(const struct workload_env *env, struct broken_state *own, struct error *err)
{
    static struct queue_order orders[QUEUE_ORDERS]; /* the queue's state points to them */
    uint64_t values[PARAM_MAX];
    struct broken_env broken = {.env = *env, .real = env, .what = own->what};
    own->workload = inner_values(env->values, values);
    broken.env.values = values;
    broken.env.make = broken_make;
    if (own->workload == &workload_queue) {
        break_orders(own->what, orders);
        return queue_set_up(&broken.env, orders, &own->inner, err);
    }
    return own->workload->setup(&broken.env, &own->inner, err);
}

static int broken_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct broken_state *own = setup_state("sync-broken", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    own->what = (enum broken_what)env->values[PARAM_WHAT];
    int rc = inner_setup(env, own, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

/* --- a task, in a context that breaks what it hands on --- */

struct broken {
    struct task_context context; /* first: calls come with its address */
    struct task_context *inner;
    enum broken_what what;
    uint64_t arrivals;
    bool shared; /* it has a shared lock that is none */
};

static struct broken *broken_of(struct task_context *context)
{
    return (struct broken *)(void *)context;
}

static int broken_sleep(struct task_context *context, uint64_t ns)
{
    return ctx_sleep(broken_of(context)->inner, ns);
}

static void broken_yield(struct task_context *context)
{
    ctx_yield(broken_of(context)->inner);
}

static ssize_t broken_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    return ctx_receive(broken_of(context)->inner, fd, buffer, size);
}

static int broken_close(struct task_context *context, int fd)
{
    return ctx_close(broken_of(context)->inner, fd);
}

static int broken_lock(struct task_context *context, uint32_t object)
{
    struct broken *own = broken_of(context);
    return own->what == BROKEN_MUTEX ? 0 : ctx_lock(own->inner, object);
}

static int broken_lock_shared(struct task_context *context, uint32_t object)
{
    struct broken *own = broken_of(context);
    own->shared = own->what == BROKEN_SHARED;
    return own->shared ? 0 : ctx_lock_shared(own->inner, object);
}

static int broken_unlock(struct task_context *context, uint32_t object)
{
    struct broken *own = broken_of(context);
    bool none = own->what == BROKEN_MUTEX || own->shared;
    own->shared = false;
    return none ? 0 : ctx_unlock(own->inner, object);
}

static int broken_acquire(struct task_context *context, uint32_t object)
{
    return ctx_acquire(broken_of(context)->inner, object);
}

static int broken_release(struct task_context *context, uint32_t object)
{
    return ctx_release(broken_of(context)->inner, object);
}

static int broken_await(struct task_context *context, uint32_t object)
{
    struct broken *own = broken_of(context);
    return own->what == BROKEN_EVENT ? 0 : ctx_await(own->inner, object);
}

static int broken_set(struct task_context *context, uint32_t object)
{
    return ctx_set(broken_of(context)->inner, object);
}

/* Task 0 goes through once without waiting. Its last time it arrives twice, so that the others,
 * whom it is one round ahead of since, get through their last round, too. */
static int broken_arrive(struct task_context *context, uint32_t object)
{
    struct broken *own = broken_of(context);
    const uint64_t arrival = own->arrivals++;
    const bool breaks = own->what == BROKEN_BARRIER && own->inner->task == 0;
    if (breaks && arrival == SKIPPED_ARRIVAL) {
        return 0;
    }
    int rc = ctx_arrive(own->inner, object);
    return rc >= 0 && breaks && arrival == BARRIER_ROUNDS - 1 ? ctx_arrive(own->inner, object) : rc;
}

static int broken_wait(struct task_context *context, uint32_t condition, uint32_t mutex)
{
    return ctx_wait(broken_of(context)->inner, condition, mutex);
}

static int broken_signal(struct task_context *context, uint32_t condition)
{
    return ctx_signal(broken_of(context)->inner, condition);
}

static int broken_broadcast(struct task_context *context, uint32_t condition)
{
    return ctx_broadcast(broken_of(context)->inner, condition);
}

static const struct wait_calls broken_calls = {
    .sleep = broken_sleep, .yield = broken_yield, .receive = broken_receive, .close = broken_close};

static const struct sync_calls broken_sync = {
    .lock = broken_lock,
    .lock_shared = broken_lock_shared,
    .unlock = broken_unlock,
    .acquire = broken_acquire,
    .release = broken_release,
    .await = broken_await,
    .set = broken_set,
    .arrive = broken_arrive,
    .wait = broken_wait,
    .signal = broken_signal,
    .broadcast = broken_broadcast,
};

static int broken_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    const struct broken_state *own = state;
    struct broken broken = {
        .context = {.calls = &broken_calls, .sync = &broken_sync, .task = context->task},
        .inner = context,
        .what = own->what};
    if (own->what == BROKEN_CHILD) {
        signal(SIGCHLD, SIG_IGN); /* the system reaps at once */
    }
    return own->workload->task(&broken.context, own->inner, index, checksum);
}

static uint64_t broken_expected(const void *state, uint64_t index)
{
    const struct broken_state *own = state;
    return own->workload->expected(own->inner, index);
}

static int broken_verify(const void *state, struct error *err)
{
    const struct broken_state *own = state;
    return own->workload->verify(own->inner, err);
}

static void broken_teardown(void *state)
{
    struct broken_state *own = state;
    own->workload->teardown(own->inner);
    free(own);
}

extern const struct workload workload_sync_broken;
const struct workload workload_sync_broken = {
    .name = "sync-broken",
    .summary = "workloads that share locks and the like, one of which fails",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = broken_params,
    .param_count = sizeof broken_params / sizeof broken_params[0],
    .default_tasks = broken_default_tasks,
    .together = broken_together,
    .objects = broken_objects,
    .estimate_ns = broken_estimate,
    .setup = broken_setup,
    .task = broken_task,
    .expected = broken_expected,
    .verify = broken_verify,
    .teardown = broken_teardown,
};
