/*
 * task_queue.h - the tasks that wait for a worker of a pool, in the order of its schedule.
 *
 * A ring (ring.h) where the first one in is the first one out, else an ordered queue (ordered.h),
 * whose rules hold here. Bounded: a schedule orders what is queued, so at most as many tasks as the
 * queue holds. One producer, many consumers, in threads or processes that share the memory.
 */
#ifndef BENCH_MODES_TASK_QUEUE_H
#define BENCH_MODES_TASK_QUEUE_H

#include "bench/modes/ordered.h"
#include "bench/modes/ring.h"
#include "bench/repetition/job.h"

struct task_queue {
    struct ring *ring;       /* NULL: the other one */
    struct ordered *ordered; /* NULL likewise */
    const struct job *job;
    /* A task's key in the ordered queue: its length or its priority. */
    uint64_t (*key)(const void *state, uint64_t task);
};

/* Bytes that the queue of `capacity` tasks (a power of two) takes under this schedule. */
size_t task_queue_bytes(enum schedule_kind schedule, uint64_t capacity);
/* Makes the block at `memory` (256-aligned) such a queue, empty, and touches all of it. */
void task_queue_init(void *memory, enum schedule_kind schedule, uint64_t capacity);
/* The handle of the queue that lies at `memory`. */
struct task_queue task_queue_at(void *memory, enum schedule_kind schedule, const struct job *job);

static inline bool task_queue_push(struct task_queue *queue, uint64_t task)
{
    return queue->ring ? ring_push(queue->ring, task)
                       : ordered_push(queue->ordered, queue->key(queue->job->state, task), task);
}

static inline bool task_queue_pop(struct task_queue *queue, uint64_t *task)
{
    return queue->ring ? ring_pop(queue->ring, task) : ordered_pop(queue->ordered, task);
}

/* How many are queued, or were while it was asked. */
static inline uint64_t task_queue_used(struct task_queue *queue)
{
    return queue->ring ? ring_used(queue->ring) : ordered_used(queue->ordered);
}

static inline uint64_t task_queue_size(const struct task_queue *queue)
{
    return queue->ring ? ring_size(queue->ring) : queue->ordered->capacity;
}

#endif
