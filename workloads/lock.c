/*
 * lock: numbers that all tasks count down, each guarded by a lock of its own. An update reads the
 * number, waits or computes, and writes it back one lower, so that what another task wrote in
 * between is lost wherever nothing excludes it (kind=none). Each number starts as how often it will
 * be counted down, as tickets do that are to be sold: what is left in the end was lost.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/lock_numbers.h"

enum {
    LOCK_KIND,
    LOCK_VARIANT,
    LOCK_LOCKS,
    LOCK_UPDATES,
    LOCK_READS,
    LOCK_HOLD,
    LOCK_OUTSIDE,
    LOCK_WAIT
};
enum lock_kind { KIND_NONE, KIND_MUTEX, KIND_SPIN, KIND_RW, KIND_RECURSIVE };
enum { VARIANT_MEMORY, VARIANT_FILE };

static const char *const lock_kinds[] = {"none", "mutex", "spin", "rw", "recursive", NULL};
static const char *const lock_variants[] = {"memory", "file", NULL};

static const struct param lock_params[] = {
    [LOCK_KIND] = {.name = "kind",
                   .summary = "what guards a number; none loses updates",
                   .type = PARAM_CHOICE,
                   .initial = KIND_MUTEX,
                   .choices = lock_kinds},
    [LOCK_VARIANT] = {.name = "variant",
                      .summary = "where the numbers are kept",
                      .type = PARAM_CHOICE,
                      .initial = VARIANT_MEMORY,
                      .choices = lock_variants},
    [LOCK_LOCKS] = {.name = "locks",
                    .summary = "numbers, each with a lock of its own; a task picks by chance",
                    .type = PARAM_COUNT,
                    .initial = 1,
                    .min = 1,
                    .max = 65536},
    [LOCK_UPDATES] = {.name = "updates",
                      .summary = "times that a task takes a lock",
                      .type = PARAM_COUNT,
                      .initial = 200,
                      .min = 1,
                      .max = 1000000000},
    [LOCK_READS] = {.name = "reads",
                    .summary = "part of these times in which it only reads",
                    .type = PARAM_PERCENT,
                    .initial = 0,
                    .max = 100},
    [LOCK_HOLD] = {.name = "hold",
                   .summary = "multiplications between reading and writing, with the lock",
                   .type = PARAM_COUNT,
                   .initial = CHAIN_ROUNDS_PER_MS / 1000,
                   .min = 0,
                   .max = 1000000000},
    [LOCK_OUTSIDE] = {.name = "outside",
                      .summary = "multiplications between two times, without the lock",
                      .type = PARAM_COUNT,
                      .initial = CHAIN_ROUNDS_PER_MS / 1000,
                      .min = 0,
                      .max = 1000000000},
    [LOCK_WAIT] = {.name = "wait",
                   .summary = "waiting between reading and writing, with the lock",
                   .type = PARAM_TIME,
                   .initial = 0,
                   .min = 0,
                   .max = 3600 * NS_PER_SECOND},
};

/* Some seconds of drawing, which no time limit covers: it comes before the tasks start. */
#define CHOICES_MOST UINT64_C(1000000000)

struct lock_shared {
    _Atomic uint64_t changed; /* times that a reader saw its number change under the lock */
    _Atomic uint64_t where;   /* a number of these */
    struct lock_number numbers[];
};

struct lock_state {
    uint64_t kind, locks, updates, reads, hold, outside, wait_ns;
    uint64_t seed, tasks;
    bool first;
    struct lock_shared *shared;
    struct lock_numbers numbers;
    uint64_t *totals; /* of each number: how often it is counted down; the first image's */
};

/* What taking and giving back a lock costs, contended or not. */
#define TAKING_NS UINT64_C(100)

static uint64_t chain_ns(uint64_t rounds)
{
    return (uint64_t)((unsigned __int128)rounds * 1000000 / CHAIN_ROUNDS_PER_MS);
}

static uint64_t updates_ns(const uint64_t *values, uint64_t each_ns)
{
    unsigned __int128 all = (unsigned __int128)each_ns * values[LOCK_UPDATES];
    return all > UINT64_MAX / 4 ? UINT64_MAX / 4 : (uint64_t)all;
}

/* Of one update. */
static uint64_t computing_ns(const uint64_t *values)
{
    return chain_ns(values[LOCK_HOLD] + values[LOCK_OUTSIDE]) + TAKING_NS;
}

static uint64_t lock_estimate_ns(const uint64_t *values)
{
    return updates_ns(values, computing_ns(values) + values[LOCK_WAIT]);
}

static uint64_t lock_computes_ns(const uint64_t *values)
{
    return updates_ns(values, computing_ns(values));
}

/* What is done with a lock overlaps over the locks only, and so many tasks keep them all taken.
 * That readers may share one is left out: writers let few of them do so. */
static uint64_t lock_side_by_side(const uint64_t *values, uint64_t tasks)
{
    const uint64_t with = chain_ns(values[LOCK_HOLD]) + values[LOCK_WAIT] + TAKING_NS;
    const uint64_t all = computing_ns(values) + values[LOCK_WAIT];
    const unsigned __int128 kept = (unsigned __int128)values[LOCK_LOCKS] * all / with;
    return values[LOCK_KIND] == KIND_NONE || kept > tasks ? tasks : (uint64_t)kept;
}

/* Also where nobody takes them: then the numbers are in memory that processes share. */
static uint64_t lock_objects(const uint64_t *values, uint64_t tasks)
{
    (void)tasks;
    return values[LOCK_LOCKS];
}

static uint64_t lock_descriptors(const uint64_t *values, uint64_t tasks, uint64_t alive)
{
    (void)tasks;
    return values[LOCK_VARIANT] == VARIANT_FILE ? alive : 0;
}

/* --- what a task does when --- */

struct lock_choice {
    uint64_t number;
    bool reads;
};

static uint64_t choices_of(const struct lock_state *own, uint64_t index)
{
    return task_key(~own->seed, index); /* unrelated to the chain's */
}

static struct lock_choice choose(const struct lock_state *own, uint64_t *random)
{
    const struct lock_choice choice = {.number = mix_below(random, own->locks),
                                       .reads = mix_below(random, 100) < own->reads};
    return choice;
}

/* Where tasks choose nothing, or only read, it is known without their choices. */
static bool totals_need_choices(const uint64_t *values)
{
    return values[LOCK_READS] < 100 && (values[LOCK_LOCKS] > 1 || values[LOCK_READS] > 0);
}

static const char *lock_unsupported(const uint64_t *values, uint64_t tasks)
{
    const unsigned __int128 choices = (unsigned __int128)tasks * values[LOCK_UPDATES];
    return totals_need_choices(values) && choices > CHOICES_MOST
               ? "it makes the choices of all tasks beforehand, 1,000,000,000 at the most: fewer "
                 "--tasks or lock.updates, or lock.locks=1 and lock.reads=0"
               : NULL;
}

static void count_totals(struct lock_state *own, const uint64_t *values)
{
    if (!totals_need_choices(values)) {
        own->totals[0] = own->reads < 100 ? own->tasks * own->updates : 0;
        return;
    }
    for (uint64_t index = 0; index < own->tasks; index++) {
        uint64_t random = choices_of(own, index);
        for (uint64_t k = 0; k < own->updates; k++) {
            const struct lock_choice choice = choose(own, &random);
            own->totals[choice.number] += !choice.reads;
        }
    }
}

/* --- setup --- */

static enum object_kind object_of(enum lock_kind kind)
{
    switch (kind) {
    case KIND_SPIN:
        return OBJECT_SPIN;
    case KIND_RW:
        return OBJECT_RW;
    case KIND_RECURSIVE:
        return OBJECT_RECURSIVE;
    default:
        return OBJECT_MUTEX;
    }
}

static int fill_numbers(struct lock_state *own, const uint64_t *values, struct error *err)
{
    own->totals = setup_state("lock", own->locks * sizeof *own->totals, err);
    if (own->totals == NULL) {
        return -ENOMEM;
    }
    count_totals(own, values);
    for (uint64_t number = 0; number < own->locks; number++) {
        int rc = lock_put(&own->numbers, number, own->totals[number]);
        if (rc != 0) {
            lock_remove(&own->numbers, number);
            return error_set(err, rc, "number %" PRIu64 " of the workload lock: %s", number,
                             strerror(-rc));
        }
    }
    return 0;
}

static int lock_share(struct lock_state *own, const struct workload_env *env, struct error *err)
{
    const bool files = env->values[LOCK_VARIANT] == VARIANT_FILE;
    bool fresh = false;
    own->shared = setup_share(env, "lock", sizeof *own->shared, own->locks,
                              sizeof(struct lock_number), &fresh, err);
    if (own->shared == NULL) {
        return -ENOMEM;
    }
    own->numbers = (struct lock_numbers){.memory = files ? NULL : own->shared->numbers,
                                         .folder = env->scratch};
    int rc =
        setup_objects(env, "lock", 0, own->locks, object_of((enum lock_kind)own->kind), 0, err);
    return rc == 0 && fresh ? fill_numbers(own, env->values, err) : rc;
}

static int lock_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct lock_state *own = setup_state("lock", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct lock_state){.kind = env->values[LOCK_KIND],
                               .locks = env->values[LOCK_LOCKS],
                               .updates = env->values[LOCK_UPDATES],
                               .reads = env->values[LOCK_READS],
                               .hold = env->values[LOCK_HOLD],
                               .outside = env->values[LOCK_OUTSIDE],
                               .wait_ns = env->values[LOCK_WAIT],
                               .seed = env->seed,
                               .tasks = env->tasks,
                               .first = env->first};
    int rc = lock_share(own, env, err);
    if (rc != 0) {
        free(own->totals);
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

/* --- a task --- */

static int enter(struct task_context *context, const struct lock_state *own,
                 const struct lock_choice *choice)
{
    const uint32_t object = (uint32_t)choice->number;
    return own->kind == KIND_NONE                  ? 0
           : own->kind == KIND_RW && choice->reads ? ctx_lock_shared(context, object)
                                                   : ctx_lock(context, object);
}

static int leave(struct task_context *context, const struct lock_state *own,
                 const struct lock_choice *choice)
{
    return own->kind == KIND_NONE ? 0 : ctx_unlock(context, (uint32_t)choice->number);
}

/* What a reader found must still be there while it has the lock. */
static int look_again(struct task_context *context, const struct lock_state *own, uint64_t number,
                      uint64_t value)
{
    uint64_t again = value;
    int rc = lock_load(&own->numbers, context, number, &again);
    if (again != value && own->kind != KIND_NONE) {
        atomic_store_explicit(&own->shared->where, number, memory_order_relaxed);
        atomic_fetch_add_explicit(&own->shared->changed, 1, memory_order_relaxed);
    }
    return rc;
}

static int use_number(struct task_context *context, const struct lock_state *own,
                      const struct lock_choice *choice, uint64_t *x)
{
    uint64_t value = 0;
    int rc = lock_load(&own->numbers, context, choice->number, &value);
    ctx_yield(context); /* who is made to give way may be in the middle of an update */
    if (rc == 0 && own->wait_ns > 0) {
        rc = ctx_sleep(context, own->wait_ns);
    }
    *x = chain_run_in(context, *x, own->hold);
    if (rc < 0) {
        return rc;
    }
    return choice->reads ? look_again(context, own, choice->number, value)
                         : lock_store(&own->numbers, context, choice->number, value - 1);
}

static int lock_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    const struct lock_state *own = state;
    uint64_t x = task_key(own->seed, index), random = choices_of(own, index);
    for (uint64_t k = 0; k < own->updates; k++) {
        const struct lock_choice choice = choose(own, &random);
        int rc = enter(context, own, &choice);
        if (rc < 0) {
            return rc;
        }
        rc = use_number(context, own, &choice, &x);
        int left = leave(context, own, &choice);
        if (rc < 0 || left < 0) {
            return rc < 0 ? rc : left;
        }
        x = chain_run_in(context, x, own->outside);
    }
    *checksum = x;
    return 0;
}

static uint64_t lock_expected(const void *state, uint64_t index)
{
    const struct lock_state *own = state;
    return chain_jump(task_key(own->seed, index), CHAIN_MULTIPLIER, CHAIN_INCREMENT,
                      own->updates * (own->hold + own->outside));
}

/* --- afterwards --- */

static int verify_number(const struct lock_state *own, uint64_t number, struct error *err)
{
    uint64_t left = 0;
    int rc = lock_get(&own->numbers, number, &left);
    if (rc < 0) {
        return error_set(err, rc, "number %" PRIu64 " could not be read: %s", number,
                         strerror(-rc));
    }
    if (left == 0 || own->kind == KIND_NONE) {
        return 0;
    }
    if (left > own->totals[number]) {
        return error_set(err, -EBADMSG,
                         "the lock (%s) of number %" PRIu64 " did not guard it: it says %" PRIu64
                         " after %" PRIu64 " updates that end at 0",
                         lock_kinds[own->kind], number, left, own->totals[number]);
    }
    return error_set(err, -EBADMSG,
                     "the lock (%s) of number %" PRIu64 " did not guard it: %" PRIu64 " of %" PRIu64
                     " updates were lost",
                     lock_kinds[own->kind], number, left, own->totals[number]);
}

static int lock_verify(const void *state, struct error *err)
{
    const struct lock_state *own = state;
    const uint64_t changed = atomic_load(&own->shared->changed);
    if (changed > 0) {
        return error_set(err, -EBADMSG,
                         "the lock (%s) of number %" PRIu64
                         " did not guard it: readers saw numbers change %" PRIu64 " times",
                         lock_kinds[own->kind], atomic_load(&own->shared->where), changed);
    }
    int rc = 0;
    for (uint64_t number = 0; number < own->locks && rc == 0; number++) {
        rc = verify_number(own, number, err);
    }
    return rc;
}

/* Two that write a file at once could leave a number that neither wrote: then nothing is told. */
static void lock_observe(const void *state, struct observed *observed)
{
    const struct lock_state *own = state;
    uint64_t lost = 0;
    for (uint64_t number = 0; number < own->locks; number++) {
        uint64_t left = 0;
        if (lock_get(&own->numbers, number, &left) != 0 || left > own->totals[number]) {
            return;
        }
        lost += left;
    }
    observed->lost_updates = lost;
}

static void lock_teardown(void *state)
{
    struct lock_state *own = state;
    if (own->first) {
        lock_remove(&own->numbers, own->locks);
    }
    free(own->totals);
    free(own);
}

extern const struct workload workload_lock;
const struct workload workload_lock = {
    .name = "lock",
    .summary = "counts shared numbers down under locks, or without",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .needs_scratch = true,
    .params = lock_params,
    .param_count = sizeof lock_params / sizeof lock_params[0],
    .unsupported = lock_unsupported,
    .descriptors = lock_descriptors,
    .objects = lock_objects,
    .estimate_ns = lock_estimate_ns,
    .computes_ns = lock_computes_ns,
    .side_by_side = lock_side_by_side,
    .setup = lock_setup,
    .task = lock_task,
    .expected = lock_expected,
    .verify = lock_verify,
    .observe = lock_observe,
    .teardown = lock_teardown,
};
