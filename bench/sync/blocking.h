/* blocking.h - the calls that bench/sync/blocking.c and blocking_signals.c share among themselves;
 * others take sync_blocking (area.h). */
#ifndef BENCH_SYNC_BLOCKING_H
#define BENCH_SYNC_BLOCKING_H

#include "bench/sync/area.h"

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
