/* blocking.h - the calls that bench/sync/blocking.c and blocking_signals.c share among themselves;
 * others take sync_blocking (area.h). */
#ifndef BENCH_SYNC_BLOCKING_H
#define BENCH_SYNC_BLOCKING_H

#include "bench/sync/area.h"

/* Around what may block the task's thread. */
static inline void blocking_begin(struct task_context *context, uint32_t number, enum sync_how how)
{
    sync_wait_begin(sync_wait_of(context->area, context->task), number, how);
    if (context->calls->blocks) {
        context->calls->blocks(context);
    }
}

static inline void blocking_end(struct task_context *context)
{
    if (context->calls->goes_on) {
        context->calls->goes_on(context);
    }
    sync_wait_end(sync_wait_of(context->area, context->task));
}

int blocking_lock(struct task_context *context, uint32_t number);
int blocking_unlock(struct task_context *context, uint32_t number);

int blocking_acquire(struct task_context *context, uint32_t number);
int blocking_release(struct task_context *context, uint32_t number);
int blocking_await(struct task_context *context, uint32_t number);
int blocking_set(struct task_context *context, uint32_t number);
int blocking_arrive(struct task_context *context, uint32_t number);
int blocking_wait(struct task_context *context, uint32_t number, uint32_t mutex);
int blocking_signal(struct task_context *context, uint32_t number);
int blocking_broadcast(struct task_context *context, uint32_t number);

#endif
