/*
 * barrier: all tasks compute, meet, and go on together, round after round. Before it arrives a task
 * leaves a number for its neighbour, who takes it after the barrier; so a barrier that lets one
 * through too early gives away a number of another round. Numbers are left in one of two places in
 * turns: the fastest task may be one round ahead of the slowest, not two.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/setup.h"

enum { BARRIER_ROUNDS, BARRIER_WORK };
enum { BARRIER_OBJECT, BARRIER_OBJECTS };

/* Of the last so many rounds the spread of the wake-ups is known; its median is told. */
enum { ROUNDS_KEPT = 31 };

static const struct param barrier_params[] = {
    [BARRIER_ROUNDS] = {.name = "rounds",
                        .summary = "times that all tasks meet",
                        .type = PARAM_COUNT,
                        .initial = 20,
                        .min = 1,
                        .max = 10000000},
    [BARRIER_WORK] = {.name = "work",
                      .summary = "multiplications of a task between two meetings",
                      .type = PARAM_COUNT,
                      .initial = 1000,
                      .min = 0,
                      .max = 1000000000},
};

/* A task's own; the others read it behind the barrier, or after the run. */
struct barrier_place {
    _Alignas(SETUP_APART) uint64_t left[2]; /* for the neighbour */
    struct barrier_stamps {
        uint64_t arrived_ns, on_ns;
    } stamps[ROUNDS_KEPT];
};

struct barrier_shared {
    _Alignas(SETUP_APART) _Atomic uint64_t arrivals;
    _Alignas(SETUP_APART) _Atomic uint64_t singled_out; /* times that arrive() gave 1 */
    _Atomic bool broken;                                /* the rest tells of the first time */
    uint64_t task, round, seen;
    struct barrier_place places[];
};

struct barrier_state {
    uint64_t rounds, work, seed, tasks;
    struct barrier_shared *shared;
};

static uint64_t barrier_together(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks;
}

static uint64_t barrier_objects(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    (void)tasks;
    return BARRIER_OBJECTS;
}

static uint64_t barrier_computes_ns(const uint64_t *values)
{
    return values[BARRIER_ROUNDS] * (values[BARRIER_WORK] * 1000000 / CHAIN_ROUNDS_PER_MS);
}

static uint64_t barrier_estimate_ns(const uint64_t *values)
{
    return barrier_computes_ns(values) + values[BARRIER_ROUNDS] * 20000;
}

static int barrier_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool fresh;
    struct barrier_state *own = setup_state("barrier", sizeof *own, err);
    if (own == NULL) {
        return -ENOMEM;
    }
    *own = (struct barrier_state){.rounds = env->values[BARRIER_ROUNDS],
                                  .work = env->values[BARRIER_WORK],
                                  .seed = env->seed,
                                  .tasks = env->tasks};
    own->shared = setup_share(env, "barrier", sizeof *own->shared, own->tasks,
                              sizeof(struct barrier_place), &fresh, err);
    int rc = own->shared == NULL ? -ENOMEM
                                 : setup_objects(env, "barrier", BARRIER_OBJECT, 1, OBJECT_BARRIER,
                                                 own->tasks, err);
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

/* Behind the barrier of `round` all have arrived once more. So none is two rounds ahead of another:
 * it would have gone through one of them too early. */
static void check_round(struct barrier_shared *shared, uint64_t tasks, uint64_t index,
                        uint64_t round)
{
    const uint64_t seen = atomic_load_explicit(&shared->arrivals, memory_order_relaxed);
    if (seen < (round + 1) * tasks && !atomic_exchange(&shared->broken, true)) {
        shared->task = index;
        shared->round = round;
        shared->seen = seen;
    }
}

static int meet(struct task_context *context, const struct barrier_state *own, uint64_t index,
                uint64_t round)
{
    struct barrier_shared *shared = own->shared;
    struct barrier_stamps *stamps = &shared->places[index].stamps[round % ROUNDS_KEPT];
    atomic_fetch_add_explicit(&shared->arrivals, 1, memory_order_relaxed);
    stamps->arrived_ns = clock_now_ns();
    int rc = ctx_arrive(context, BARRIER_OBJECT);
    stamps->on_ns = clock_now_ns();
    if (rc == 1) {
        atomic_fetch_add_explicit(&shared->singled_out, 1, memory_order_relaxed);
    }
    check_round(shared, own->tasks, index, round);
    return rc;
}

static int barrier_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    const struct barrier_state *own = state;
    struct barrier_place *mine = &own->shared->places[index];
    const struct barrier_place *neighbour = &own->shared->places[(index + 1) % own->tasks];
    uint64_t x = task_key(own->seed, index), taken = x;
    for (uint64_t round = 0; round < own->rounds; round++) {
        x = chain_run_in(context, x, own->work);
        mine->left[round % 2] = x ^ round;
        int rc = meet(context, own, index, round);
        if (rc < 0) {
            return rc;
        }
        taken = mix64(taken ^ neighbour->left[round % 2]);
    }
    *checksum = taken;
    return 0;
}

/* One jump over a round's work, found once, stands for its steps. */
static uint64_t barrier_expected(const void *state, uint64_t index)
{
    const struct barrier_state *own = state;
    const uint64_t plus = chain_jump(0, CHAIN_MULTIPLIER, CHAIN_INCREMENT, own->work);
    const uint64_t times = chain_jump(1, CHAIN_MULTIPLIER, CHAIN_INCREMENT, own->work) - plus;
    uint64_t x = task_key(own->seed, (index + 1) % own->tasks);
    uint64_t taken = task_key(own->seed, index);
    for (uint64_t round = 0; round < own->rounds; round++) {
        x = x * times + plus;
        taken = mix64(taken ^ x ^ round);
    }
    return taken;
}

/* --- afterwards --- */

static int barrier_verify(const void *state, struct error *err)
{
    const struct barrier_state *own = state;
    const struct barrier_shared *shared = own->shared;
    if (atomic_load(&shared->broken)) {
        return error_set(err, -EBADMSG,
                         "the barrier let task %" PRIu64 " through in round %" PRIu64
                         " when %" PRIu64 " of %" PRIu64 " had arrived",
                         shared->task, shared->round,
                         shared->seen > shared->round * own->tasks
                             ? shared->seen - shared->round * own->tasks
                             : 0,
                         own->tasks);
    }
    const uint64_t singled_out = atomic_load(&shared->singled_out);
    if (singled_out != own->rounds) {
        return error_set(err, -EBADMSG,
                         "the barrier singled out a task %" PRIu64 " times in %" PRIu64 " rounds",
                         singled_out, own->rounds);
    }
    return 0;
}

/* From the last one's arrival to the last one's going on. */
static uint64_t spread_of(const struct barrier_state *own, uint64_t kept)
{
    uint64_t arrived = 0, on = 0;
    for (uint64_t i = 0; i < own->tasks; i++) {
        const struct barrier_stamps *stamps = &own->shared->places[i].stamps[kept];
        arrived = stamps->arrived_ns > arrived ? stamps->arrived_ns : arrived;
        on = stamps->on_ns > on ? stamps->on_ns : on;
    }
    return on - arrived;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void barrier_observe(const void *state, struct observed *observed)
{
    const struct barrier_state *own = state;
    const uint64_t kept = own->rounds < ROUNDS_KEPT ? own->rounds : ROUNDS_KEPT;
    uint64_t spreads[ROUNDS_KEPT];
    if (own->tasks > 1) {
        for (uint64_t k = 0; k < kept; k++) {
            spreads[k] = spread_of(own, k);
        }
        qsort(spreads, kept, sizeof spreads[0], by_value);
        observed->wake_spread_ns = spreads[(kept - 1) / 2];
    }
}

extern const struct workload workload_barrier;
const struct workload workload_barrier = {
    .name = "barrier",
    .summary = "computes and meets all other tasks at a barrier, in rounds",
    .kind = WORKLOAD_SYNC,
    .version = 1,
    .params = barrier_params,
    .param_count = sizeof barrier_params / sizeof barrier_params[0],
    .together = barrier_together,
    .objects = barrier_objects,
    .estimate_ns = barrier_estimate_ns,
    .computes_ns = barrier_computes_ns,
    .setup = barrier_setup,
    .task = barrier_task,
    .expected = barrier_expected,
    .verify = barrier_verify,
    .observe = barrier_observe,
    .teardown = free,
};
