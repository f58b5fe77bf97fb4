/*
 * loop.h - an event loop: operations are started on it and, when they are done, handed back.
 *
 * One thread owns a loop and makes every call on it. How the loop waits is its engine's affair:
 * readiness (select, poll, epoll, nonblock; bench/loop/readiness.h) or completion (io_uring).
 * Errors of an operation are its result. A loop that can go on no longer (a descriptor too
 * high for select, no memory) fails loop_turn() and loop_look(), with the reason.
 * What is closed (OPERATION_CLOSE) should have nothing waiting for it: loops of readiness hand such
 * operations back with -ECANCELED, but to io_uring they stay under way.
 */
#ifndef BENCH_LOOP_LOOP_H
#define BENCH_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/util/error.h"
#include "workloads/operation.h"

struct loop;

/* An operation is done, its result is set; it belongs to the caller again, who may
 * start it anew, or others. Called from loop_turn() and loop_look() only. */
typedef void loop_done(struct loop *loop, struct operation *operation);

/* What makes a loop of one kind; a wait names one (bench/waits/wait.h). */
struct loop_engine {
    size_t bytes; /* of the engine's own struct, which begins with a struct loop */
    int (*open)(struct loop *loop, struct error *err); /* 0 or -errno */
    void (*close)(struct loop *loop);
    bool (*start)(struct loop *loop, struct operation *operation);
    /* Hands back what is done; where nothing is, waits until something is. 0 or -errno
     * (loop->err). */
    int (*turn)(struct loop *loop);
    int (*look)(struct loop *loop);         /* the same, but never waits */
    void (*helpers_end)(struct loop *loop); /* NULL: there is nothing to do */
};

struct loop {
    const struct loop_engine *engine;
    loop_done *done;
    void *owner;                /* the caller's own */
    uint64_t expected;          /* operations that may be under way at once: a hint for memory */
    uint64_t started, finished; /* operations that went through the engine's queues; to be read
                                   as `started - finished`: how many are under way */
    uint64_t helper_ns;         /* CPU time of helper threads so far (files of a readiness loop; the
                                   kernel's workers of io_uring); complete after loop_helpers_end() */
    struct error err;
};

/* 0, or -errno with err set: -ENOTSUP where the kernel does not offer or allow what it takes. */
int loop_open(struct loop **loop, const struct loop_engine *engine, uint64_t expected,
              loop_done *done, void *owner, struct error *err);

/* No operation is under way (or the process is about to end). NULL is allowed. */
void loop_close(struct loop *loop);

/* Starts an operation. true: it was done at once (result is set, done() is not called); false:
 * done() will be called. For a regular file never at once, where it could block. */
static inline bool loop_start(struct loop *loop, struct operation *operation)
{
    return loop->engine->start(loop, operation);
}

/* -EDEADLK where nothing is under way, for which it would wait for ever. */
static inline int loop_turn(struct loop *loop)
{
    return loop->engine->turn(loop);
}

/* Hands back what is done by now, if anything is, for a caller who has other things to do. One
 * system call, none where only timers of a readiness loop are under way. 0 or -errno as
 * loop_turn(), but 0 where nothing is under way. */
static inline int loop_look(struct loop *loop)
{
    return loop->engine->look(loop);
}

/* No operation is under way: ends the helper threads, so that helper_ns is complete. The loop may
 * go on to be used; it makes others where it needs them. */
static inline void loop_helpers_end(struct loop *loop)
{
    if (loop->engine->helpers_end != NULL) {
        loop->engine->helpers_end(loop);
    }
}

#endif
