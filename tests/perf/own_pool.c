/*
 * own_pool threads|processes TASKS WORKERS [QUEUE [SCHEDULE]]: counting tasks through bench's pool,
 * used as a library: hardly anything but the hand-over is left. QUEUE is its capacity, 4096,
 * SCHEDULE its order: fcfs, sjf, priority or lifo; lengths and priorities are drawn.
 * own_pool idle-threads|idle-processes MILLISECONDS WORKERS: prints instead the CPU time in
 * nanoseconds that the pool takes while it has nothing to do for so long, after one task.
 */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/modes/pool.h"
#include "bench/util/mix.h"
#include "tests/perf/perf.h"
#include "tests/perf/task.h"

struct own_worker {
    struct pool *pool;
    uint64_t index;
    pthread_t thread;
    pid_t process;
};

struct counter {
    _Alignas(256) uint64_t value;
};

static struct counter *counters;

/* These take the place of bench's own: the pool is linked without bench/repetition/job.c. */
void job_await_arrival(const struct job *job, uint64_t task)
{
    (void)job;
    (void)task;
    perf_fail("no task here arrives at a rate");
}

uint64_t job_run_task(const struct job *job, uint64_t worker, uint64_t task)
{
    (void)job;
    (void)task;
    counters[worker].value++;
    return 0;
}

static uint64_t drawn(const void *state, uint64_t task)
{
    (void)state;
    return mix64(task);
}

static enum schedule_kind schedule_named(const char *name)
{
    for (size_t i = 0; schedule_names[i]; i++) {
        if (strcmp(schedule_names[i], name) == 0) {
            return SCHEDULE_FCFS + (enum schedule_kind)i;
        }
    }
    perf_fail("no such schedule");
    return SCHEDULE_OFF;
}

static void done(void *argument, uint64_t task)
{
    (void)argument;
    (void)task;
}

static void *worker_main(void *argument)
{
    struct own_worker *self = argument;
    pool_work(self->pool, self->index);
    return NULL;
}

static void *shared_memory(size_t bytes)
{
    void *at =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (at == MAP_FAILED) {
        perf_fail("no memory for the pool");
    }
    return at;
}

static void start(struct own_worker *worker, bool processes)
{
    if (!processes) {
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
            perf_fail("pthread_create failed");
        }
        return;
    }
    worker->process = fork();
    if (worker->process == 0) {
        pool_work(worker->pool, worker->index);
        _exit(0);
    }
    if (worker->process < 0) {
        perf_fail("fork failed");
    }
}

static void end(struct own_worker *worker, bool processes)
{
    if (processes) {
        waitpid(worker->process, NULL, 0);
    } else {
        pthread_join(worker->thread, NULL);
    }
}

static uint64_t cpu_time_ns(void)
{
    uint64_t sum = 0;
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < 2; i++) {
        struct rusage got;
        getrusage(whose[i], &got);
        sum += (uint64_t)(got.ru_utime.tv_sec + got.ru_stime.tv_sec) * 1000000000 +
               (uint64_t)(got.ru_utime.tv_usec + got.ru_stime.tv_usec) * 1000;
    }
    return sum;
}

static void submit_all(struct pool *pool, uint64_t tasks)
{
    for (uint64_t task = 0; task < tasks; task++) {
        if (pool_submit(pool, task) != 0) {
            perf_fail("the pool refused a task");
        }
    }
    if (pool_drain(pool) != 0) {
        perf_fail("the pool did not drain");
    }
}

int main(int count, char **arguments)
{
    uint64_t amount = perf_number(count, arguments, 2);
    uint64_t workers = perf_number(count, arguments, 3);
    uint64_t queue = count > 4 ? perf_number(count, arguments, 4) : 4096;
    bool idle = strncmp(arguments[1], "idle-", 5) == 0;
    bool processes = strstr(arguments[1], "processes") != NULL;
    uint64_t tasks = idle ? 1 : amount, ran = 0;
    const struct workload workload = {.length_ns = drawn, .priority = drawn};
    const struct job job = {.workload = &workload, .task_count = tasks, .worker_count = workers};
    const struct pool_shape shape = {.capacity = queue,
                                     .workers = workers,
                                     .completions = processes,
                                     .schedule =
                                         count > 5 ? schedule_named(arguments[5]) : SCHEDULE_OFF};
    struct own_worker own[TASK_WORKERS_MAX];
    struct pool pool;

    if (workers > TASK_WORKERS_MAX) {
        perf_fail("too many workers for this program");
    }
    counters = shared_memory(workers * sizeof *counters);
    void *memory = shared_memory(pool_bytes(&shape));
    pool_lay_out(memory, &shape);
    pool_open(&pool, memory, &shape, &job);
    pool.done = done;
    uint64_t before = idle ? cpu_time_ns() : perf_now_ns();
    for (uint64_t i = 0; i < workers; i++) {
        own[i] = (struct own_worker){.pool = &pool, .index = i};
        start(&own[i], processes);
    }
    submit_all(&pool, tasks);
    uint64_t after = perf_now_ns();
    if (idle) {
        usleep((useconds_t)(1000 * amount));
    }
    pool_close(&pool);
    for (uint64_t i = 0; i < workers; i++) {
        end(&own[i], processes);
        ran += counters[i].value;
    }
    if (ran != tasks) {
        perf_fail("not every task was run once");
    }
    perf_print(before, idle ? cpu_time_ns() : after);
    return 0;
}
