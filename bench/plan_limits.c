#include "bench/plan_limits.h"

#include <errno.h>
#include <string.h>

#include "bench/coroutine/coroutine.h"
#include "bench/modes/thread_stacks.h"

/* Measured on x86-64, Linux 6.18: what is touched by the least task, beside the kernel's part. */
#define THREAD_BYTES    UINT64_C(8192)   /* stack */
#define PROCESS_BYTES   UINT64_C(90000)  /* page tables, stack, what a fork writes to */
#define IMAGE_BYTES     UINT64_C(300000) /* a program of its own */
#define OWN_STACK_TOUCH UINT64_C(4352)   /* a page, and the coroutine */
#define KEPT_BYTES      UINT64_C(512)    /* of a shared stack, and the coroutine */
#define STEP_BYTES      UINT64_C(128)

static uint64_t inner_bytes(const struct cell *cell)
{
    switch (cell->mode->inner) {
    case MODE_INNER_THREADS:
        return LIMITS_THREAD_KERNEL_BYTES + THREAD_BYTES;
    case MODE_INNER_COROUTINES:
        return cell->shared_stack ? KEPT_BYTES : OWN_STACK_TOUCH;
    case MODE_INNER_STEPS:
        return STEP_BYTES;
    default:
        return 0;
    }
}

/* Of the process that has most of them. */
static uint64_t maps_of(const struct cell *cell)
{
    switch (cell->mode->inner) {
    case MODE_INNER_THREADS:
        return 2 * cell->width;
    case MODE_INNER_COROUTINES:
        /* Where guards are no maps of their own, there is no bound to them. */
        return !cell->guarded_stacks || coroutine_guards_most() == UINT64_MAX ? 0
               : cell->mode->processes                                        ? 2 * cell->width
                                       : 2 * cell->width * cell->workers;
    default:
        return cell->mode->processes                          ? 0
               : cell->mode->workers == MODE_WORKERS_PER_TASK ? thread_maps(cell->workers)
                                                              : 2 * cell->workers;
    }
}

static uint64_t descriptors_of(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    uint64_t alive = cell->mode->processes ? cell->width : cell->width * cell->workers;
    /* By which loops wake each other (loop_mail.h): every process has them all. */
    bool woken = workload->objects && cell->mode->inner == MODE_INNER_COROUTINES &&
                 cell->wait->engine && cell->workers > 1;
    return (workload->descriptors ? workload->descriptors(cell->values, cell->tasks, alive) : 0) +
           (woken ? cell->workers : 0);
}

/* Of the mapping that all processes share: the tasks' records, and what tasks share. */
static uint64_t mapping_bytes(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    uint64_t objects = workload->objects ? workload->objects(cell->values, cell->tasks) : 0;
    return cell->tasks * sizeof(struct task_record) +
           sync_area_bytes(objects, cell->tasks, cell->workers * cell->threads);
}

void plan_need(const struct cell *cell, struct limits_need *need)
{
    uint64_t inner = cell->workers * cell->width;
    uint64_t worker_bytes = cell->mode->image_per_worker ? IMAGE_BYTES
                            : cell->mode->processes      ? PROCESS_BYTES
                                                         : THREAD_BYTES;
    *need = (struct limits_need){
        .threads = cell->workers + (cell->mode->inner == MODE_INNER_THREADS ? inner : 0),
        .processes = cell->mode->processes ? cell->workers : 0,
        .maps = maps_of(cell),
        .descriptors = descriptors_of(cell),
        .bytes = cell->workers * (worker_bytes + LIMITS_THREAD_KERNEL_BYTES) +
                 inner * inner_bytes(cell) + mapping_bytes(cell)};
}

int plan_limits(struct plan *plan, const char *root, struct error *err)
{
    struct limits_need asked = {0};
    char reason[TEXT_REASON] = "";
    int answer = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct cell *cell = &plan->cells[i];
        struct limits_need need;
        if (cell->unsupported || cell->reference) {
            continue;
        }
        plan_need(cell, &need);
        /* Cells of a sweep mostly need the same, and each asking reads a dozen files. */
        if (memcmp(&need, &asked, sizeof need) != 0) {
            answer = limits_check(&need, root, reason, sizeof reason);
            asked = need;
        }
        cell->limit = answer == 0 ? NULL : strdup(reason);
        if (answer != 0 && !cell->limit) {
            return error_set(err, -ENOMEM, "no memory");
        }
    }
    return 0;
}
