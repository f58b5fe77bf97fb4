/*
 * operation.h - one thing that a task waits for, as a value.
 *
 * What an event loop carries out (bench/loop/loop.h). A coroutine's context calls make one and
 * park; a workload's step() (workload.h) fills one and returns. An operation belongs to the loop
 * from its start until it is done; its buffer must live as long.
 */
#ifndef WORKLOADS_OPERATION_H
#define WORKLOADS_OPERATION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum operation_kind {
    OPERATION_NONE,    /* nothing more: the task is done (step() only) */
    OPERATION_SLEEP,   /* until CLOCK_MONOTONIC shows until_ns */
    OPERATION_ACCEPT,  /* result: the connection's descriptor */
    OPERATION_RECEIVE, /* what has come: 1 to `size` bytes, 0 at the end of the stream */
    OPERATION_SEND,    /* all of `size` bytes */
    OPERATION_OPEN,    /* `name` in the folder `fd` */
    OPERATION_READ,    /* of a regular file: all of `size` bytes unless it ends */
    OPERATION_WRITE,
    OPERATION_FSYNC,
    OPERATION_CLOSE,
};

struct operation {
    uint8_t kind; /* enum operation_kind */
    int fd;
    struct operation *next; /* the loop's own */
    union {
        uint64_t until_ns; /* SLEEP */
        void *buffer;      /* RECEIVE, SEND, READ, WRITE; the loop may move it on */
        const char *name;  /* OPEN */
    };
    union {
        size_t size; /* RECEIVE, SEND, READ, WRITE: what is left */
        struct {     /* OPEN */
            int flags;
            mode_t mode;
        };
    };
    ssize_t result; /* >= 0, or -errno. Starts as 0 */
};

#endif
