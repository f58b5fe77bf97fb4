/*
 * slice_switch SCHEDULE WAIT SLICE_NS TASKS TURNS [shared]: what taking a turn away costs. TASKS
 * coroutines compute, looking at the clock all the time, and come to a yield point whenever a slice
 * is over, until TURNS turns have been taken in all. Prints the time that lies between the turns:
 * from the last reading of one to the first of the next. With the schedule fcfs yield points are
 * passed, and one reading of the clock is left.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/modes/loop_worker.h"
#include "bench/registry.h"
#include "bench/repetition/job.h"
#include "tests/perf/perf.h"

static struct {
    uint64_t slice_ns, turns;
    uint64_t first_ns, last_ns, running_ns, taken;
} run;

static int compute(struct task_context *context, const void *state, uint64_t index,
                   uint64_t *checksum)
{
    (void)state;
    (void)index;
    *checksum = 0;
    while (run.taken < run.turns) {
        uint64_t from_ns = clock_now_ns(), to_ns;
        do {
            to_ns = clock_now_ns();
        } while (to_ns - from_ns < run.slice_ns);
        run.first_ns = run.taken++ == 0 ? from_ns : run.first_ns;
        run.last_ns = to_ns;
        run.running_ns += to_ns - from_ns;
        ctx_yield(context);
    }
    return 0;
}

static const struct workload computing = {.name = "computing", .task = compute};

static struct shared *map(const struct request *request)
{
    struct shared plan = {.request = *request};
    size_t bytes = shared_layout(&plan, 1, 0);
    struct shared *shared =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perf_fail("no memory");
    }
    *shared = plan;
    return shared;
}

static enum schedule_kind kind_of(const char *name)
{
    for (int i = 0; schedule_names[i]; i++) {
        if (strcmp(schedule_names[i], name) == 0) {
            return SCHEDULE_FCFS + (enum schedule_kind)i;
        }
    }
    perf_fail("no such schedule");
    return SCHEDULE_OFF;
}

int main(int count, char **arguments)
{
    run.slice_ns = perf_number(count, arguments, 3);
    run.turns = perf_number(count, arguments, 5);
    const struct mode *mode;
    struct job job;
    struct request request = {.workers = 1,
                              .workload = "empty",
                              .mode = "coroutine",
                              .stack_bytes = 64 << 10,
                              .shared_stack = count > 6,
                              .tasks = perf_number(count, arguments, 4)};
    request.width = request.tasks;
    request.schedule = (struct schedule){kind_of(arguments[1]), run.slice_ns, 3, 0};
    snprintf(request.wait, sizeof request.wait, "%s", arguments[2]);
    struct shared *shared = map(&request);
    if (job_init(&job, shared, &mode) != 0) {
        perf_fail(job.err.text);
    }
    job.workload = &computing;
    if (loop_worker_run(&job, &loop_tasks_coroutines, 0, 0, &job.err) != 0) {
        perf_fail(job.err.text);
    }
    perf_print(run.first_ns + run.running_ns, run.last_ns);
    return 0;
}
