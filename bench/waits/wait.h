/*
 * wait.h - the contract of a wait: how the calls of a task's context are
 * carried out.
 */
#ifndef BENCH_WAITS_WAIT_H
#define BENCH_WAITS_WAIT_H

#include "workloads/context.h"

struct wait {
    const char *name;    /* [a-z0-9-]+ */
    const char *summary; /* one line, no full stop */
    const struct wait_calls *calls;
};

extern const struct wait wait_blocking;

#endif
