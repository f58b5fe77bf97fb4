#include "tests/perf/task.h"

#include <stdatomic.h>
#include <string.h>

#include "bench/repetition/job.h"
#include "tests/perf/perf.h"

extern const struct workload workload_empty;

struct counter {
    _Alignas(256) uint64_t value;
};

static struct counter counters[TASK_WORKERS_MAX];
static struct worker_record *workers;
static struct job job;
static bool record;

static void *zeroed(size_t bytes)
{
    void *at = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (!at) {
        perf_fail("no memory for the task records");
    }
    return memset(at, 0, bytes);
}

void task_setup(const char *body, uint64_t tasks)
{
    static struct error error;
    static void *state;
    struct workload_env env = {.seed = 1, .tasks = tasks, .scratch = -1};
    record = strcmp(body, "record") == 0;
    if (!record && strcmp(body, "counter") != 0) {
        perf_fail("the body of the task must be record or counter");
    }
    if (workload_empty.setup(&env, &state, &error) != 0) {
        perf_fail(error.text);
    }
    workers = zeroed(TASK_WORKERS_MAX * sizeof *workers);
    job = (struct job){.workload = &workload_empty,
                       .state = state,
                       .task_count = tasks,
                       .tasks = record ? zeroed(tasks * sizeof *job.tasks) : NULL,
                       .workers = workers};
}

void task_queued(uint64_t task)
{
    if (record) {
        job_queued(&job, task);
    }
}

void task_run(uint64_t worker, uint64_t task)
{
    if (record) {
        job_run_task(&job, worker, task);
    } else {
        counters[worker].value++;
    }
}

uint64_t task_worker(void)
{
    static _Atomic uint64_t next;
    static _Thread_local uint64_t own = UINT64_MAX;
    if (own == UINT64_MAX) {
        own = atomic_fetch_add(&next, 1);
        if (own >= TASK_WORKERS_MAX) {
            perf_fail("more workers than this program has room for");
        }
    }
    return own;
}

void task_verify(void)
{
    uint64_t done = 0;
    for (uint64_t i = 0; record && i < job.task_count; i++) {
        done += job.tasks[i].checksum == job.workload->expected(job.state, i);
    }
    for (uint64_t i = 0; !record && i < TASK_WORKERS_MAX; i++) {
        done += counters[i].value;
    }
    if (done != job.task_count) {
        perf_fail("not every task was run once");
    }
}
