#include "bench/modes/task_queue.h"

static bool is_ordered(enum schedule_kind schedule)
{
    return schedule != SCHEDULE_OFF && schedule != SCHEDULE_FCFS;
}

size_t task_queue_bytes(enum schedule_kind schedule, uint64_t capacity)
{
    return is_ordered(schedule) ? ordered_bytes(capacity) : ring_bytes(capacity);
}

void task_queue_init(void *memory, enum schedule_kind schedule, uint64_t capacity)
{
    if (is_ordered(schedule)) {
        ordered_init(memory, capacity,
                     schedule == SCHEDULE_LIFO ? ORDERED_NEWEST : ORDERED_SMALLEST);
    } else {
        ring_init(memory, capacity);
    }
}

static uint64_t no_key(const void *state, uint64_t task)
{
    (void)state;
    (void)task;
    return 0;
}

struct task_queue task_queue_at(void *memory, enum schedule_kind schedule, const struct job *job)
{
    struct task_queue queue = {.job = job, .key = no_key};
    if (!is_ordered(schedule)) {
        queue.ring = memory;
        return queue;
    }
    queue.ordered = memory;
    if (schedule == SCHEDULE_SJF) {
        queue.key = job->workload->length_ns;
    } else if (schedule == SCHEDULE_PRIORITY) {
        queue.key = job->workload->priority;
    }
    return queue;
}
