#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench/loop/readiness.h"
#include "bench/util/clock.h"
#include "bench/util/refusal.h"
#include "bench/waits/wait.h"

#define EVENTS_MOST 256

struct epoll_loop {
    struct readiness readiness;
    int fd;
    bool coarse; /* the kernel has no epoll_pwait2 (before Linux 5.11) */
    struct epoll_event events[EVENTS_MOST];
};

static struct epoll_loop *of(struct readiness *readiness)
{
    return (struct epoll_loop *)(void *)readiness;
}

static int epoll_watch(struct readiness *readiness, int fd, bool read, bool write)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    int epoll = of(readiness)->fd;
    (void)read;
    (void)write;

    /* A number that was closed elsewhere may live on in another process. */
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 &&
        (errno != EEXIST || epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0)) {
        int code = refusal_tell("epoll_ctl", -errno, 0);
        return error_set(&readiness->loop.err, code, "epoll cannot watch descriptor %d: %s", fd,
                         code == -ENOSPC ? "too many are watched: raise "
                                           "/proc/sys/fs/epoll/max_user_watches"
                                         : strerror(-code));
    }
    return 0;
}

static void epoll_forget(struct readiness *readiness, int fd, bool own)
{
    /* Closing alone ends it, unless another process has the same one open. */
    if (!own) {
        epoll_ctl(of(readiness)->fd, EPOLL_CTL_DEL, fd, NULL);
    }
}

static int wait_for_events(struct epoll_loop *self, uint64_t timeout_ns)
{
    if (timeout_ns == 0 || timeout_ns == READINESS_FOREVER) {
        return epoll_wait(self->fd, self->events, EVENTS_MOST, timeout_ns == 0 ? 0 : -1);
    }
    if (!self->coarse) {
        struct timespec timeout = clock_timespec(timeout_ns);
        int count = epoll_pwait2(self->fd, self->events, EVENTS_MOST, &timeout, NULL);
        if (count >= 0 || errno != ENOSYS) {
            return count;
        }
        self->coarse = true;
    }
    uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
    return epoll_wait(self->fd, self->events, EVENTS_MOST, ms < 1000000000 ? (int)ms : 1000000000);
}

static int epoll_look(struct readiness *readiness, uint64_t timeout_ns)
{
    struct epoll_loop *self = of(readiness);
    int count = wait_for_events(self, timeout_ns);
    if (count < 0 && errno != EINTR) {
        return error_set(&readiness->loop.err, -errno, "epoll_wait: %s", strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        uint32_t events = self->events[i].events;
        readiness_ready(readiness, self->events[i].data.fd,
                        (events & EPOLLIN ? READY_READ : 0) |
                            (events & EPOLLOUT ? READY_WRITE : 0) |
                            (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) ? READY_HUNG_UP : 0));
    }
    return 0;
}

static const struct readiness_backend backend = {
    .edges = true,
    .watch = epoll_watch,
    .forget = epoll_forget,
    .wait = epoll_look,
};

static int epoll_open(struct loop *loop, struct error *err)
{
    struct epoll_loop *self = (struct epoll_loop *)(void *)loop;
    self->fd = epoll_create1(EPOLL_CLOEXEC);
    if (self->fd < 0) {
        return error_set(err, refusal_tell("epoll_create1", -errno, 0), "epoll_create1: %s",
                         strerror(errno));
    }
    int code = readiness_open(&self->readiness, &backend, err);
    if (code != 0) {
        close(self->fd);
    }
    return code;
}

static void epoll_close(struct loop *loop)
{
    struct epoll_loop *self = (struct epoll_loop *)(void *)loop;
    readiness_close(&self->readiness);
    close(self->fd);
}

static const struct loop_engine epoll_engine = {
    .bytes = sizeof(struct epoll_loop),
    .open = epoll_open,
    .close = epoll_close,
    .start = readiness_start,
    .turn = readiness_turn,
    .look = readiness_look,
    .helpers_end = readiness_helpers_end,
};

const struct wait wait_epoll = {
    .name = "epoll",
    .summary = "an event loop over epoll, edge-triggered; files by helper threads",
    .engine = &epoll_engine,
};
