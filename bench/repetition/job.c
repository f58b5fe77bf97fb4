#include "bench/repetition/job.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/registry.h"
#include "bench/util/refusal.h"
#include "bench/waits/wait.h"

/* Reading the scheduler's counters takes about 2 us. A worker that lived for
 * less than this is not asked for them, so that the question costs at most 0.2%. */
#define SPLIT_MIN_LIFE_NS UINT64_C(1000000)

/* Of so many workers none is asked: the file of each must first be made in the kernel, which for
 * 40,000 threads that end together took up to a fifth of their wall time. */
#define SPLIT_MOST_WORKERS UINT64_C(4096)

int job_init(struct job *job, struct shared *shared, const struct mode **mode)
{
    const struct request *request = &shared->request;
    const struct wait *wait = registry_wait(request->wait);
    *mode = registry_mode(request->mode);
    *job = (struct job){.shared = shared,
                        .workload = registry_workload(request->workload),
                        .wait = wait,
                        .area = shared_sync(shared),
                        .sync = request->objects > 0 ? &sync_blocking : NULL,
                        .paced = request->paced,
                        .task_count = request->tasks,
                        .worker_count = request->workers,
                        .threads = request->threads > 0 ? request->threads : 1,
                        .tasks = shared_tasks(shared),
                        .workers = shared_workers(shared),
                        .status = STATUS_FAILED};
    if (!*mode || !job->workload || !wait) {
        return error_set(&job->err, -EINVAL, "unknown workload, mode or wait in the request");
    }
    return 0;
}

static uint32_t cpu_now(void)
{
    int cpu = sched_getcpu();
    return cpu < 0 ? UINT32_MAX : (uint32_t)cpu;
}

void job_await_arrival(const struct job *job, uint64_t task)
{
    uint64_t arrival = job_arrival_ns(job, task);
    job->tasks[task].queued_ns = arrival;
    const struct timespec deadline = clock_timespec(arrival);
    while (clock_now_ns() < arrival) {
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    }
}

void job_task_begin(const struct job *job, uint64_t worker, uint64_t task)
{
    struct task_record *record = &job->tasks[task];
    record->worker = (uint32_t)worker;
    record->start_cpu = cpu_now();
    atomic_store_explicit(&record->state, TASK_STARTED, memory_order_relaxed);
    record->start_ns = clock_now_ns();
}

uint64_t job_task_end(const struct job *job, uint64_t worker, uint64_t task, int error,
                      uint64_t checksum)
{
    struct task_record *record = &job->tasks[task];
    refusal_tell_lack(error);
    record->end_ns = clock_now_ns();
    record->error = error;
    record->checksum = checksum;
    record->end_cpu = cpu_now();
    record->process = (uint32_t)job->workers[worker].process;
    atomic_store_explicit(&record->state, TASK_ENDED, memory_order_release);
    return record->end_ns - record->start_ns;
}

uint64_t job_run_task_in(const struct job *job, uint64_t worker, uint64_t task,
                         struct task_context *context)
{
    uint64_t checksum = 0;
    job_task_begin(job, worker, task);
    int error = job->workload->task(context, job->state, task, &checksum);
    return job_task_end(job, worker, task, error, checksum);
}

uint64_t job_run_task(const struct job *job, uint64_t worker, uint64_t task)
{
    struct task_context context = {
        .calls = job->wait->calls, .sync = job->sync, .area = job->area, .task = task};
    return job_run_task_in(job, worker, task, &context);
}

/* schedstat's own running time lags by up to a tick (4 ms), in which a short task
 * would seem to have been blocked; the CPU clock is brought up to date by being read. */
static bool read_scheduler(uint64_t *running_ns, uint64_t *ready_ns)
{
    char text[96];
    struct timespec running;
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0) {
        return false;
    }
    text[got] = '\0';
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &running) != 0) {
        return false;
    }
    *running_ns = clock_ns(running);
    return sscanf(text, "%*u %" SCNu64, ready_ns) == 1;
}

static const struct pin_target *pin_of(const struct job *job, uint64_t worker)
{
    uint64_t count = job->shared->request.pin_count;
    return count == 0 ? NULL : &shared_pins(job->shared)[worker / job->threads % count];
}

void job_prepare_main(struct job *job)
{
    read_scheduler(&job->main_running_ns, &job->main_ready_ns);
}

static bool is_bound(const struct pin_target *pin)
{
    cpu_set_t got;
    return sched_getaffinity(0, sizeof got, &got) == 0 && CPU_EQUAL(&got, &pin->cpus);
}

void job_worker_begin(const struct job *job, uint64_t worker, bool main_thread)
{
    struct worker_record *record = &job->workers[worker];
    const struct pin_target *pin = pin_of(job, worker);

    record->begin_ns = clock_now_ns();
    record->base_running_ns = main_thread ? job->main_running_ns : 0;
    record->base_ready_ns = main_thread ? job->main_ready_ns : 0;
    if (pin) {
        bool bound = is_bound(pin);
        if (!bound) {
            bound = sched_setaffinity(0, sizeof pin->cpus, &pin->cpus) == 0 && is_bound(pin);
        }
        record->pinned = bound ? PINNED_YES : PINNED_NO;
    }
}

void job_worker_end(const struct job *job, uint64_t worker)
{
    struct worker_record *record = &job->workers[worker];
    uint64_t running_ns, ready_ns;
    record->lives++;
    if (job->shared->worker_slots <= SPLIT_MOST_WORKERS &&
        clock_now_ns() - record->begin_ns >= SPLIT_MIN_LIFE_NS &&
        read_scheduler(&running_ns, &ready_ns)) {
        record->running_ns += running_ns - record->base_running_ns;
        record->ready_ns += ready_ns - record->base_ready_ns;
        record->split_known++;
    }
}

int job_thread_attr(const struct job *job, uint64_t worker, pthread_attr_t *attr)
{
    const struct pin_target *pin = pin_of(job, worker);
    return pin ? -pthread_attr_setaffinity_np(attr, sizeof pin->cpus, &pin->cpus) : 0;
}

int64_t job_unfinished_task(const struct job *job, uint64_t worker)
{
    for (uint64_t i = 0; i < job->task_count; i++) {
        if (atomic_load(&job->tasks[i].state) == TASK_STARTED &&
            job->tasks[i].worker / job->threads == worker) {
            return (int64_t)i;
        }
    }
    return -1;
}
