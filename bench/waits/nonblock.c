#include <errno.h>
#include <string.h>

#include "bench/loop/interests.h"
#include "bench/loop/readiness.h"
#include "bench/waits/wait.h"

struct nonblock_loop {
    struct readiness readiness;
    struct interests interests;
    struct room round; /* struct pollfd each: what is tried this time round */
};

static struct nonblock_loop *of(struct readiness *readiness)
{
    return (struct nonblock_loop *)(void *)readiness;
}

static int nonblock_watch(struct readiness *readiness, int fd, bool read, bool write)
{
    struct nonblock_loop *self = of(readiness);
    if (interests_set(&self->interests, fd, read, write) != 0 ||
        room_grow(&self->round, self->interests.entries.bytes) != 0) {
        return error_set(&readiness->loop.err, -ENOMEM, "no memory for the list of descriptors");
    }
    return 0;
}

static void nonblock_forget(struct readiness *readiness, int fd, bool own)
{
    (void)own;
    nonblock_watch(readiness, fd, false, false);
}

/* Never waits: everything is tried by its own call. The loop comes back at once. */
static int nonblock_look(struct readiness *readiness, uint64_t timeout_ns)
{
    struct nonblock_loop *self = of(readiness);
    size_t count = self->interests.count;
    (void)timeout_ns;

    /* A copy, for what is carried out now changes the entries. */
    if (count > 0) {
        memcpy(self->round.memory, self->interests.entries.memory, count * sizeof(struct pollfd));
    }
    for (size_t i = 0; i < count; i++) {
        /* Where it is, the round may have moved. */
        struct pollfd watched = ((struct pollfd *)self->round.memory)[i];
        readiness_ready(readiness, watched.fd,
                        (watched.events & POLLIN ? READY_READ : 0U) |
                            (watched.events & POLLOUT ? READY_WRITE : 0U));
    }
    return 0;
}

static const struct readiness_backend backend = {
    .spins = true,
    .watch = nonblock_watch,
    .forget = nonblock_forget,
    .wait = nonblock_look,
};

static int nonblock_open(struct loop *loop, struct error *err)
{
    return readiness_open((struct readiness *)(void *)loop, &backend, err);
}

static void nonblock_close(struct loop *loop)
{
    struct nonblock_loop *self = (struct nonblock_loop *)(void *)loop;
    readiness_close(&self->readiness);
    interests_free(&self->interests);
    room_free(&self->round);
}

static const struct loop_engine nonblock_engine = {
    .bytes = sizeof(struct nonblock_loop),
    .open = nonblock_open,
    .close = nonblock_close,
    .start = readiness_start,
    .turn = readiness_turn,
    .look = readiness_look,
    .helpers_end = readiness_helpers_end,
};

const struct wait wait_nonblock = {
    .name = "nonblock",
    .summary = "a loop that tries every call again and again and never sleeps; files by helper "
               "threads",
    .engine = &nonblock_engine,
};
