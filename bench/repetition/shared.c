#include "bench/repetition/shared.h"

enum { PART_ALIGN = 256 };

static size_t part_end(size_t at)
{
    return (at + PART_ALIGN - 1) / PART_ALIGN * PART_ALIGN;
}

size_t shared_layout(struct shared *shared, uint64_t worker_slots, uint64_t pool_bytes)
{
    const struct request *request = &shared->request;
    shared->worker_slots = worker_slots;
    shared->pins_at = part_end(sizeof *shared);
    shared->workers_at = part_end(shared->pins_at + request->pin_count * sizeof(struct pin_target));
    shared->tasks_at = part_end(shared->workers_at + worker_slots * sizeof(struct worker_record));
    shared->pool_at = part_end(shared->tasks_at + request->tasks * sizeof(struct task_record));
    shared->bytes = part_end(shared->pool_at + pool_bytes);
    return shared->bytes;
}
