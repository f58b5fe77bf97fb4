/*
 * readiness.h - the event loop of readiness: it asks the kernel which descriptors can be read or
 * written, and makes the calls itself. How it asks is a backend's affair (bench/waits/: select,
 * poll, epoll, nonblock).
 *
 * Descriptors are made non-blocking at their first operation, which is tried at once. After a
 * short read or write, or EAGAIN, a descriptor is known to be drained and is not touched until the
 * backend says that it is ready again. Files go to helper threads (helpers.h); closing is done
 * at once. A descriptor that a loop has used must be closed through it (OPERATION_CLOSE), or it
 * would take the number's next user for the old one.
 */
#ifndef BENCH_LOOP_READINESS_H
#define BENCH_LOOP_READINESS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/loop/descriptors.h"
#include "bench/loop/helpers.h"
#include "bench/loop/loop.h"
#include "bench/loop/timers.h"

/* No limit to a wait. */
#define READINESS_FOREVER UINT64_MAX

struct readiness;

/* All return 0, or -errno with loop.err set: the loop can go on no longer. */
struct readiness_backend {
    /* Tells of changes only (edge-triggered): watch() is called once for a descriptor. */
    bool edges;
    /* Looks at every watched descriptor by itself and never sleeps: need not be woken. */
    bool spins;
    /* Can it serve this descriptor at all? Before its first operation; NULL: any. */
    int (*admit)(struct readiness *self, int fd);
    /* From now on tells when `fd` can be read or written (or nothing of it). */
    int (*watch)(struct readiness *self, int fd, bool read, bool write);
    /* A watched descriptor is about to be closed; `own`: it was accepted by this loop and nobody
     * else has it. */
    void (*forget)(struct readiness *self, int fd, bool own);
    /* Calls readiness_ready() for every descriptor that is ready, in which watch() and forget() may
     * be called; waits up to timeout_ns for one. */
    int (*wait)(struct readiness *self, uint64_t timeout_ns);
};

/* A backend's own struct begins with it. */
struct readiness {
    struct loop loop;
    const struct readiness_backend *backend;
    struct descriptors descriptors;
    struct timers timers;
    struct helpers *helpers;     /* NULL: there was no file operation yet */
    int wake;                    /* eventfd of the helpers, or -1 */
    uint64_t now_ns;             /* the last reading of the clock */
    struct operation *cancelled; /* to be handed back by the next turn */
    int failure;                 /* -errno: the loop can go on no longer */
    unsigned at_once;            /* operations done at once since the last turn or done() */
    bool unwatched;              /* the last turn did not look at the descriptors */
};

enum { READY_READ = 1, READY_WRITE = 2, READY_HUNG_UP = 4 };

/* What an engine on a backend is made of. */
int readiness_open(struct readiness *self, const struct readiness_backend *backend,
                   struct error *err);
void readiness_close(struct readiness *self);
bool readiness_start(struct loop *loop, struct operation *operation);
int readiness_turn(struct loop *loop);
int readiness_look(struct loop *loop);
void readiness_helpers_end(struct loop *loop);

/* `fd` is ready (READY_...): carries out what waits for it. In a backend's wait() only. */
void readiness_ready(struct readiness *self, int fd, unsigned ready);

#endif
