#include "bench/modes/pool.h"

#include <errno.h>

#include "bench/modes/event.h"
#include "bench/modes/idle.h"
#include "bench/util/align.h"
#include "bench/util/relax.h"

/* How often a waiter looks before it sleeps: with the relax instruction some
 * 2 to 10 us, about what a sleep and a wake-up cost. */
enum { SPIN_LOOKS = 200 };

/* How often a sleeping submitter asks whether its workers still live. It limits
 * only how late the death of a worker is seen. */
static const struct timespec check_interval = {.tv_nsec = 50 * 1000 * 1000};

/* How many submissions pass between two looks at the completions. Every look at a
 * cell that a worker has just filled moves its cache line between the cores. */
enum { COLLECT_EVERY = 32 };

/* A completion is told at once after a task of at least this length, so that its
 * call-back is not late by a queue of long tasks. After shorter ones the worker first
 * empties the queue: waking the submitter costs some 5 us. */
#define PROMPT_NS UINT64_C(200000)

/* In the queue of completions: the task was of at least that length. Whoever collects would else
 * have to fetch each task's record from the core of its worker to know. */
#define PROMPT_BIT (UINT64_C(1) << 63)

struct pool_area {
    struct idle idle;      /* workers sleep here: a task, or closing */
    struct event progress; /* the submitter sleeps here: room, or completions */
    _Alignas(256) _Atomic uint64_t completed;
    _Atomic uint64_t awaited;  /* the count of completions that wakes the submitter */
    _Atomic uint64_t prompt;   /* call-backs of tasks of at least PROMPT_NS */
    _Atomic uint64_t delay_ns; /* their sum of times since the task's end */
    _Atomic uint32_t closed;
};

/* As the alignment of its parts demands: what several write lies 256 bytes apart. */
enum { POOL_ALIGN = 256 };

static size_t area_bytes(void)
{
    return align_up(sizeof(struct pool_area), POOL_ALIGN);
}

static size_t queue_room(const struct pool_shape *shape)
{
    return align_up(task_queue_bytes(shape->schedule, shape->capacity), POOL_ALIGN);
}

static uint64_t completions_capacity(const struct pool_shape *shape)
{
    return align_power(2 * shape->capacity + shape->workers);
}

struct pool_shape pool_shape(const struct request *request, bool completions)
{
    return (struct pool_shape){.capacity = request->queue,
                               .workers = request->workers,
                               .completions = completions,
                               .schedule = request->schedule.kind};
}

size_t pool_bytes(const struct pool_shape *shape)
{
    size_t bytes = area_bytes() + queue_room(shape);
    return shape->completions ? bytes + ring_bytes(completions_capacity(shape)) : bytes;
}

static void *queue_at(void *memory)
{
    return (char *)memory + area_bytes();
}

static struct ring *completions_at(void *memory, const struct pool_shape *shape)
{
    return (struct ring *)(void *)((char *)memory + area_bytes() + queue_room(shape));
}

void pool_lay_out(void *memory, const struct pool_shape *shape)
{
    *(struct pool_area *)memory = (struct pool_area){.completed = 0};
    task_queue_init(queue_at(memory), shape->schedule, shape->capacity);
    if (shape->completions) {
        ring_init(completions_at(memory, shape), completions_capacity(shape));
    }
}

void pool_open(struct pool *pool, void *memory, const struct pool_shape *shape,
               const struct job *job)
{
    *pool = (struct pool){.area = memory,
                          .queue = task_queue_at(queue_at(memory), shape->schedule, job),
                          .completions = shape->completions ? completions_at(memory, shape) : NULL,
                          .job = job};
}

/* --- the workers' side --- */

/* Wakes a submitter that waits for room, but not before half of the queue is
 * free: woken for every single place it would switch in and out for each task.
 * Every taker asks after it has left its cell (or the guard), so a taker that was preempted inside
 * it (the queue then looks full to the submitter) is the one to wake it. */
static void wake_for_room(struct pool *pool)
{
    if (event_awaited(&pool->area->progress) &&
        task_queue_used(&pool->queue) <= task_queue_size(&pool->queue) / 2) {
        event_notify(&pool->area->progress);
    }
}

/* Adds what a worker has completed since it last did so. Each one does so before it idles, hence
 * all is counted when all is done, without a counter that the workers fight over for every task. */
static void count_completed(struct pool *pool, uint64_t *completed)
{
    struct pool_area *area = pool->area;
    if (*completed > 0) {
        uint64_t total = atomic_fetch_add(&area->completed, *completed) + *completed;
        *completed = 0;
        if (event_awaited(&area->progress) &&
            (pool->completions || total == atomic_load(&area->awaited))) {
            event_notify(&area->progress);
        }
    }
}

/* More tasks than the one that was found: they need another worker. */
static void pass_on(struct pool *pool)
{
    if (task_queue_used(&pool->queue) > 0) {
        idle_wake(&pool->area->idle);
    }
}

static bool spin_for_task(struct pool *pool, uint64_t *task)
{
    for (int look = 0; look < SPIN_LOOKS; look++) {
        if (task_queue_pop(&pool->queue, task)) {
            return true;
        }
        cpu_relax();
    }
    return false;
}

/* Back to work, or out for good. */
static void leave_idle(struct pool *pool, bool found)
{
    struct idle *idle = &pool->area->idle;
    if (idle_leave(idle)) {
        idle_found(idle);
    }
    if (found) {
        pass_on(pool);
    } else {
        idle_wake_all(idle);
    }
}

static bool wait_for_task(struct pool *pool, uint64_t *task)
{
    struct idle *idle = &pool->area->idle;
    bool searching = idle_search(idle);
    for (;;) {
        if (searching && spin_for_task(pool, task)) {
            idle_found(idle);
            pass_on(pool);
            return true;
        }
        idle_enter(idle, searching);
        bool closed = atomic_load(&pool->area->closed);
        bool found = task_queue_pop(&pool->queue, task);
        if (found || closed) {
            leave_idle(pool, found);
            return found;
        }
        idle_sleep(idle);
        searching = true;
    }
}

/* Short tasks do without a reading of the clock. */
static void call_back(struct pool *pool, uint64_t task, bool prompt)
{
    if (prompt) {
        uint64_t delay_ns = clock_now_ns() - pool->job->tasks[task].end_ns;
        atomic_fetch_add(&pool->area->delay_ns, delay_ns);
        atomic_fetch_add(&pool->area->prompt, 1);
    }
    pool->done(pool->argument, task);
}

void pool_work(struct pool *pool, uint64_t worker)
{
    uint64_t task = 0, completed = 0;
    for (;;) {
        if (!task_queue_pop(&pool->queue, &task)) {
            count_completed(pool, &completed);
            if (!wait_for_task(pool, &task)) {
                return;
            }
        }
        wake_for_room(pool);
        bool prompt = job_run_task(pool->job, worker, task) >= PROMPT_NS;
        if (pool->completions) { /* never full: the submitter keeps within it */
            ring_push(pool->completions, prompt ? task | PROMPT_BIT : task);
        } else {
            call_back(pool, task, prompt);
        }
        completed++;
        if (prompt) {
            count_completed(pool, &completed);
        }
    }
}

/* --- the submitter's side --- */

/* Runs the call-backs that are due and returns how many they were. */
static uint64_t collect(struct pool *pool)
{
    uint64_t task, before = pool->drained;
    while (ring_pop(pool->completions, &task)) {
        call_back(pool, task & ~PROMPT_BIT, task & PROMPT_BIT);
        pool->drained++;
    }
    return pool->drained - before;
}

static bool try_submit(struct pool *pool, uint64_t task)
{
    if (pool->completions) {
        uint64_t open = pool->submitted - pool->drained;
        if (pool->submitted % COLLECT_EVERY == 0 || open == ring_size(pool->completions)) {
            open -= collect(pool);
        }
        if (open == ring_size(pool->completions)) {
            return false;
        }
    }
    return task_queue_push(&pool->queue, task);
}

static bool all_done(struct pool *pool, uint64_t unused)
{
    (void)unused;
    if (pool->completions) {
        collect(pool);
        return pool->drained == pool->submitted;
    }
    return atomic_load(&pool->area->completed) == pool->submitted;
}

static bool spin_until(struct pool *pool, bool (*satisfied)(struct pool *, uint64_t), uint64_t task)
{
    for (int look = 0; look < SPIN_LOOKS; look++) {
        if (satisfied(pool, task)) {
            return true;
        }
        cpu_relax();
    }
    return false;
}

/* Looks, spins, then sleeps until `satisfied`. */
static int wait_until(struct pool *pool, bool (*satisfied)(struct pool *, uint64_t), uint64_t task)
{
    struct event *progress = &pool->area->progress;
    int rc = 0;
    while (rc == 0 && !spin_until(pool, satisfied, task)) {
        uint32_t key = event_prepare(progress);
        if (satisfied(pool, task)) {
            break;
        }
        event_sleep(progress, key, &check_interval);
        rc = pool->check ? pool->check(pool->argument) : 0;
    }
    event_finish(progress);
    return rc;
}

int pool_submit(struct pool *pool, uint64_t task)
{
    int rc = try_submit(pool, task) ? 0 : wait_until(pool, try_submit, task);
    if (rc == 0) {
        pool->submitted++;
        idle_wake(&pool->area->idle);
    }
    return rc;
}

int pool_drain(struct pool *pool)
{
    atomic_store(&pool->area->awaited, pool->submitted);
    return wait_until(pool, all_done, 0);
}

uint64_t pool_callback_ns(const struct pool *pool)
{
    uint64_t prompt = atomic_load(&pool->area->prompt);
    return prompt > 0 ? atomic_load(&pool->area->delay_ns) / prompt : FIGURE_OFF;
}

void pool_close(struct pool *pool)
{
    atomic_store(&pool->area->closed, 1);
    idle_wake_all(&pool->area->idle);
}

int pool_run_job(struct pool *pool, const struct job *job)
{
    int rc = 0;
    for (uint64_t task = 0; task < job->task_count && rc == 0; task++) {
        job_queued(job, task);
        rc = pool_submit(pool, task);
        if (rc == 0 && job->shared->request.sync) {
            rc = pool_drain(pool);
        }
    }
    return rc == 0 ? pool_drain(pool) : rc;
}
