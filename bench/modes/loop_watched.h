/*
 * loop_watched.h - what a loop worker tells about its tasks in a watched repetition
 * (bench/repetition/watched.h): when one that was parked became ready, and when it went on.
 *
 * A task is ready from the moment at which the loop notices that what it waited for is done, or
 * another task lets it go; a sleeper from its deadline on; under a schedule, since it came into the
 * ready queue. The worker calls other functions then, which were put in place when it began. Part
 * of loop_worker.c; in the worker's own thread.
 */
#ifndef BENCH_MODES_LOOP_WATCHED_H
#define BENCH_MODES_LOOP_WATCHED_H

#include "bench/modes/loop_worker.h"
#include "bench/repetition/moments.h"

struct loop_watched {
    struct moments moments;
    struct loop_engine engine;
    struct loop_tasks kind;
    const struct loop_engine *inner_engine;
    const struct loop_tasks *inner_kind;
    bool looked;         /* at the loop, and nothing was handed back since */
    uint64_t noticed_ns; /* when something was handed back first after that */
};

/* Before the loop is opened, with `engine` and `done` as they are left. */
void loop_watched_begin(struct loop_watched *watched, struct loop_worker *self,
                        const struct loop_engine **engine, loop_done **done);
void loop_watched_end(struct loop_worker *self);

#endif
