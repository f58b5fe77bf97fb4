/*
 * Workloads that go wrong on purpose. They exist only in the twin of the
 * program that the tests run (tests/faulty/), never in bench itself.
 * Each goes wrong in task `at` and is a quick honest task otherwise.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/mix.h"
#include "workloads/workload.h"

enum leaving { LEAVING_AT_ONCE, LEAVING_TIDILY, LEAVING_FAILED, LEAVING_THREAD };

static const char *const leavings[] = {"_exit", "exit", "failed", "thread", NULL};

static const struct param fault_params[] = {
    {"at", "the task that goes wrong", PARAM_COUNT, 3, 0, 1000000, NULL, 0, NULL},
    {"signal", "the signal of a crash", PARAM_COUNT, SIGSEGV, 1, 64, NULL, 0, NULL},
    {.name = "how",
     .summary = "what a task does that exits",
     .type = PARAM_CHOICE,
     .choices = leavings},
};

struct fault_state {
    uint64_t at;
    int signal;
    enum leaving leaving;
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
    fault->leaving = (enum leaving)env->values[2];
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

/* A state machine has no context to wait by, and blocks its loop. */
static void rest(struct task_context *context, uint64_t ns)
{
    const struct timespec time = clock_timespec(ns);
    if (context) {
        ctx_sleep(context, ns);
    } else {
        nanosleep(&time, NULL);
    }
}

static int crash_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    if (goes_wrong(state, index)) {
        int number = ((const struct fault_state *)state)->signal;
        signal(number, SIG_DFL); /* a sanitizer may have its own handler */
        kill(getpid(), number);
        rest(context, 60 * NS_PER_SECOND);
    }
    *checksum = mix64(index);
    return 0;
}

/* So deep that every stack ends, whatever is left of it; the addition keeps a compiler from making
 * a loop of it. */
__attribute__((noinline)) static uint64_t dig(volatile char *above, uint64_t depth)
{
    volatile char room[512];
    room[depth % sizeof room] = (char)(above[0] + 1);
    return depth == 0 ? (uint64_t)room[0] : dig(room, depth - 1) + 1;
}

static int overflow_task(struct task_context *context, const void *state, uint64_t index,
                         uint64_t *checksum)
{
    volatile char top[1] = {0};
    (void)context;
    if (goes_wrong(state, index)) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer may have its own handler */
        signal(SIGBUS, SIG_DFL);
        *checksum = dig(top, UINT64_C(1) << 40);
        return 0;
    }
    *checksum = mix64(index);
    return 0;
}

static int hang_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    while (goes_wrong(state, index)) {
        rest(context, NS_PER_SECOND);
    }
    *checksum = mix64(index);
    return 0;
}

/* Takes memory until the kernel ends somebody; where it does not, no machine dies of this. */
static int hungry_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    enum { PIECES = 256, PIECE = 1 << 20 };
    (void)context;
    for (int i = 0; i < PIECES && goes_wrong(state, index); i++) {
        void *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (piece == MAP_FAILED) {
            return -errno;
        }
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

// A thread that goes away in the middle of its work leaves behind what was allocated on its way:
// LeakSanitizer, which asks here, must not turn that into an exit status of its own.
static volatile sig_atomic_t leaves_things_behind;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return leaves_things_behind;
}

static int exits_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    (void)context;
    if (goes_wrong(state, index)) {
        switch (((const struct fault_state *)state)->leaving) {
        case LEAVING_AT_ONCE:
            _exit(0);
        case LEAVING_TIDILY:
            exit(0);
        case LEAVING_FAILED:
            _exit(3);
        case LEAVING_THREAD:
            leaves_things_behind = 1;
            pthread_exit(NULL);
        }
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

#define FAULT(id, text)                                                                    \
    static int id##_step(struct step *step, const void *state, uint64_t index)             \
    {                                                                                      \
        return id##_task(NULL, state, index, &step->checksum);                             \
    }                                                                                      \
    extern const struct workload workload_##id;                                            \
    const struct workload workload_##id = {.name = #id,                                    \
                                           .summary = text,                                \
                                           .kind = WORKLOAD_CPU,                           \
                                           .version = 1,                                   \
                                           .params = fault_params,                         \
                                           .param_count =                                  \
                                               sizeof fault_params / sizeof *fault_params, \
                                           .estimate_ns = fault_estimate,                  \
                                           .setup = fault_setup,                           \
                                           .task = id##_task,                              \
                                           .step = id##_step,                              \
                                           .expected = fault_expected,                     \
                                           .teardown = free}

FAULT(crash, "one task dies of a signal");
FAULT(overflow, "one task runs out of its stack");
FAULT(hang, "one task never ends");
FAULT(hungry, "one task takes 256 MiB");
FAULT(wrong, "one task returns a wrong checksum");
FAULT(exits, "one task ends its process or its thread");
FAULT(failing, "one task's call fails with ENOSPC");
