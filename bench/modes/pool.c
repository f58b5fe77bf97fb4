#include "bench/modes/pool.h"

#include <errno.h>

#include "bench/modes/event.h"
#include "bench/modes/idle.h"
#include "bench/util/align.h"

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

struct pool_area {
    struct idle idle;      /* workers sleep here: a task, or closing */
    struct event progress; /* the submitter sleeps here: room, or completions */
    _Alignas(256) _Atomic uint64_t completed;
    _Atomic uint64_t awaited; /* the count of completions that wakes the submitter */
    _Atomic uint32_t closed;
};

/* As the alignment of its parts demands: what several write lies 256 bytes apart. */
enum { POOL_ALIGN = 256 };

static size_t area_bytes(void)
{
    return align_up(sizeof(struct pool_area), POOL_ALIGN);
}

static size_t queue_bytes(uint64_t capacity)
{
    return align_up(ring_bytes(capacity), POOL_ALIGN);
}

static uint64_t completions_capacity(uint64_t capacity, uint64_t workers)
{
    return align_power(2 * capacity + workers);
}

size_t pool_bytes(uint64_t capacity, uint64_t workers, bool completions)
{
    size_t bytes = area_bytes() + queue_bytes(capacity);
    return completions ? bytes + queue_bytes(completions_capacity(capacity, workers)) : bytes;
}

static struct ring *queue_at(void *memory)
{
    return (struct ring *)(void *)((char *)memory + area_bytes());
}

static struct ring *completions_at(void *memory, uint64_t capacity)
{
    return (struct ring *)(void *)((char *)memory + area_bytes() + queue_bytes(capacity));
}

void pool_lay_out(void *memory, uint64_t capacity, uint64_t workers, bool completions)
{
    *(struct pool_area *)memory = (struct pool_area){.completed = 0};
    ring_init(queue_at(memory), capacity);
    if (completions) {
        ring_init(completions_at(memory, capacity), completions_capacity(capacity, workers));
    }
}

void pool_open(struct pool *pool, void *memory, uint64_t capacity, const struct job *job,
               bool completions)
{
    *pool = (struct pool){.area = memory,
                          .queue = queue_at(memory),
                          .completions = completions ? completions_at(memory, capacity) : NULL,
                          .job = job};
}

/* --- the workers' side --- */

/* Wakes a submitter that waits for room, but not before half of the queue is
 * free: woken for every single place it would switch in and out for each task.
 * Every taker asks after it has left its cell, so a taker that was preempted inside its cell (the
 * queue then looks full to the submitter) is the one to wake it. */
static void wake_for_room(struct pool *pool)
{
    if (event_awaited(&pool->area->progress) &&
        ring_used(pool->queue) <= ring_size(pool->queue) / 2) {
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
    if (ring_used(pool->queue) > 0) {
        idle_wake(&pool->area->idle);
    }
}

static bool spin_for_task(struct pool *pool, uint64_t *task)
{
    for (int look = 0; look < SPIN_LOOKS; look++) {
        if (ring_pop(pool->queue, task)) {
            return true;
        }
        event_relax();
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
        bool found = ring_pop(pool->queue, task);
        if (found || closed) {
            leave_idle(pool, found);
            return found;
        }
        idle_sleep(idle);
        searching = true;
    }
}

void pool_work(struct pool *pool, uint64_t worker)
{
    uint64_t task = 0, completed = 0;
    for (;;) {
        if (!ring_pop(pool->queue, &task)) {
            count_completed(pool, &completed);
            if (!wait_for_task(pool, &task)) {
                return;
            }
        }
        wake_for_room(pool);
        uint64_t took_ns = job_run_task(pool->job, worker, task);
        if (pool->completions) {
            ring_push(pool->completions, task); /* never full: the submitter keeps within it */
        } else {
            pool->done(pool->argument, task);
        }
        completed++;
        if (took_ns >= PROMPT_NS) {
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
        pool->done(pool->argument, task);
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
    return ring_push(pool->queue, task);
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
        event_relax();
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
