/*
 * pipe: tasks in pairs, 2k and 2k + 1, that throw a byte to and fro over two pipes: what
 * a change of the running worker costs. A pair that is not complete (the last of an odd number)
 * plays against itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util/descriptors.h"
#include "bench/util/refusal.h"
#include "workloads/key.h"
#include "workloads/workload.h"

enum { PIPE_ROUNDS };

static const struct param pipe_params[] = {
    [PIPE_ROUNDS] = {.name = "rounds",
                     .summary = "round trips of the byte between two tasks",
                     .type = PARAM_COUNT,
                     .initial = 1000,
                     .min = 1,
                     .max = 1000000000},
};

/* Both pipes of a pair: the byte goes there by the one and back by the other. */
struct pipe_pair {
    int there[2], back[2];
};

struct pipe_state {
    uint64_t rounds, seed, tasks, pairs;
    bool first;                 /* this image opened the pipes */
    struct pipe_pair *pairs_at; /* in memory that spawned workers share: their numbers */
};

/* One task's view of the game. */
struct pipe_player {
    int in, out;
    bool begins;      /* throws first */
    uint64_t catches; /* bytes to be caught */
    uint64_t key;
};

static uint64_t pipe_estimate_ns(const uint64_t *values)
{
    return values[PIPE_ROUNDS] * 10000;
}

/* Every process has those of all pairs. */
static uint64_t pipe_descriptors(const uint64_t *values, uint64_t tasks, uint64_t alive)
{
    (void)values;
    (void)alive;
    return 2 * (tasks + 1);
}

static uint64_t pipe_together(const uint64_t *values, uint64_t tasks)
{
    (void)values;
    return tasks > 1 ? 2 : 1;
}

static void close_pairs(const struct pipe_state *own, uint64_t count)
{
    for (uint64_t k = 0; k < count; k++) {
        const struct pipe_pair *pair = &own->pairs_at[k];
        close(pair->there[0]);
        close(pair->there[1]);
        close(pair->back[0]);
        close(pair->back[1]);
    }
}

/* Not closed on exec: a spawned worker finds them by their numbers. */
static int open_pair(struct pipe_pair *pair)
{
    if (pipe(pair->there) != 0) {
        return refusal_tell("pipe", -errno, 0);
    }
    if (pipe(pair->back) != 0) {
        int code = refusal_tell("pipe", -errno, 0);
        close(pair->there[0]);
        close(pair->there[1]);
        return code;
    }
    return 0;
}

/* Four descriptors a pair, and some for everything else. */
static int raise_limit(uint64_t pairs, struct error *err)
{
    uint64_t need = 4 * pairs + 64, most = descriptors_raise();
    return need <= most
               ? 0
               : error_set(err, refusal_tell("pipe", -EMFILE, 0),
                           "%llu tasks need %llu descriptors, and RLIMIT_NOFILE allows %llu: fewer "
                           "--tasks, or raise it (ulimit -Hn)",
                           (unsigned long long)(2 * pairs), (unsigned long long)need,
                           (unsigned long long)most);
}

static int open_pairs(struct pipe_state *own, struct error *err)
{
    int rc = raise_limit(own->pairs, err);
    for (uint64_t k = 0; k < own->pairs && rc == 0; k++) {
        rc = open_pair(&own->pairs_at[k]);
        if (rc != 0) {
            close_pairs(own, k);
            error_set(err, rc, "pipe %llu of %llu could not be opened", (unsigned long long)(2 * k),
                      (unsigned long long)(2 * own->pairs));
        }
    }
    return rc;
}

static int pipe_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct pipe_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload pipe");
    }
    *own = (struct pipe_state){.rounds = env->values[PIPE_ROUNDS],
                               .seed = env->seed,
                               .tasks = env->tasks,
                               .pairs = (env->tasks + 1) / 2};
    own->pairs_at = env->share(env, own->pairs * sizeof *own->pairs_at, &own->first);
    int rc = own->pairs_at == NULL
                 ? error_set(err, -ENOMEM, "no memory left to set up the workload pipe")
             : own->first ? open_pairs(own, err)
                          : 0;
    if (rc != 0) {
        free(own);
        return rc;
    }
    *state = own;
    return 0;
}

static struct pipe_player player(const struct pipe_state *own, uint64_t index)
{
    const struct pipe_pair *pair = &own->pairs_at[index / 2];
    bool even = index % 2 == 0, alone = even && index + 1 == own->tasks;
    return (struct pipe_player){.in = even && !alone ? pair->back[0] : pair->there[0],
                                .out = even ? pair->there[1] : pair->back[1],
                                .begins = even,
                                .catches = own->rounds,
                                .key = task_key(own->seed, index / 2)};
}

/* The byte of a throw; the same for both players of a pair, so that one that was lost, doubled or
 * came from elsewhere is seen. */
static uint8_t thrown(const struct pipe_player *me, uint64_t round)
{
    return (uint8_t)(me->key >> (round % 8 * 8)) ^ (uint8_t)round;
}

/* The partner throws the same byte back. */
static uint64_t judge(const struct pipe_state *own, uint64_t index, bool right)
{
    uint64_t key = task_key(own->seed, index);
    return right ? key : ~key;
}

static int pipe_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    const struct pipe_state *own = state;
    const struct pipe_player me = player(own, index);
    bool right = true;
    for (uint64_t round = 0; round < me.catches; round++) {
        uint8_t byte = thrown(&me, round), caught = 0;
        ssize_t code = me.begins ? ctx_send(context, me.out, &byte, 1) : 1;
        if (code == 1) {
            code = ctx_receive(context, me.in, &caught, 1);
        }
        if (code == 1 && !me.begins) {
            code = ctx_send(context, me.out, &caught, 1);
        }
        if (code != 1) {
            return code < 0 ? (int)code : -EPIPE;
        }
        right = right && caught == byte;
    }
    *checksum = judge(own, index, right);
    return 0;
}

struct pipe_step {
    uint64_t round;
    uint8_t byte; /* in flight */
    bool wrong;
};

static void throw_byte(struct step *step, const struct pipe_player *me)
{
    struct pipe_step *at = step->memory;
    step->operation =
        (struct operation){.kind = OPERATION_SEND, .fd = me->out, .buffer = &at->byte, .size = 1};
}

static void catch_byte(struct step *step, const struct pipe_player *me)
{
    struct pipe_step *at = step->memory;
    step->operation =
        (struct operation){.kind = OPERATION_RECEIVE, .fd = me->in, .buffer = &at->byte, .size = 1};
}

/* After a throw comes a catch; a round ends with the catch for the one who begins, and with the
 * throw for the other. */
static int pipe_step(struct step *step, const void *state, uint64_t index)
{
    const struct pipe_state *own = state;
    const struct pipe_player me = player(own, index);
    struct pipe_step *at = step->memory;
    uint8_t kind = step->operation.kind;
    if (kind != OPERATION_NONE && step->operation.result != 1) {
        return step->operation.result < 0 ? (int)step->operation.result : -EPIPE;
    }
    if (kind == OPERATION_RECEIVE) {
        at->wrong = at->wrong || at->byte != thrown(&me, at->round);
    }
    if ((kind == OPERATION_RECEIVE) == me.begins && kind != OPERATION_NONE) {
        at->round++;
        if (at->round == me.catches) {
            step->checksum = judge(own, index, !at->wrong);
            step->operation.kind = OPERATION_NONE;
            return 0;
        }
    }
    if (kind == OPERATION_RECEIVE || (kind == OPERATION_NONE && me.begins)) {
        if (me.begins) {
            at->byte = thrown(&me, at->round);
        }
        throw_byte(step, &me);
    } else {
        catch_byte(step, &me);
    }
    return 0;
}

static uint64_t pipe_expected(const void *state, uint64_t index)
{
    return judge(state, index, true);
}

static void pipe_teardown(void *state)
{
    struct pipe_state *own = state;
    if (own->first) {
        close_pairs(own, own->pairs);
    }
    free(own);
}

extern const struct workload workload_pipe;
const struct workload workload_pipe = {
    .name = "pipe",
    .summary = "pairs of tasks that throw a byte to and fro over two pipes",
    .kind = WORKLOAD_IO,
    .version = 1,
    .params = pipe_params,
    .param_count = sizeof pipe_params / sizeof pipe_params[0],
    .together = pipe_together,
    .descriptors = pipe_descriptors,
    .estimate_ns = pipe_estimate_ns,
    .setup = pipe_setup,
    .task = pipe_task,
    .step = pipe_step,
    .step_bytes = sizeof(struct pipe_step),
    .expected = pipe_expected,
    .teardown = pipe_teardown,
};
