#include <errno.h>
#include <poll.h>
#include <string.h>

#include "bench/loop/interests.h"
#include "bench/loop/readiness.h"
#include "bench/util/clock.h"
#include "bench/waits/wait.h"

struct poll_loop {
    struct readiness readiness;
    struct interests interests;
    struct room ready; /* struct pollfd each: a copy of those that are ready */
};

static struct poll_loop *of(struct readiness *readiness)
{
    return (struct poll_loop *)(void *)readiness;
}

static int poll_watch(struct readiness *readiness, int fd, bool read, bool write)
{
    return interests_set(&of(readiness)->interests, fd, read, write) == 0
               ? 0
               : error_set(&readiness->loop.err, -ENOMEM, "no memory for the descriptors of poll");
}

static void poll_forget(struct readiness *readiness, int fd, bool own)
{
    (void)own;
    poll_watch(readiness, fd, false, false);
}

static int poll_look(struct readiness *readiness, uint64_t timeout_ns)
{
    struct poll_loop *self = of(readiness);
    struct timespec timeout = clock_timespec(timeout_ns);
    int count = ppoll(interests_entries(&self->interests), self->interests.count,
                      timeout_ns == READINESS_FOREVER ? NULL : &timeout, NULL);
    if (count < 0 && errno != EINTR) {
        return error_set(&readiness->loop.err, -errno, "poll: %s", strerror(errno));
    }
    if (count <= 0) {
        return 0;
    }
    if (room_grow(&self->ready, (size_t)count * sizeof(struct pollfd)) != 0) {
        return error_set(&readiness->loop.err, -ENOMEM, "no memory for the descriptors of poll");
    }
    /* A copy, for what is carried out now changes the entries. */
    struct pollfd *ready = self->ready.memory;
    const struct pollfd *entry = interests_entries(&self->interests);
    for (int found = 0; found < count; entry++) {
        if (entry->revents != 0) {
            ready[found++] = *entry;
        }
    }
    for (int i = 0; i < count; i++) {
        short events = ready[i].revents;
        readiness_ready(readiness, ready[i].fd,
                        (events & POLLIN ? READY_READ : 0) | (events & POLLOUT ? READY_WRITE : 0) |
                            (events & (POLLHUP | POLLERR | POLLNVAL) ? READY_HUNG_UP : 0));
    }
    return 0;
}

static const struct readiness_backend backend = {
    .watch = poll_watch,
    .forget = poll_forget,
    .wait = poll_look,
};

static int poll_open(struct loop *loop, struct error *err)
{
    return readiness_open((struct readiness *)(void *)loop, &backend, err);
}

static void poll_close(struct loop *loop)
{
    struct poll_loop *self = (struct poll_loop *)(void *)loop;
    readiness_close(&self->readiness);
    interests_free(&self->interests);
    room_free(&self->ready);
}

static const struct loop_engine poll_engine = {
    .bytes = sizeof(struct poll_loop),
    .open = poll_open,
    .close = poll_close,
    .start = readiness_start,
    .turn = readiness_turn,
    .look = readiness_look,
    .helpers_end = readiness_helpers_end,
};

const struct wait wait_poll = {
    .name = "poll",
    .summary = "an event loop over poll; files by helper threads",
    .engine = &poll_engine,
};
