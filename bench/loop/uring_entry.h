/*
 * uring_entry.h - the submission entry of an operation. Here, not in a source, because it is made
 * once for every operation.
 */
#ifndef BENCH_LOOP_URING_ENTRY_H
#define BENCH_LOOP_URING_ENTRY_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/util/clock.h"
#include "workloads/operation.h"

/* An entry holds 32 bits, and the kernel moves less than 2 GiB at once (MAX_RW_COUNT). */
#define URING_MOST_AT_ONCE ((size_t)0x40000000)

/* An offset that means the file's own position. */
#define URING_HERE UINT64_MAX

static inline void uring_prepare_sleep(struct io_uring_sqe *sqe, struct __kernel_timespec *time,
                                       uint64_t until)
{
    time->tv_sec = (long long)(until / NS_PER_SECOND);
    time->tv_nsec = (long long)(until % NS_PER_SECOND);
    io_uring_prep_timeout(sqe, time, 0, IORING_TIMEOUT_ABS);
}

static inline void uring_prepare_transfer(struct io_uring_sqe *sqe,
                                          const struct operation *operation, bool pipe)
{
    int fd = operation->fd;
    void *buffer = operation->buffer;
    unsigned size =
        (unsigned)(operation->size < URING_MOST_AT_ONCE ? operation->size : URING_MOST_AT_ONCE);

    if (operation->kind == OPERATION_RECEIVE && !pipe) {
        /* Without IORING_RECVSEND_POLL_FIRST: with it, what is already there costs more than
         * is saved where nothing is. */
        io_uring_prep_recv(sqe, fd, buffer, size, 0);
    } else if (operation->kind == OPERATION_SEND && !pipe) {
        io_uring_prep_send(sqe, fd, buffer, size, MSG_NOSIGNAL | MSG_WAITALL);
    } else if (operation->kind == OPERATION_RECEIVE || operation->kind == OPERATION_READ) {
        io_uring_prep_read(sqe, fd, buffer, size, URING_HERE);
    } else {
        io_uring_prep_write(sqe, fd, buffer, size, URING_HERE);
    }
}

/* Fills `sqe`, user_data included (the operation). `pipe`: its stream is no socket. `time` is
 * the entry's own and is read by the kernel when the entry is submitted. */
static inline void uring_prepare(struct io_uring_sqe *sqe, struct operation *operation, bool pipe,
                                 struct __kernel_timespec *time)
{
    int fd = operation->fd;

    switch (operation->kind) {
    case OPERATION_SLEEP:
        uring_prepare_sleep(sqe, time, operation->until_ns);
        break;
    case OPERATION_ACCEPT:
        io_uring_prep_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
        break;
    case OPERATION_OPEN:
        io_uring_prep_openat(sqe, fd, operation->name, operation->flags, operation->mode);
        break;
    case OPERATION_FSYNC:
        io_uring_prep_fsync(sqe, fd, 0);
        break;
    case OPERATION_CLOSE:
        io_uring_prep_close(sqe, fd);
        break;
    default:
        uring_prepare_transfer(sqe, operation, pipe);
    }
    io_uring_sqe_set_data(sqe, operation);
}

#endif
