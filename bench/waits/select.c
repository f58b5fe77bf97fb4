#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/select.h>

#include "bench/loop/readiness.h"
#include "bench/util/clock.h"
#include "bench/waits/wait.h"

#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)
#define WORDS     (FD_SETSIZE / WORD_BITS)

union set {
    fd_set set;
    unsigned long words[WORDS];
};

struct select_loop {
    struct readiness readiness;
    union set read, write;
    int highest; /* no descriptor above it was ever watched; -1: none */
};

static struct select_loop *of(struct readiness *readiness)
{
    return (struct select_loop *)(void *)readiness;
}

static int select_admit(struct readiness *readiness, int fd)
{
    if (fd < FD_SETSIZE) {
        return 0;
    }
    return error_set(&readiness->loop.err, -ENOTSUP,
                     "select handles descriptors below %d only, and this one is %d: take --wait "
                     "poll, epoll or uring, or fewer connections at once",
                     FD_SETSIZE, fd);
}

static int select_watch(struct readiness *readiness, int fd, bool read, bool write)
{
    struct select_loop *self = of(readiness);
    unsigned long bit = 1UL << ((size_t)fd % WORD_BITS);
    unsigned long *reads = &self->read.words[(size_t)fd / WORD_BITS];
    unsigned long *writes = &self->write.words[(size_t)fd / WORD_BITS];
    *reads = read ? *reads | bit : *reads & ~bit;
    *writes = write ? *writes | bit : *writes & ~bit;
    if (fd > self->highest) {
        self->highest = fd;
    }
    return 0;
}

static void select_forget(struct readiness *readiness, int fd, bool own)
{
    (void)own;
    select_watch(readiness, fd, false, false);
}

static int select_look(struct readiness *readiness, uint64_t timeout_ns)
{
    struct select_loop *self = of(readiness);
    union set read = self->read, write = self->write;
    struct timespec timeout = clock_timespec(timeout_ns);
    int count = pselect(self->highest + 1, &read.set, &write.set, NULL,
                        timeout_ns == READINESS_FOREVER ? NULL : &timeout, NULL);
    if (count < 0 && errno == EBADF) {
        /* One was closed elsewhere, and select does not tell which: its own call will. */
        read = self->read;
        write = self->write;
    } else if (count <= 0) {
        return count == 0 || errno == EINTR
                   ? 0
                   : error_set(&readiness->loop.err, -errno, "select: %s", strerror(errno));
    }
    size_t words = (size_t)self->highest / WORD_BITS + 1;
    for (size_t word = 0; word < words; word++) {
        unsigned long left = read.words[word] | write.words[word];
        for (; left != 0; left &= left - 1) {
            unsigned long bit = left & -left;
            readiness_ready(readiness, (int)(word * WORD_BITS) + __builtin_ctzl(left),
                            (read.words[word] & bit ? READY_READ : 0) |
                                (write.words[word] & bit ? READY_WRITE : 0));
        }
    }
    return 0;
}

static const struct readiness_backend backend = {
    .admit = select_admit,
    .watch = select_watch,
    .forget = select_forget,
    .wait = select_look,
};

static int select_open(struct loop *loop, struct error *err)
{
    struct select_loop *self = (struct select_loop *)(void *)loop;
    self->highest = -1;
    return readiness_open(&self->readiness, &backend, err);
}

static void select_close(struct loop *loop)
{
    readiness_close((struct readiness *)(void *)loop);
}

static const struct loop_engine select_engine = {
    .bytes = sizeof(struct select_loop),
    .open = select_open,
    .close = select_close,
    .start = readiness_start,
    .turn = readiness_turn,
    .look = readiness_look,
    .helpers_end = readiness_helpers_end,
};

const struct wait wait_select = {
    .name = "select",
    .summary = "an event loop over select, for descriptors below 1024; files by helper threads",
    .engine = &select_engine,
};
