/*
 * wait.h - the contract of a wait: how what a task asks of its context is
 * carried out. Either in the worker itself, which blocks (`calls`), or by an
 * event loop that many tasks share (`engine`).
 */
#ifndef BENCH_WAITS_WAIT_H
#define BENCH_WAITS_WAIT_H

#include "bench/loop/loop.h"
#include "workloads/context.h"

struct wait {
    const char *name;                 /* [a-z0-9-]+ */
    const char *summary;              /* one line, no full stop */
    const struct wait_calls *calls;   /* NULL: takes a loop */
    const struct loop_engine *engine; /* NULL: takes none */
    /* Why this machine does not offer it, or NULL where it does; NULL: every machine does. Cheap;
     * makes nothing that stays. */
    const char *(*unavailable)(void);
    /* Bytes of locked memory that a loop takes for so many operations under way, where the kernel
     * counts them as such; NULL: none. */
    uint64_t (*locked_bytes)(uint64_t expected);
};

extern const struct wait wait_blocking;
extern const struct wait wait_nonblock;
extern const struct wait wait_select;
extern const struct wait wait_poll;
extern const struct wait wait_epoll;
extern const struct wait wait_uring;

#endif
