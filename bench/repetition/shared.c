#include "bench/repetition/shared.h"

#include "bench/repetition/segments.h"
#include "bench/util/align.h"

enum { PART_ALIGN = 256 };

size_t shared_layout(struct shared *shared, uint64_t worker_slots, uint64_t pool_bytes)
{
    const struct request *request = &shared->request;
    shared->worker_slots = worker_slots;
    shared->pins_at = align_up(sizeof *shared, PART_ALIGN);
    shared->workers_at =
        align_up(shared->pins_at + request->pin_count * sizeof(struct pin_target), PART_ALIGN);
    shared->tasks_at =
        align_up(shared->workers_at + worker_slots * sizeof(struct worker_record), PART_ALIGN);
    shared->pool_at =
        align_up(shared->tasks_at + request->tasks * sizeof(struct task_record), PART_ALIGN);
    shared->sync_at = align_up(shared->pool_at + pool_bytes, PART_ALIGN);
    shared->bytes =
        shared->sync_at + sync_area_bytes(request->objects, request->tasks, worker_slots);
    shared->segments_most = segments_most(request);
    shared->segments_at = align_up(shared->bytes, PART_ALIGN);
    shared->all_bytes =
        shared->segments_most == 0
            ? shared->bytes
            : shared->segments_at + segments_bytes(request->tasks, shared->segments_most);
    return shared->all_bytes;
}
