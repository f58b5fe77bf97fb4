/*
 * thread: a new POSIX thread per task. Uncapped, every thread is started before
 * the first is joined. With --workers, a slot must be free: its former thread
 * has ended its task and is joined before the next is made.
 *
 * Above THREAD_OWN_STACKS_MOST at once the threads' stacks are parts of one mapping
 * (thread_stacks.h), and where there is more than one CPU, two threads create
 * them: a single creator keeps a CPU to itself, so nearly all threads first run, and sleep, on
 * another, where the timers of 40,000 then go off, and one CPU alone ends them all.
 */
#include "bench/modes/mode.h"
#include "bench/modes/thread_stacks.h"
#include "bench/util/refusal.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct launch;

struct start {
    struct launch *launch;
    uint64_t worker, task;
    pthread_t thread;
    bool made;
};

/* Free slots of the capped variant, a stack guarded by a mutex. */
struct slots {
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    uint64_t *free_list;
    uint64_t free_count;
};

/* What creating threads share. */
struct launch {
    const struct job *job;
    thread_run *run;
    void *argument; /* of run */
    bool capped;
    struct start *starts; /* of each slot */
    struct thread_stacks stacks;
    struct slots slots;
    _Atomic uint64_t next; /* task that no creator has taken; uncapped only */
    atomic_bool failed;
};

/* One thread that creates others, in the end read by the main one. */
struct creator {
    struct launch *launch;
    pthread_attr_t attr; /* of the thread to be made */
    uint64_t spawn_ns;
    int rc;
    struct error err;
};

static void slot_give(struct slots *slots, uint64_t slot)
{
    pthread_mutex_lock(&slots->mutex);
    slots->free_list[slots->free_count++] = slot;
    pthread_cond_signal(&slots->freed);
    pthread_mutex_unlock(&slots->mutex);
}

static uint64_t slot_take(struct slots *slots)
{
    pthread_mutex_lock(&slots->mutex);
    while (slots->free_count == 0) {
        pthread_cond_wait(&slots->freed, &slots->mutex);
    }
    uint64_t slot = slots->free_list[--slots->free_count];
    pthread_mutex_unlock(&slots->mutex);
    return slot;
}

static void *thread_main(void *argument)
{
    const struct start *start = argument;
    struct launch *launch = start->launch;
    job_worker_begin(launch->job, start->worker, false);
    launch->run(launch->job, launch->argument, start->worker, start->task);
    job_worker_end(launch->job, start->worker);
    if (launch->capped) {
        slot_give(&launch->slots, start->worker);
    }
    return NULL;
}

static int thread_start(struct creator *creator, struct start *start)
{
    const struct job *job = creator->launch->job;
    const struct thread_stacks *stacks = &creator->launch->stacks;
    int rc = job_thread_attr(job, start->worker, &creator->attr);
    if (rc == 0 && stacks->space.at) {
        rc = thread_stacks_use(stacks, start->worker, &creator->attr);
    }
    if (rc == 0) {
        job_queued(job, start->task);
        /* A paced job's stamp is the arrival, which may lie before this call. */
        uint64_t begin_ns = job->paced ? clock_now_ns() : job->tasks[start->task].queued_ns;
        rc = -pthread_create(&start->thread, &creator->attr, thread_main, start);
        creator->spawn_ns += clock_now_ns() - begin_ns;
    }
    if (rc != 0) {
        refusal_tell("pthread_create", rc, 0);
        return error_set(&creator->err, rc, "thread for task %llu of %llu could not be made: %s",
                         (unsigned long long)start->task, (unsigned long long)job->task_count,
                         strerror(-rc));
    }
    start->made = true;
    return 0;
}

static void thread_join(struct start *start)
{
    if (start->made) {
        pthread_join(start->thread, NULL);
        start->made = false;
    }
}

static void *create_uncapped(void *argument)
{
    struct creator *creator = argument;
    struct launch *launch = creator->launch;
    while (!atomic_load_explicit(&launch->failed, memory_order_relaxed)) {
        uint64_t task = atomic_fetch_add_explicit(&launch->next, 1, memory_order_relaxed);
        if (task >= launch->job->task_count) {
            break;
        }
        launch->starts[task] = (struct start){.launch = launch, .worker = task, .task = task};
        creator->rc = thread_start(creator, &launch->starts[task]);
        if (creator->rc != 0) {
            atomic_store(&launch->failed, true);
        }
    }
    return NULL;
}

static void create_capped(struct creator *creator)
{
    struct launch *launch = creator->launch;
    struct slots *slots = &launch->slots;
    const struct job *job = launch->job;
    for (uint64_t slot = job->worker_count; slot-- > 0;) {
        slots->free_list[slots->free_count++] = slot;
    }
    for (uint64_t task = 0; task < job->task_count && creator->rc == 0; task++) {
        uint64_t slot = slot_take(slots);
        struct start *start = &launch->starts[slot];
        thread_join(start);
        *start = (struct start){.launch = launch, .worker = slot, .task = task};
        creator->rc = thread_start(creator, start);
    }
}

static bool is_one_cpu(void)
{
    cpu_set_t cpus;
    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == 1;
}

/* With a second creator beside `creator` where that can be had; spawn_ns then is the time
 * that both took together. */
static void create_in_two(struct creator *creator)
{
    struct creator second = {.launch = creator->launch};
    pthread_t thread;
    uint64_t begin_ns = clock_now_ns();
    pthread_attr_init(&second.attr);
    bool made = pthread_create(&thread, NULL, create_uncapped, &second) == 0;
    create_uncapped(creator);
    if (made) {
        pthread_join(thread, NULL);
    }
    pthread_attr_destroy(&second.attr);
    creator->spawn_ns = clock_now_ns() - begin_ns;
    if (creator->rc == 0 && second.rc != 0) {
        creator->rc = second.rc;
        creator->err = second.err;
    }
}

/* Arrivals are kept in their order by one creator. */
static void create_all(struct creator *creator)
{
    const struct launch *launch = creator->launch;
    if (!launch->stacks.space.at || launch->job->paced || is_one_cpu()) {
        create_uncapped(creator);
    } else {
        create_in_two(creator);
    }
}

int thread_launch(struct job *job, uint64_t own_stacks_most, thread_run *run, void *argument)
{
    bool capped = job->worker_count < job->task_count;
    struct launch launch = {
        .job = job,
        .run = run,
        .argument = argument,
        .capped = capped,
        .slots = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0}};
    struct creator creator = {.launch = &launch, .rc = -ENOMEM};

    launch.starts = calloc(job->worker_count, sizeof *launch.starts);
    launch.slots.free_list = capped ? calloc(job->worker_count, sizeof(uint64_t)) : NULL;
    if (!launch.starts || (capped && !launch.slots.free_list)) {
        error_set(&job->err, creator.rc, "no memory for %llu threads",
                  (unsigned long long)job->worker_count);
        goto out;
    }
    if (job->worker_count > own_stacks_most) {
        creator.rc = thread_stacks_init(&launch.stacks, job->worker_count);
        if (creator.rc != 0) {
            refusal_tell("mmap", creator.rc, job->worker_count * THREAD_STACK_BYTES);
            error_set(&job->err, creator.rc, "no room for the stacks of %llu threads: %s",
                      (unsigned long long)job->worker_count, strerror(-creator.rc));
            goto out;
        }
    }
    creator.rc = 0;
    pthread_attr_init(&creator.attr);
    if (capped) {
        create_capped(&creator);
    } else {
        create_all(&creator);
    }
    for (uint64_t i = 0; i < job->worker_count; i++) {
        thread_join(&launch.starts[i]);
    }
    pthread_attr_destroy(&creator.attr);
    job->spawn_ns += creator.spawn_ns;
    if (creator.rc != 0) {
        job->err = creator.err;
    }
    thread_stacks_end(&launch.stacks);
out:
    free(launch.slots.free_list);
    free(launch.starts);
    return creator.rc;
}

static void run_task(const struct job *job, void *argument, uint64_t worker, uint64_t task)
{
    (void)argument;
    job_run_task(job, worker, task);
}

static int launch_thread(struct job *job)
{
    return thread_launch(job, THREAD_OWN_STACKS_MOST, run_task, NULL);
}

const struct mode mode_thread = {
    .name = "thread",
    .summary = "a new thread per task",
    .workers = MODE_WORKERS_PER_TASK,
    .launch = launch_thread,
};
