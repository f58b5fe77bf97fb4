/*
 * thread: a new POSIX thread per task. Uncapped, every thread is started before
 * the first is joined. With --workers, a slot must be free: its former thread
 * has ended its task and is joined before the next is made.
 */
#include "bench/modes/mode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct start {
    struct slots *slots; /* NULL: uncapped */
    const struct job *job;
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
    struct start *start = argument;
    job_worker_begin(start->job, start->worker, false);
    job_run_task(start->job, start->worker, start->task);
    job_worker_end(start->job, start->worker);
    if (start->slots) {
        slot_give(start->slots, start->worker);
    }
    return NULL;
}

static int thread_start(struct job *job, struct start *start, pthread_attr_t *attr)
{
    int rc = job_thread_attr(job, start->worker, attr);
    if (rc == 0) {
        job_queued(job, start->task);
        rc = -pthread_create(&start->thread, attr, thread_main, start);
        job->spawn_ns += clock_now_ns() - job->tasks[start->task].queued_ns;
    }
    if (rc != 0) {
        return error_set(&job->err, rc, "thread for task %llu of %llu could not be made: %s",
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

static int launch_all(struct job *job, struct start *starts, pthread_attr_t *attr)
{
    int rc = 0;
    for (uint64_t task = 0; task < job->task_count && rc == 0; task++) {
        starts[task] = (struct start){.job = job, .worker = task, .task = task};
        rc = thread_start(job, &starts[task], attr);
    }
    return rc;
}

static int launch_capped(struct job *job, struct start *starts, struct slots *slots,
                         pthread_attr_t *attr)
{
    int rc = 0;
    for (uint64_t slot = job->worker_count; slot-- > 0;) {
        slots->free_list[slots->free_count++] = slot;
    }
    for (uint64_t task = 0; task < job->task_count && rc == 0; task++) {
        uint64_t slot = slot_take(slots);
        thread_join(&starts[slot]);
        starts[slot] = (struct start){.slots = slots, .job = job, .worker = slot, .task = task};
        rc = thread_start(job, &starts[slot], attr);
    }
    return rc;
}

static int thread_launch(struct job *job)
{
    bool capped = job->worker_count < job->task_count;
    struct slots slots = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0};
    pthread_attr_t attr;
    int rc = -ENOMEM;
    struct start *starts = calloc(job->worker_count, sizeof *starts);

    slots.free_list = capped ? calloc(job->worker_count, sizeof *slots.free_list) : NULL;
    if (!starts || (capped && !slots.free_list)) {
        error_set(&job->err, rc, "no memory for %llu threads",
                  (unsigned long long)job->worker_count);
        goto out;
    }
    pthread_attr_init(&attr);
    rc = capped ? launch_capped(job, starts, &slots, &attr) : launch_all(job, starts, &attr);
    for (uint64_t i = 0; i < job->worker_count; i++) {
        thread_join(&starts[i]);
    }
    pthread_attr_destroy(&attr);
out:
    free(slots.free_list);
    free(starts);
    return rc;
}

const struct mode mode_thread = {
    .name = "thread",
    .summary = "a new thread per task",
    .workers = MODE_WORKERS_PER_TASK,
    .launch = thread_launch,
};
