/*
 * loop_frame.h - what a coroutine of a loop's worker keeps beside its stack: the part that the
 * context's calls (loop_coroutines.c) and those on objects (loop_sync.c) share.
 */
#ifndef BENCH_MODES_LOOP_FRAME_H
#define BENCH_MODES_LOOP_FRAME_H

#include "bench/coroutine/coroutine.h"
#include "bench/modes/loop_worker.h"

/* The operation is not on its stack, which others may be using when the operation is done. */
struct task_frame {
    struct operation operation; /* first: what is handed back is the frame */
    struct coroutine *coroutine;
    struct loop_worker *worker;
    uint64_t task;
};

/* The context's calls on objects: who waits parks. */
extern const struct sync_calls loop_sync_calls;

/* The task, not started yet, of a job with objects can be woken by this frame from now on. */
void loop_sync_begin(struct task_frame *frame);

#endif
