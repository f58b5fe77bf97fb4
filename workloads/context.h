/*
 * context.h - what a task may ask of its surroundings.
 *
 * A task does all of its waiting and IO through the context that it is handed.
 * The same source line blocks a thread or, under another wait, parks a
 * coroutine. Calls return a result >= 0, or -errno; EINTR is retried inside.
 * A context belongs to the worker that runs the task.
 *
 * Regular files: open_at, read, write, fsync; partial reads and writes are completed.
 * Streams (sockets and pipes): accept, receive, send. A descriptor is used either as a file
 * or as a stream. Both are closed by close, in which a wait forgets what it knows of them.
 *
 * What tasks share and wait for (locks, semaphores, events, barriers, conditions) are objects with
 * numbers, which the workload's setup() made (workload.h): private to the process where workers are
 * threads, shared and robust where they are processes, known to the loop where they are
 * coroutines.
 */
#ifndef WORKLOADS_CONTEXT_H
#define WORKLOADS_CONTEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct task_context;
struct sync_area; /* where the objects lie: bench/sync/area.h */

/* The calls as one wait carries them out (bench/waits/). */
struct wait_calls {
    int (*sleep)(struct task_context *context, uint64_t ns);
    int (*open_at)(struct task_context *context, int folder, const char *name, int flags,
                   mode_t mode);
    /* All of `size` bytes unless the file ends (read) or it fails. */
    ssize_t (*read)(struct task_context *context, int fd, void *buffer, size_t size);
    ssize_t (*write)(struct task_context *context, int fd, const void *buffer, size_t size);
    int (*fsync)(struct task_context *context, int fd);
    int (*close)(struct task_context *context, int fd);
    /* The next connection of a listening socket: its descriptor, closed on exec. */
    int (*accept)(struct task_context *context, int fd);
    /* What has come, as soon as there is some: 1 to `size` bytes, 0 where the other side closed. */
    ssize_t (*receive)(struct task_context *context, int fd, void *buffer, size_t size);
    /* All of `size` bytes; -EPIPE where the other side closed (no signal comes). */
    ssize_t (*send)(struct task_context *context, int fd, const void *buffer, size_t size);
    /* The task could give way here; NULL: it never does. */
    void (*yield)(struct task_context *context);
    /* Called where the calls of objects (struct sync_calls) are about to block the worker, and when
     * it goes on; not where they need not wait. NULL: nothing is to be done. */
    void (*blocks)(struct task_context *context);
    void (*goes_on)(struct task_context *context);
};

/* What an object is; what it is made with is `count`. */
enum object_kind {
    OBJECT_MUTEX,     /* lock, unlock */
    OBJECT_SPIN,      /* the same; who waits burns CPU time (a coroutine lets others run) */
    OBJECT_RW,        /* the same, and lock_shared by many at once */
    OBJECT_RECURSIVE, /* the same as a mutex; its holder may lock it again */
    OBJECT_SEMAPHORE, /* acquire, release; count: places that are free at first */
    OBJECT_EVENT,     /* await, set: once set it stays so */
    OBJECT_BARRIER,   /* arrive; count: how many tasks must have arrived */
    OBJECT_CONDITION, /* wait, signal, broadcast; with a mutex */
};

/* What one way of waiting makes of them: threads and processes block, coroutines park. `object` is
 * a number below what the workload's objects() said. */
struct sync_calls {
    /* 0; 1: the lock is taken over from a holder that died (what it guards may be half-done). */
    int (*lock)(struct task_context *context, uint32_t object);
    int (*lock_shared)(struct task_context *context, uint32_t object);
    int (*unlock)(struct task_context *context, uint32_t object);
    int (*acquire)(struct task_context *context, uint32_t object);
    int (*release)(struct task_context *context, uint32_t object);
    int (*await)(struct task_context *context, uint32_t object);
    int (*set)(struct task_context *context, uint32_t object);
    /* 1 for one of the tasks that it lets go on, 0 for the others. */
    int (*arrive)(struct task_context *context, uint32_t object);
    /* Releases the mutex, waits to be signalled (or wakes without), takes the mutex again; as
     * lock(). */
    int (*wait)(struct task_context *context, uint32_t condition, uint32_t mutex);
    int (*signal)(struct task_context *context, uint32_t condition);
    int (*broadcast)(struct task_context *context, uint32_t condition);
};

struct task_context {
    const struct wait_calls *calls;
    const struct sync_calls *sync; /* NULL: the workload has no objects */
    struct sync_area *area;        /* NULL likewise */
    void *owner;   /* the wait's own: the coroutine that runs the task, NULL for blocking */
    uint64_t task; /* index */
};

static inline int ctx_sleep(struct task_context *context, uint64_t ns)
{
    return context->calls->sleep(context, ns);
}

static inline int ctx_open_at(struct task_context *context, int folder, const char *name, int flags,
                              mode_t mode)
{
    return context->calls->open_at(context, folder, name, flags, mode);
}

static inline ssize_t ctx_read(struct task_context *context, int fd, void *buffer, size_t size)
{
    return context->calls->read(context, fd, buffer, size);
}

static inline ssize_t ctx_write(struct task_context *context, int fd, const void *buffer,
                                size_t size)
{
    return context->calls->write(context, fd, buffer, size);
}

static inline int ctx_fsync(struct task_context *context, int fd)
{
    return context->calls->fsync(context, fd);
}

static inline int ctx_close(struct task_context *context, int fd)
{
    return context->calls->close(context, fd);
}

static inline int ctx_accept(struct task_context *context, int fd)
{
    return context->calls->accept(context, fd);
}

static inline ssize_t ctx_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    return context->calls->receive(context, fd, buffer, size);
}

static inline ssize_t ctx_send(struct task_context *context, int fd, const void *buffer,
                               size_t size)
{
    return context->calls->send(context, fd, buffer, size);
}

/* A point at which the task, while it computes, could give way: to be called every 10 us or so.
 * Costs some 2 ns where nothing comes of it. */
static inline void ctx_yield(struct task_context *context)
{
    if (context->calls->yield) {
        context->calls->yield(context);
    }
}

static inline int ctx_lock(struct task_context *context, uint32_t object)
{
    return context->sync->lock(context, object);
}

static inline int ctx_lock_shared(struct task_context *context, uint32_t object)
{
    return context->sync->lock_shared(context, object);
}

static inline int ctx_unlock(struct task_context *context, uint32_t object)
{
    return context->sync->unlock(context, object);
}

static inline int ctx_acquire(struct task_context *context, uint32_t object)
{
    return context->sync->acquire(context, object);
}

static inline int ctx_release(struct task_context *context, uint32_t object)
{
    return context->sync->release(context, object);
}

static inline int ctx_await(struct task_context *context, uint32_t object)
{
    return context->sync->await(context, object);
}

static inline int ctx_set(struct task_context *context, uint32_t object)
{
    return context->sync->set(context, object);
}

static inline int ctx_arrive(struct task_context *context, uint32_t object)
{
    return context->sync->arrive(context, object);
}

static inline int ctx_wait(struct task_context *context, uint32_t condition, uint32_t mutex)
{
    return context->sync->wait(context, condition, mutex);
}

static inline int ctx_signal(struct task_context *context, uint32_t condition)
{
    return context->sync->signal(context, condition);
}

static inline int ctx_broadcast(struct task_context *context, uint32_t condition)
{
    return context->sync->broadcast(context, condition);
}

#endif
