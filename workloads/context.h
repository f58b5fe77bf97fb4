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
 */
#ifndef WORKLOADS_CONTEXT_H
#define WORKLOADS_CONTEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct task_context;

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
};

struct task_context {
    const struct wait_calls *calls;
    void *owner; /* the wait's own: the coroutine that runs the task, NULL for blocking */
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

#endif
