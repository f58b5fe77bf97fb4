/*
 * loop_coroutines.c - a task as a coroutine: its context's calls start an operation
 * and park until the loop hands it back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/modes/loop_frame.h"
#include "bench/modes/loop_schedule.h"
#include "bench/util/refusal.h"
#include "bench/waits/wait.h"

static ssize_t wait_for(struct task_frame *frame)
{
    if (!loop_start(frame->worker->loop, &frame->operation)) {
        coroutine_park(frame->coroutine);
    }
    return frame->operation.result;
}

/* While a coroutine is parked, its buffer must not lie where others run. */
static bool must_move(const struct task_frame *frame, const void *buffer)
{
    return coroutine_on_stack(frame->coroutine, buffer);
}

static int parked_sleep(struct task_context *context, uint64_t ns)
{
    struct task_frame *frame = context->owner;
    uint64_t now = clock_now_ns();
    frame->operation = (struct operation){
        .kind = OPERATION_SLEEP, .until_ns = ns < UINT64_MAX - now ? now + ns : UINT64_MAX};
    return (int)wait_for(frame);
}

static ssize_t transfer(struct task_context *context, enum operation_kind kind, int fd,
                        void *buffer, size_t size)
{
    struct task_frame *frame = context->owner;
    frame->operation =
        (struct operation){.kind = (uint8_t)kind, .fd = fd, .buffer = buffer, .size = size};
    return wait_for(frame);
}

static ssize_t take_in(struct task_context *context, enum operation_kind kind, int fd, void *buffer,
                       size_t size)
{
    if (!must_move(context->owner, buffer)) {
        return transfer(context, kind, fd, buffer, size);
    }
    void *moved = malloc(size);
    ssize_t got = moved ? transfer(context, kind, fd, moved, size) : -ENOMEM;
    if (got > 0) {
        memcpy(buffer, moved, (size_t)got);
    }
    free(moved);
    return got;
}

static ssize_t give_out(struct task_context *context, enum operation_kind kind, int fd,
                        const void *buffer, size_t size)
{
    void *moved = NULL;
    if (must_move(context->owner, buffer)) {
        moved = malloc(size);
        if (!moved) {
            return -ENOMEM;
        }
        memcpy(moved, buffer, size);
    }
    /* The loop writes from it only. */
    ssize_t sent = transfer(context, kind, fd, moved ? moved : (void *)(uintptr_t)buffer, size);
    free(moved);
    return sent;
}

static int parked_open_at(struct task_context *context, int folder, const char *name, int flags,
                          mode_t mode)
{
    struct task_frame *frame = context->owner;
    char *moved = must_move(frame, name) ? strdup(name) : NULL;
    if (!moved && must_move(frame, name)) {
        return -ENOMEM;
    }
    frame->operation = (struct operation){.kind = OPERATION_OPEN,
                                          .fd = folder,
                                          .name = moved ? moved : name,
                                          .flags = flags,
                                          .mode = mode};
    int fd = (int)wait_for(frame);
    free(moved);
    return fd;
}

static ssize_t parked_read(struct task_context *context, int fd, void *buffer, size_t size)
{
    return take_in(context, OPERATION_READ, fd, buffer, size);
}

static ssize_t parked_write(struct task_context *context, int fd, const void *buffer, size_t size)
{
    return give_out(context, OPERATION_WRITE, fd, buffer, size);
}

static int parked_fsync(struct task_context *context, int fd)
{
    return (int)transfer(context, OPERATION_FSYNC, fd, NULL, 0);
}

static int parked_close(struct task_context *context, int fd)
{
    return (int)transfer(context, OPERATION_CLOSE, fd, NULL, 0);
}

static int parked_accept(struct task_context *context, int fd)
{
    return (int)transfer(context, OPERATION_ACCEPT, fd, NULL, 0);
}

static ssize_t parked_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    return take_in(context, OPERATION_RECEIVE, fd, buffer, size);
}

static ssize_t parked_send(struct task_context *context, int fd, const void *buffer, size_t size)
{
    return give_out(context, OPERATION_SEND, fd, buffer, size);
}

static void parked_yield(struct task_context *context)
{
    struct task_frame *frame = context->owner;
    uint64_t now_ns = clock_now_ns();
    if (now_ns >= frame->worker->check_ns &&
        loop_schedule_gives_way(frame->worker, &frame->operation, now_ns)) {
        coroutine_park(frame->coroutine);
    }
}

/* clang-format off */
#define PARKED_CALLS            \
    .sleep = parked_sleep,      \
    .open_at = parked_open_at,  \
    .read = parked_read,        \
    .write = parked_write,      \
    .fsync = parked_fsync,      \
    .close = parked_close,      \
    .accept = parked_accept,    \
    .receive = parked_receive,  \
    .send = parked_send
/* clang-format on */

/* Without slices a yield point costs no more than the look that finds none. */
static const struct wait_calls parked_calls = {PARKED_CALLS};
static const struct wait_calls sliced_calls = {PARKED_CALLS, .yield = parked_yield};

static const struct wait_calls *calls_of(const struct loop_worker *worker)
{
    if (!worker->loop) {
        return worker->job->wait->calls;
    }
    bool sliced = worker->schedule && schedule_slices(worker->job->shared->request.schedule.kind);
    return sliced ? &sliced_calls : &parked_calls;
}

static void run_task(struct coroutine *coroutine, void *argument)
{
    struct loop_worker *worker = argument;
    struct task_frame *frame = coroutine_own(coroutine);
    frame->coroutine = coroutine;
    frame->worker = worker;
    frame->task = worker->task;
    loop_sync_begin(frame);
    const struct job *job = worker->job;
    struct task_context context = {.calls = calls_of(worker),
                                   .sync = worker->loop && job->area ? &loop_sync_calls : job->sync,
                                   .area = job->area,
                                   .owner = frame,
                                   .task = worker->task};
    job_run_task_in(job, worker->worker, worker->task, &context);
    loop_worker_ended(worker);
}

static int coroutines_begin(struct loop_worker *self, uint64_t most)
{
    const struct request *request = &self->job->shared->request;
    struct coroutine_options options = {.shared = request->shared_stack,
                                        .guard = request->guarded_stacks,
                                        .stack_bytes = request->stack_bytes,
                                        .most = most,
                                        .own_bytes = sizeof(struct task_frame)};
    struct coroutines *set = NULL;
    int rc = coroutines_open(&set, &options, &self->err);
    self->tasks = set;
    return rc;
}

static void coroutines_end(struct loop_worker *self)
{
    coroutines_close(self->tasks);
}

static int coroutines_start(struct loop_worker *self, uint64_t task)
{
    return coroutine_start(self->tasks, run_task, self)
               ? 0
               : error_set(&self->err, refusal_tell("mmap", -ENOMEM, 0),
                           "no memory for the coroutine of task %llu of %llu: fewer --tasks, a "
                           "smaller --width or --stack shared need less",
                           (unsigned long long)task, (unsigned long long)self->job->task_count);
}

static int coroutines_done(struct loop_worker *self, struct operation *operation)
{
    struct task_frame *frame = (struct task_frame *)(void *)operation;
    int rc = coroutine_resume(frame->coroutine);
    return rc == 0 ? 0
                   : error_set(&self->err, refusal_tell("mmap", rc, 0),
                               "no memory to keep what a coroutine has on the shared stack: fewer "
                               "--tasks or a smaller --width need less");
}

static uint64_t coroutines_whose(const struct operation *operation)
{
    return ((const struct task_frame *)(const void *)operation)->task;
}

const struct loop_tasks loop_tasks_coroutines = {
    .open = coroutines_begin,
    .close = coroutines_end,
    .start = coroutines_start,
    .done = coroutines_done,
    .whose = coroutines_whose,
};
