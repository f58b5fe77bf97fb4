#include "bench/loop/uring.h"

#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bench/loop/uring_entry.h"
#include "bench/loop/uring_setup.h"
#include "bench/util/memcheck.h"
#include "bench/util/refusal.h"

struct uring {
    struct loop loop;
    struct io_uring ring;
    struct __kernel_timespec *times; /* of each submission entry; read when it is submitted */
    bool *pipes;                     /* which descriptors below pipes_count were found to be no
                                        sockets; for them recv and send are read and write */
    size_t pipes_count;
    struct operation *held; /* started, but found no room in the submission ring */
    struct operation **held_end;
    sigset_t signals; /* the thread's mask before */
    bool files;       /* a regular file was used, for which the kernel may have taken helpers */
};

static bool is_pipe(const struct uring *uring, int fd)
{
    return (size_t)fd < uring->pipes_count && uring->pipes[fd];
}

/* 0 or -ENOMEM. */
static int add_pipe(struct uring *uring, int fd)
{
    if ((size_t)fd >= uring->pipes_count) {
        size_t count = 2 * (size_t)fd + 64;
        bool *pipes = realloc(uring->pipes, count * sizeof *pipes);
        if (!pipes) {
            return -ENOMEM;
        }
        memset(pipes + uring->pipes_count, 0, (count - uring->pipes_count) * sizeof *pipes);
        uring->pipes = pipes;
        uring->pipes_count = count;
    }
    uring->pipes[fd] = true;
    return 0;
}

/* --- submitting --- */

static void fill(struct uring *uring, struct io_uring_sqe *sqe, struct operation *operation)
{
    uring_prepare(sqe, operation, is_pipe(uring, operation->fd),
                  &uring->times[sqe - uring->ring.sq.sqes]);
}

/* An entry of the submission ring, which is submitted where it is full. NULL where the kernel
 * takes none now: it must first be rid of completions. */
static struct io_uring_sqe *entry(struct uring *uring)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
    if (!sqe) {
        io_uring_submit(&uring->ring);
        sqe = io_uring_get_sqe(&uring->ring);
    }
    return sqe;
}

static void hold(struct uring *uring, struct operation *operation)
{
    operation->next = NULL;
    *uring->held_end = operation;
    uring->held_end = &operation->next;
}

static void submit(struct uring *uring, struct operation *operation)
{
    struct io_uring_sqe *sqe = uring->held ? NULL : entry(uring);
    if (sqe) {
        fill(uring, sqe, operation);
    } else {
        hold(uring, operation);
    }
}

static void submit_held(struct uring *uring)
{
    while (uring->held) {
        struct io_uring_sqe *sqe = entry(uring);
        if (!sqe) {
            return;
        }
        struct operation *operation = uring->held;
        uring->held = operation->next;
        if (!uring->held) {
            uring->held_end = &uring->held;
        }
        fill(uring, sqe, operation);
    }
}

static bool uring_start(struct loop *loop, struct operation *operation)
{
    struct uring *uring = (struct uring *)loop;
    operation->result = 0;
    switch (operation->kind) {
    case OPERATION_SEND:
        if (operation->size == 0) {
            return true;
        }
        break;
    case OPERATION_READ:
    case OPERATION_WRITE:
        if (operation->size == 0) {
            return true;
        }
        uring->files = true;
        break;
    case OPERATION_OPEN:
    case OPERATION_FSYNC:
        uring->files = true;
        break;
    case OPERATION_CLOSE:
        if (is_pipe(uring, operation->fd)) {
            uring->pipes[operation->fd] = false; /* its number may soon be a socket's */
        }
        break;
    default:
        break;
    }
    loop->started++;
    submit(uring, operation);
    return false;
}

/* --- completing --- */

static int tell_refusal(const struct operation *operation, int code)
{
    static const char *const calls[] = {[OPERATION_ACCEPT] = "accept",
                                        [OPERATION_OPEN] = "openat",
                                        [OPERATION_WRITE] = "write",
                                        [OPERATION_FSYNC] = "fsync"};
    bool known = operation->kind < sizeof calls / sizeof *calls && calls[operation->kind];
    bool writes = operation->kind == OPERATION_WRITE;
    return known ? refusal_tell(calls[operation->kind], code, writes ? operation->size : 0) : code;
}

/* Whether it is over, with its result set; otherwise it is on its way again. */
static bool failed(struct uring *uring, struct operation *operation, int code)
{
    if (operation->kind == OPERATION_SLEEP && code == -ETIME) {
        return true;
    }
    if (code == -EINTR && operation->kind == OPERATION_CLOSE) {
        return true; /* Linux has let go of the descriptor */
    }
    if (code == -EINTR) {
        submit(uring, operation);
        return false;
    }
    if (code == -ENOTSOCK &&
        (operation->kind == OPERATION_RECEIVE || operation->kind == OPERATION_SEND)) {
        code = add_pipe(uring, operation->fd);
        if (code == 0) {
            submit(uring, operation);
            return false;
        }
    }
    operation->result = tell_refusal(operation, code);
    return true;
}

/* The same for what moved `count` bytes of all that were asked for. */
static bool moved(struct uring *uring, struct operation *operation, int count)
{
    operation->result += count;
    operation->size -= (size_t)count;
    operation->buffer = (char *)operation->buffer + count;
    if (operation->size == 0) {
        return true;
    }
    if (count == 0) {
        if (operation->kind != OPERATION_READ) {
            operation->result = -EIO;
        }
        return true;
    }
    submit(uring, operation);
    return false;
}

static void complete(struct uring *uring, struct operation *operation, int code)
{
    bool over;

    if (code > 0 && (operation->kind == OPERATION_RECEIVE || operation->kind == OPERATION_READ)) {
        memcheck_written(operation->buffer, (size_t)code);
    }
    if (code < 0) {
        over = failed(uring, operation, code);
    } else if (operation->kind == OPERATION_SEND || operation->kind == OPERATION_READ ||
               operation->kind == OPERATION_WRITE) {
        over = moved(uring, operation, code);
    } else {
        operation->result = code;
        over = true;
    }
    if (over) {
        uring->loop.finished++;
        uring->loop.done(&uring->loop, operation);
    }
}

/* Each place in the ring is given back before its operation is handed on, so that what that
 * one submits finds room for its own completion. */
static void reap(struct uring *uring)
{
    struct io_uring *ring = &uring->ring;
    struct io_uring_cqe *cqe;
    unsigned head, left = io_uring_cq_ready(ring);

    io_uring_for_each_cqe(ring, head, cqe)
    {
        if (left-- == 0) {
            break;
        }
        struct operation *operation = io_uring_cqe_get_data(cqe);
        int code = cqe->res;
        io_uring_cq_advance(ring, 1);
        complete(uring, operation, code);
    }
}

/* What io_uring_enter() answered; a full completion queue or a signal only means: reap, and again.
 */
static int judge(struct uring *uring, int code)
{
    struct loop *loop = &uring->loop;
    if (code == -EAGAIN && io_uring_cq_ready(&uring->ring) == 0) {
        return error_set(&loop->err, refusal_tell("io_uring_enter", -ENOMEM, 0),
                         "io_uring: the kernel has no memory left");
    }
    if (code < 0 && code != -EINTR && code != -EAGAIN && code != -EBUSY) {
        return error_set(&loop->err, refusal_tell("io_uring_enter", code, 0), "io_uring_enter: %s",
                         strerror(-code));
    }
    return 0;
}

static int uring_turn(struct loop *loop)
{
    struct uring *uring = (struct uring *)loop;
    struct io_uring *ring = &uring->ring;
    uint64_t finished = loop->finished;

    if (loop->started == loop->finished) {
        return error_set(&loop->err, -EDEADLK,
                         "the loop has nothing under way that could ever be done");
    }
    while (loop->finished == finished) {
        submit_held(uring);
        if (io_uring_sq_ready(ring) > 0 || io_uring_cq_ready(ring) == 0) {
            int code = judge(uring, io_uring_submit_and_wait(ring, 1));
            if (code != 0) {
                return code;
            }
        }
        reap(uring);
    }
    return 0;
}

/* Enters the kernel even with nothing to submit: with DEFER_TASKRUN it completes nowhere else. */
static int uring_look(struct loop *loop)
{
    struct uring *uring = (struct uring *)loop;
    if (loop->started == loop->finished) {
        return 0;
    }
    submit_held(uring);
    int code = judge(uring, io_uring_submit_and_get_events(&uring->ring));
    if (code == 0) {
        reap(uring);
    }
    return code;
}

/* --- the engine --- */

/* The memory of a ring that one thread closes may become a ring of another. The kernel orders
 * that; this lets the thread sanitizer, which does not see liburing's maps, know it too. */
static atomic_uint closed_rings;

static int uring_open(struct loop *loop, struct error *err)
{
    struct uring *uring = (struct uring *)loop;
    int code = uring_setup(&uring->ring, loop->expected, err);
    if (code < 0) {
        return code;
    }
    uring->times = calloc(uring->ring.sq.ring_entries, sizeof *uring->times);
    if (!uring->times) {
        io_uring_queue_exit(&uring->ring);
        return error_set(err, -ENOMEM, "no memory for an io_uring loop");
    }
    atomic_load_explicit(&closed_rings, memory_order_acquire);
    uring->held_end = &uring->held;
    uring_block_pipe_signal(&uring->signals);
    return 0;
}

/* The kernel ends its workers itself; they have nothing left to do. */
static void uring_helpers_end(struct loop *loop)
{
    struct uring *uring = (struct uring *)loop;
    if (uring->files) {
        loop->helper_ns += uring_helpers_claim();
    }
}

static void uring_close(struct loop *loop)
{
    struct uring *uring = (struct uring *)loop;
    uring_restore_signals(&uring->signals);
    atomic_fetch_add_explicit(&closed_rings, 1, memory_order_release);
    io_uring_queue_exit(&uring->ring);
    free(uring->times);
    free(uring->pipes);
}

const struct loop_engine uring_engine = {
    .bytes = sizeof(struct uring),
    .open = uring_open,
    .close = uring_close,
    .start = uring_start,
    .turn = uring_turn,
    .look = uring_look,
    .helpers_end = uring_helpers_end,
};
