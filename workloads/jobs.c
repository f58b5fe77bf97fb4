#include <errno.h>
#include <stdlib.h>

#include "bench/util/clock.h"
#include "bench/util/mix.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/shuffle.h"
#include "workloads/turns.h"

enum {
    JOBS_LENGTHS,
    JOBS_SHORT,
    JOBS_LONG,
    JOBS_SHARE,
    JOBS_LIST,
    JOBS_UNIT,
    JOBS_WAIT,
    JOBS_ALTERNATIONS
};

enum { JOBS_FIXED, JOBS_UNIFORM, JOBS_BIMODAL, JOBS_OF_LIST };

static const char *const jobs_lengths[] = {"fixed", "uniform", "bimodal", "list", NULL};

#define JOBS_LONGEST_NS (24 * 3600 * NS_PER_SECOND)

enum { JOBS_PRIORITIES = 10 };

static const struct param jobs_params[] = {
    [JOBS_LENGTHS] = {.name = "lengths",
                      .summary = "fixed: all short; uniform: from short to long; bimodal: either; "
                                 "list: in turn",
                      .type = PARAM_CHOICE,
                      .initial = JOBS_BIMODAL,
                      .choices = jobs_lengths},
    [JOBS_SHORT] = {.name = "short",
                    .summary = "nominal length of a short task (not of a list)",
                    .type = PARAM_TIME,
                    .initial = 1000000,
                    .min = 0,
                    .max = JOBS_LONGEST_NS},
    [JOBS_LONG] = {.name = "long",
                   .summary = "nominal length of a long task (uniform, bimodal)",
                   .type = PARAM_TIME,
                   .initial = 10000000,
                   .min = 0,
                   .max = JOBS_LONGEST_NS},
    [JOBS_SHARE] = {.name = "share",
                    .summary = "of all tasks, how many are long (bimodal)",
                    .type = PARAM_PERCENT,
                    .initial = 20,
                    .min = 0,
                    .max = 100},
    [JOBS_LIST] = {.name = "list",
                   .summary = "lengths of the tasks in turn, times unit (list)",
                   .type = PARAM_LIST,
                   .initial = 3 | 3 << 8 | 4 << 16,
                   .min = 1,
                   .max = PARAM_LIST_NUMBER_MAX},
    [JOBS_UNIT] = {.name = "unit",
                   .summary = "what a 1 in the list stands for (list)",
                   .type = PARAM_TIME,
                   .initial = 1000000,
                   .min = 0,
                   .max = 3600 * NS_PER_SECOND},
    [JOBS_WAIT] = {.name = "wait",
                   .summary = "part of each length that is waiting, not computing",
                   .type = PARAM_PERCENT,
                   .initial = 0,
                   .min = 0,
                   .max = 100},
    [JOBS_ALTERNATIONS] = {.name = "alternations",
                           .summary = "times that a task computes and then waits",
                           .type = PARAM_COUNT,
                           .initial = 1,
                           .min = 1,
                           .max = 1000000},
};

struct jobs_state {
    uint64_t values[sizeof jobs_params / sizeof jobs_params[0]];
    uint64_t seed, tasks;
    uint64_t longs; /* of bimodal tasks */
};

/* The seed, the index and how many there are alone decide, so that every machine and every mode has
 * the same tasks. */
struct jobs_draw {
    uint64_t length_ns, priority;
};

static uint64_t jobs_between(uint64_t *random, uint64_t a, uint64_t b)
{
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return low + mix_below(random, high - low + 1);
}

/* Chances of their own would leave few tasks with any number of long ones. Whoever asks for a task
 * beyond the last gets an answer too. */
static bool jobs_is_long(const struct jobs_state *own, uint64_t index)
{
    return shuffle_place(own->seed, index % own->tasks, own->tasks) < own->longs;
}

static uint64_t jobs_longs(uint64_t tasks, uint64_t percent)
{
    return tasks / 100 * percent + (tasks % 100 * percent + 50) / 100;
}

static struct jobs_draw jobs_draw(const struct jobs_state *own, uint64_t index)
{
    const uint64_t *values = own->values;
    uint64_t random = task_key(own->seed, index);
    struct jobs_draw draw = {.priority = mix_below(&random, JOBS_PRIORITIES)};
    switch (values[JOBS_LENGTHS]) {
    case JOBS_UNIFORM:
        draw.length_ns = jobs_between(&random, values[JOBS_SHORT], values[JOBS_LONG]);
        break;
    case JOBS_BIMODAL:
        draw.length_ns = values[jobs_is_long(own, index) ? JOBS_LONG : JOBS_SHORT];
        break;
    case JOBS_OF_LIST:
        index %= param_list_count(values[JOBS_LIST]);
        draw.length_ns = param_list_number(values[JOBS_LIST], (unsigned)index) * values[JOBS_UNIT];
        break;
    default:
        draw.length_ns = values[JOBS_SHORT];
    }
    return draw;
}

static uint64_t jobs_length_ns(const void *state, uint64_t index)
{
    return jobs_draw(state, index).length_ns;
}

static uint64_t jobs_priority(const void *state, uint64_t index)
{
    return jobs_draw(state, index).priority;
}

static struct turns jobs_turns(const uint64_t *values, uint64_t length_ns)
{
    return turns_of(length_ns, values[JOBS_WAIT], CHAIN_ROUNDS_PER_MS, values[JOBS_ALTERNATIONS]);
}

static uint64_t jobs_mean_ns(const uint64_t *values)
{
    uint64_t shorter = values[JOBS_SHORT], longer = values[JOBS_LONG], sum = 0;
    uint64_t share = values[JOBS_SHARE], count = param_list_count(values[JOBS_LIST]);
    switch (values[JOBS_LENGTHS]) {
    case JOBS_UNIFORM:
        return (shorter + longer) / 2;
    case JOBS_BIMODAL:
        return (longer * share + shorter * (100 - share)) / 100;
    case JOBS_OF_LIST:
        for (unsigned i = 0; i < count; i++) {
            sum += param_list_number(values[JOBS_LIST], i);
        }
        return values[JOBS_UNIT] * sum / count;
    default:
        return shorter;
    }
}

static uint64_t jobs_estimate_ns(const uint64_t *values)
{
    struct turns turns = jobs_turns(values, jobs_mean_ns(values));
    return turns_estimate_ns(&turns);
}

static int jobs_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct jobs_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload jobs");
    }
    own->seed = env->seed;
    own->tasks = env->tasks;
    own->longs = jobs_longs(env->tasks, env->values[JOBS_SHARE]);
    for (size_t i = 0; i < sizeof own->values / sizeof own->values[0]; i++) {
        own->values[i] = env->values[i];
    }
    *state = own;
    return 0;
}

static int jobs_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    const struct jobs_state *own = state;
    struct turns turns = jobs_turns(own->values, jobs_draw(own, index).length_ns);
    return turns_task(context, &turns, task_key(own->seed, index), checksum);
}

static int jobs_step(struct step *step, const void *state, uint64_t index)
{
    const struct jobs_state *own = state;
    struct turns turns = jobs_turns(own->values, jobs_draw(own, index).length_ns);
    return turns_step(step, &turns, task_key(own->seed, index));
}

static uint64_t jobs_expected(const void *state, uint64_t index)
{
    const struct jobs_state *own = state;
    struct turns turns = jobs_turns(own->values, jobs_draw(own, index).length_ns);
    return turns_expected(&turns, task_key(own->seed, index));
}

static void jobs_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_jobs;
const struct workload workload_jobs = {
    .name = "jobs",
    .summary = "tasks of different lengths, computing or waiting",
    .kind = WORKLOAD_MIXED,
    .version = 1,
    .params = jobs_params,
    .param_count = sizeof jobs_params / sizeof jobs_params[0],
    .estimate_ns = jobs_estimate_ns,
    .setup = jobs_setup,
    .task = jobs_task,
    .step = jobs_step,
    .step_bytes = sizeof(struct turns_step),
    .length_ns = jobs_length_ns,
    .priority = jobs_priority,
    .expected = jobs_expected,
    .teardown = jobs_teardown,
};
