#include "bench/loop/readiness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/loop/streams.h"
#include "bench/util/clock.h"
#include "bench/util/refusal.h"

/* So many operations may be done at once before others get their turn: a task whose descriptor
 * is always ready would keep the loop for itself. */
#define AT_ONCE_MOST 64
/* So many of one descriptor in a row, for the same reason. */
#define SERVE_MOST 256

static struct readiness *of(struct loop *loop)
{
    return (struct readiness *)(void *)loop;
}

static void fail(struct readiness *self, int code)
{
    if (self->failure == 0) {
        self->failure = code;
    }
}

static void hand_back(struct readiness *self, struct operation *operation)
{
    self->loop.finished++;
    self->at_once = 0;
    self->loop.done(&self->loop, operation);
}

static void cancel(struct readiness *self, struct operation **last)
{
    while (*last != NULL) {
        struct operation *operation = waiting_take(last);
        operation->result = -ECANCELED;
        waiting_add(&self->cancelled, operation);
    }
}

/* Begins anew with a descriptor. What waits for it is cancelled. */
static void forget(struct readiness *self, int fd)
{
    struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
    cancel(self, &descriptor->readers);
    cancel(self, &descriptor->writers);
    if (descriptor->watched_read || descriptor->watched_write) {
        self->backend->forget(self, fd, descriptor->own);
    }
    descriptors_reset(&self->descriptors, fd);
}

/* --- the calls on streams --- */

/* An accepted descriptor's number may have been another one's, closed behind the loop's back. */
static bool try_accept(struct readiness *self, struct operation *operation)
{
    if (!stream_accept(descriptors_at(&self->descriptors, operation->fd), operation)) {
        return false;
    }
    int fd = (int)operation->result;
    if (fd < 0) {
        return true;
    }
    int code = descriptors_grow(&self->descriptors, fd);
    if (code == 0) {
        forget(self, fd);
        descriptors_at(&self->descriptors, fd)->own = true;
    } else {
        close(fd);
        operation->result = code;
    }
    return true;
}

static bool try_read_side(struct readiness *self, struct operation *operation)
{
    return operation->kind == OPERATION_ACCEPT
               ? try_accept(self, operation)
               : stream_receive(descriptors_at(&self->descriptors, operation->fd), operation);
}

static bool try_write_side(struct readiness *self, struct operation *operation)
{
    return stream_send(descriptors_at(&self->descriptors, operation->fd), operation);
}

/* --- descriptors --- */

/* Tells the backend what is waited for, where that has changed. */
static void update_watch(struct readiness *self, int fd)
{
    struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
    bool read = descriptor->readers != NULL, write = descriptor->writers != NULL;
    if (self->failure != 0) {
        return; /* this descriptor may be the one that was not admitted */
    }
    if (self->backend->edges) {
        if (descriptor->watched_read || !(read || write)) {
            return;
        }
        read = write = true;
    }
    if (read != descriptor->watched_read || write != descriptor->watched_write) {
        descriptor->watched_read = read;
        descriptor->watched_write = write;
        int code = self->backend->watch(self, fd, read, write);
        if (code != 0) {
            fail(self, code);
        }
    }
}

/* Carries out what waits for one side of `fd`, as far as it goes. */
static void serve_readers(struct readiness *self, int fd)
{
    for (unsigned served = 0; served < SERVE_MOST; served++) {
        /* Anew each time: done() may have moved the descriptors. */
        struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
        if (descriptor->readers == NULL || descriptor->drained || descriptor->due ||
            !try_read_side(self, descriptor->readers->next)) {
            return;
        }
        hand_back(self, waiting_take(&descriptors_at(&self->descriptors, fd)->readers));
    }
    descriptors_add_due(&self->descriptors, fd);
}

static void serve_writers(struct readiness *self, int fd)
{
    for (unsigned served = 0; served < SERVE_MOST; served++) {
        struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
        if (descriptor->writers == NULL || descriptor->full || descriptor->due ||
            !try_write_side(self, descriptor->writers->next)) {
            return;
        }
        hand_back(self, waiting_take(&descriptors_at(&self->descriptors, fd)->writers));
    }
    descriptors_add_due(&self->descriptors, fd);
}

static void serve(struct readiness *self, int fd)
{
    serve_readers(self, fd);
    serve_writers(self, fd);
    /* Only now: a task that waits for the same again at once changes nothing. */
    update_watch(self, fd);
}

static void drain_wake(const struct readiness *self)
{
    uint64_t count;
    if (!self->backend->edges) { /* each writing is an edge, whatever the count */
        ssize_t got = read(self->wake, &count, sizeof count);
        (void)got;
    }
}

void readiness_ready(struct readiness *self, int fd, unsigned ready)
{
    if (fd == self->wake) {
        drain_wake(self); /* what has finished is taken by turn() */
        return;
    }
    struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
    if (ready & (READY_READ | READY_HUNG_UP)) {
        descriptor->drained = false;
    }
    if (ready & (READY_WRITE | READY_HUNG_UP)) {
        descriptor->full = false;
    }
    if (ready & READY_HUNG_UP) {
        descriptor->hung_up = true;
    }
    serve(self, fd);
}

static void serve_due(struct readiness *self)
{
    int fd = self->descriptors.due;
    self->descriptors.due = -1;
    while (fd >= 0) {
        struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
        int next = descriptor->next;
        descriptor->due = false;
        serve(self, fd);
        fd = next;
    }
}

static int get_known(struct readiness *self, int fd)
{
    struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
    int code = self->backend->admit != NULL ? self->backend->admit(self, fd) : 0;
    if (code != 0) {
        fail(self, code);
        return 0;
    }
    if (!descriptor->own) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 ||
            ((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)) {
            return -errno;
        }
    }
    descriptor->known = true;
    return 0;
}

/* --- starting --- */

static bool ended(struct operation *operation, ssize_t result)
{
    operation->result = result;
    return true;
}

static bool started(struct readiness *self)
{
    self->loop.started++;
    return false;
}

static bool start_sleep(struct readiness *self, struct operation *operation)
{
    if (operation->until_ns <= self->now_ns && self->at_once < AT_ONCE_MOST) {
        self->at_once++;
        return true;
    }
    int code = timers_add(&self->timers, operation);
    return code != 0 ? ended(operation, code) : started(self);
}

static bool start_stream(struct readiness *self, struct operation *operation)
{
    int fd = operation->fd, code = fd < 0 ? -EBADF : 0;
    bool writes = operation->kind == OPERATION_SEND;

    if (code == 0 && (size_t)fd >= self->descriptors.count) {
        code = descriptors_grow(&self->descriptors, fd);
    }
    if (code == 0 && !descriptors_at(&self->descriptors, fd)->known) {
        code = get_known(self, fd);
    }
    if (code != 0) {
        return ended(operation, code);
    }
    if (operation->size == 0 && operation->kind != OPERATION_ACCEPT) {
        return true;
    }
    struct descriptor *descriptor = descriptors_at(&self->descriptors, fd);
    bool untried = writes ? descriptor->writers == NULL && !descriptor->full
                          : descriptor->readers == NULL && !descriptor->drained;
    if (untried && self->failure == 0) {
        if (self->at_once >= AT_ONCE_MOST) {
            descriptors_add_due(&self->descriptors, fd);
        } else if (writes ? try_write_side(self, operation) : try_read_side(self, operation)) {
            self->at_once++;
            return true;
        }
    }
    waiting_add(writes ? &descriptor->writers : &descriptor->readers, operation);
    update_watch(self, fd);
    return started(self);
}

/* The eventfd by which the helpers wake the loop. */
static int open_wake(struct readiness *self)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) {
        return refusal_tell("eventfd", -errno, 0);
    }
    int code = self->backend->admit != NULL ? self->backend->admit(self, fd) : 0;
    if (code == 0) {
        code = self->backend->watch(self, fd, true, false);
    }
    if (code != 0) {
        close(fd);
        fail(self, code);
        return code;
    }
    self->wake = fd;
    return 0;
}

static int open_helpers(struct readiness *self)
{
    int code = self->backend->spins ? 0 : open_wake(self);
    if (code != 0) {
        return code;
    }
    self->helpers = helpers_open(self->wake);
    if (self->helpers == NULL && self->wake >= 0) {
        self->backend->forget(self, self->wake, true);
        close(self->wake);
        self->wake = -1;
    }
    return self->helpers == NULL ? -ENOMEM : 0;
}

static bool start_file(struct readiness *self, struct operation *operation)
{
    int code = self->helpers == NULL ? open_helpers(self) : 0;
    if (code == 0) {
        code = helpers_start(self->helpers, operation);
    }
    return code != 0 ? ended(operation, code) : started(self);
}

static bool close_now(struct readiness *self, struct operation *operation)
{
    int fd = operation->fd;
    if (fd >= 0 && (size_t)fd < self->descriptors.count) {
        forget(self, fd);
    }
    /* Linux has let go of the descriptor even after EINTR. */
    return ended(operation, close(fd) == 0 || errno == EINTR ? 0 : -errno);
}

bool readiness_start(struct loop *loop, struct operation *operation)
{
    struct readiness *self = of(loop);
    operation->result = 0;
    switch (operation->kind) {
    case OPERATION_SLEEP:
        return start_sleep(self, operation);
    case OPERATION_ACCEPT:
    case OPERATION_RECEIVE:
    case OPERATION_SEND:
        return start_stream(self, operation);
    case OPERATION_OPEN:
    case OPERATION_READ:
    case OPERATION_WRITE:
    case OPERATION_FSYNC:
        return start_file(self, operation);
    case OPERATION_CLOSE:
        return close_now(self, operation);
    default:
        return ended(operation, -EINVAL);
    }
}

/* --- a turn --- */

static void hand_back_cancelled(struct readiness *self)
{
    while (self->cancelled != NULL) {
        hand_back(self, waiting_take(&self->cancelled));
    }
}

static void hand_back_files(struct readiness *self)
{
    struct operation *operation = helpers_finished(self->helpers);
    while (operation != NULL) {
        struct operation *next = operation->next;
        hand_back(self, operation);
        operation = next;
    }
}

static void hand_back_sleepers(struct readiness *self)
{
    self->now_ns = clock_now_ns();
    /* Not those that done() adds: it may add some that are due, again and again. */
    for (uint64_t left = timers_count(&self->timers);
         left > 0 && self->timers.next_ns <= self->now_ns; left--) {
        hand_back(self, timers_take(&self->timers));
    }
}

/* How long the backend may wait. */
static uint64_t patience(const struct readiness *self, bool handed_back)
{
    bool idle = !handed_back && self->descriptors.due < 0 && self->cancelled == NULL;
    if (self->timers.next_ns == TIMERS_NEVER) {
        return idle ? READINESS_FOREVER : 0;
    }
    return idle && self->timers.next_ns > self->now_ns ? self->timers.next_ns - self->now_ns : 0;
}

static bool only_timers(const struct readiness *self)
{
    return self->loop.started - self->loop.finished == timers_count(&self->timers);
}

/* True where nothing but timers is under way, or the descriptors were looked at in the last
 * turn: then a turn that has handed back sleepers may end without a system call. */
static bool may_skip(const struct readiness *self)
{
    return !self->unwatched || only_timers(self);
}

/* What is done without asking the kernel. */
static void hand_back_known(struct readiness *self)
{
    hand_back_cancelled(self);
    serve_due(self);
    if (self->helpers != NULL) {
        hand_back_files(self);
    }
    if (self->timers.next_ns != TIMERS_NEVER) {
        hand_back_sleepers(self);
    }
}

/* Waits up to `patience_ns` for a descriptor. */
static void watch(struct readiness *self, uint64_t patience_ns)
{
    int code = self->backend->wait(self, patience_ns);
    if (code != 0) {
        fail(self, code);
    }
    self->unwatched = false;
}

int readiness_turn(struct loop *loop)
{
    struct readiness *self = of(loop);
    uint64_t before = loop->finished;

    if (loop->started == loop->finished && self->failure == 0) {
        return error_set(&loop->err, -EDEADLK,
                         "nothing is under way in the event loop: there is nothing to wait for");
    }
    self->at_once = 0;
    do {
        hand_back_known(self);
        bool handed_back = loop->finished != before;
        if (self->failure == 0 && (!handed_back || !may_skip(self))) {
            watch(self, patience(self, handed_back));
        } else {
            self->unwatched = true;
        }
        if (self->failure != 0) {
            return self->failure;
        }
    } while (loop->finished == before);
    return 0;
}

int readiness_look(struct loop *loop)
{
    struct readiness *self = of(loop);
    self->at_once = 0;
    hand_back_known(self);
    if (self->failure == 0 && !only_timers(self)) {
        watch(self, 0);
    }
    return self->failure;
}

/* --- its life --- */

int readiness_open(struct readiness *self, const struct readiness_backend *backend,
                   struct error *err)
{
    self->backend = backend;
    self->wake = -1;
    self->descriptors.due = -1;
    int code = timers_open(&self->timers, self->loop.expected);
    if (code != 0) {
        error_set(err, code, "no memory for the timers of an event loop");
    }
    return code;
}

void readiness_helpers_end(struct loop *loop)
{
    struct readiness *self = of(loop);
    if (self->helpers == NULL) {
        return;
    }
    if (self->wake >= 0) {
        self->backend->forget(self, self->wake, false);
    }
    loop->helper_ns += helpers_close(self->helpers);
    self->helpers = NULL;
    self->wake = -1;
}

void readiness_close(struct readiness *self)
{
    readiness_helpers_end(&self->loop);
    timers_close(&self->timers);
    room_free(&self->descriptors.room);
}
