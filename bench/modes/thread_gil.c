/*
 * thread-gil: a new thread per task, of which only one computes at a time: the one that holds the
 * interpreter lock (gil.h). It is given up around every IO call and sleep of the context, as
 * CPython's library does whether the call then blocks or not; around calls of shared objects only
 * where they must wait, as CPython first tries its locks with the interpreter lock held; and
 * handed over at the workload's yield points where another thread asked. A task begins and ends
 * with the lock held. The thread that makes the others does not need it.
 */
#include "bench/modes/gil.h"
#include "bench/modes/mode.h"
#include "bench/modes/thread_stacks.h"
#include "bench/waits/wait.h"

#include <string.h>

/* A task's thread, in its own hands. */
struct gil_thread {
    struct gil *gil;
    const struct wait_calls *calls; /* which block the thread */
    uint64_t who;                   /* in gil.h */
    uint64_t waited_ns;             /* for the lock */
};

static struct gil_thread *leave(struct task_context *context)
{
    struct gil_thread *self = context->owner;
    gil_give(self->gil, self->who);
    return self;
}

static void enter(struct gil_thread *self)
{
    self->waited_ns += gil_take(self->gil, self->who);
}

/* --- the context's calls --- */

static int without_sleep(struct task_context *context, uint64_t ns)
{
    struct gil_thread *self = leave(context);
    int code = self->calls->sleep(context, ns);
    enter(self);
    return code;
}

static int without_open_at(struct task_context *context, int folder, const char *name, int flags,
                           mode_t mode)
{
    struct gil_thread *self = leave(context);
    int fd = self->calls->open_at(context, folder, name, flags, mode);
    enter(self);
    return fd;
}

static ssize_t without_read(struct task_context *context, int fd, void *buffer, size_t size)
{
    struct gil_thread *self = leave(context);
    ssize_t got = self->calls->read(context, fd, buffer, size);
    enter(self);
    return got;
}

static ssize_t without_write(struct task_context *context, int fd, const void *buffer, size_t size)
{
    struct gil_thread *self = leave(context);
    ssize_t wrote = self->calls->write(context, fd, buffer, size);
    enter(self);
    return wrote;
}

static int without_fsync(struct task_context *context, int fd)
{
    struct gil_thread *self = leave(context);
    int code = self->calls->fsync(context, fd);
    enter(self);
    return code;
}

static int without_close(struct task_context *context, int fd)
{
    struct gil_thread *self = leave(context);
    int code = self->calls->close(context, fd);
    enter(self);
    return code;
}

static int without_accept(struct task_context *context, int fd)
{
    struct gil_thread *self = leave(context);
    int connection = self->calls->accept(context, fd);
    enter(self);
    return connection;
}

static ssize_t without_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    struct gil_thread *self = leave(context);
    ssize_t got = self->calls->receive(context, fd, buffer, size);
    enter(self);
    return got;
}

static ssize_t without_send(struct task_context *context, int fd, const void *buffer, size_t size)
{
    struct gil_thread *self = leave(context);
    ssize_t sent = self->calls->send(context, fd, buffer, size);
    enter(self);
    return sent;
}

static void when_asked(struct task_context *context)
{
    struct gil_thread *self = context->owner;
    self->waited_ns += gil_yield(self->gil, self->who);
}

static void before_blocking(struct task_context *context)
{
    leave(context);
}

static void after_blocking(struct task_context *context)
{
    enter(context->owner);
}

static const struct wait_calls gil_calls = {
    .sleep = without_sleep,
    .open_at = without_open_at,
    .read = without_read,
    .write = without_write,
    .fsync = without_fsync,
    .close = without_close,
    .accept = without_accept,
    .receive = without_receive,
    .send = without_send,
    .yield = when_asked,
    .blocks = before_blocking,
    .goes_on = after_blocking,
};

/* --- the mode --- */

static void run_with_lock(const struct job *job, void *gil, uint64_t worker, uint64_t task)
{
    struct gil_thread self = {.gil = gil, .calls = job->wait->calls, .who = task + 1};
    struct task_context context = {
        .calls = &gil_calls, .sync = job->sync, .area = job->area, .owner = &self, .task = task};
    enter(&self);
    job_run_task_in(job, worker, task, &context);
    gil_give(self.gil, self.who);
    job->tasks[task].waited_ns = self.waited_ns;
}

static int launch_thread_gil(struct job *job)
{
    struct gil gil;
    int rc = gil_init(&gil, job->shared->request.schedule.slice_ns);
    if (rc != 0) {
        return error_set(&job->err, rc, "no interpreter lock: %s", strerror(-rc));
    }
    rc = thread_launch(job, THREAD_OWN_STACKS_MOST, run_with_lock, &gil);
    gil_end(&gil);
    return rc;
}

const struct mode mode_thread_gil = {
    .name = "thread-gil",
    .summary = "a new thread per task, under an interpreter lock as CPython's",
    .workers = MODE_WORKERS_PER_TASK,
    .interpreter = true,
    .launch = launch_thread_gil,
};
