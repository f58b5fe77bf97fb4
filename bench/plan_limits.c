#include "bench/plan_limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/coroutine/coroutine.h"
#include "bench/machine/disk.h"
#include "bench/modes/thread_stacks.h"
#include "bench/plan_cell.h"
#include "bench/plan_clamp.h"
#include "bench/util/units.h"
#include "bench/waits/wait.h"

/* Measured on x86-64, Linux 6.18: what is touched by the least task, beside the kernel's part. */
#define THREAD_BYTES    UINT64_C(8192)   /* stack */
#define PROCESS_BYTES   UINT64_C(90000)  /* page tables, stack, what a fork writes to */
#define IMAGE_BYTES     UINT64_C(300000) /* a program of its own */
#define OWN_STACK_TOUCH UINT64_C(4352)   /* a page, and the coroutine */
#define KEPT_BYTES      UINT64_C(512)    /* of a shared stack, and the coroutine */
#define STEP_BYTES      UINT64_C(128)

/* On the disk, rounded up: a row of timings.csv, and one of tasks.csv. */
#define ROW_BYTES      UINT64_C(640)
#define TASK_ROW_BYTES UINT64_C(256)

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

static uint64_t of_values(uint64_t (*number)(const uint64_t *values), const struct cell *cell)
{
    return number ? number(cell->values) : 0;
}

/* The times of requests, where the workload serves some; ends at its end. */
static uint64_t request_bytes(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    const uint64_t count =
        workload->clients && workload->request_count ? workload->request_count(cell->values) : 0;
    uint64_t bytes;
    return __builtin_mul_overflow(count, sizeof(struct request_times), &bytes) ? UINT64_MAX / 4
                                                                               : bytes;
}

/* Of the mapping that all processes share: the tasks' records, and what tasks share. */
static uint64_t mapping_bytes(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    uint64_t objects = workload->objects ? workload->objects(cell->values, cell->tasks) : 0;
    return cell->tasks * sizeof(struct task_record) +
           sync_area_bytes(objects, cell->tasks, cell->workers * cell->threads) +
           request_bytes(cell) + of_values(workload->shared_bytes, cell);
}

/* Of all loops together: the kernel counts by user. */
static uint64_t locked_of(const struct cell *cell)
{
    return cell->wait->locked_bytes ? cell->workers * cell->wait->locked_bytes(cell->width + 2) : 0;
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
        .locked = locked_of(cell),
        .file_bytes = of_values(cell->workload->scratch_bytes, cell),
        .ports = of_values(cell->workload->ports, cell),
        .bytes = cell->workers * (worker_bytes + LIMITS_THREAD_KERNEL_BYTES) +
                 inner * inner_bytes(cell) + mapping_bytes(cell)};
}

/* What the rows of a cell take at the most. */
static uint64_t record_bytes(const struct plan *plan, const struct cell *cell)
{
    return ROW_BYTES * (plan->warmup + plan->max_runs) * plan->invocations +
           TASK_ROW_BYTES * cell->tasks;
}

uint64_t plan_scratch_bytes(const struct cell *cell)
{
    return plan_at_once(cell) * of_values(cell->workload->scratch_bytes, cell);
}

/* Where the results go; a folder of its own inside it is for scratch files. */
static const char *disk_folder(const struct options *options)
{
    return options->append ? options->append : options->output ? options->output : "results";
}

/* `bytes`: with the rows of the cells before it. */
static int check_disk(uint64_t bytes, uint64_t free_bytes, const struct options *options,
                      char *reason, size_t size)
{
    char needed[32], there[32];
    if (bytes <= free_bytes) {
        return 0;
    }
    snprintf(reason, size,
             "disk: scratch files and results take up to %s, %s are free in %.200s: free some, or "
             "name a folder on another disk with --output",
             units_human_size(needed, sizeof needed, (double)bytes),
             units_human_size(there, sizeof there, (double)free_bytes), disk_folder(options));
    return -EAGAIN;
}

/* The cell is what another one is already. */
static bool is_twin(const struct plan *plan, size_t index)
{
    const struct cell *cell = &plan->cells[index];
    for (size_t i = 0; i < plan->count; i++) {
        if (i != index && !plan->cells[i].limit && plan_same(&plan->cells[i], cell) &&
            plan->cells[i].width == cell->width) {
            return true;
        }
    }
    return false;
}

static void note_clamp(void (*notes)(const char *), const struct cell *cell, const char *reason)
{
    char line[TEXT_REASON + 256];
    if (notes) {
        snprintf(line, sizeof line,
                 "%s under %s: clamped from %llu workers with %llu tasks each at once to %llu with "
                 "%llu: it %s",
                 cell->workload->name, cell->mode->name, (unsigned long long)cell->asked_workers,
                 (unsigned long long)cell->asked_width, (unsigned long long)cell->workers,
                 (unsigned long long)cell->width, reason);
        notes(line);
    }
}

/* 1 where it now fits; 0, or -ENOMEM. */
static int clamp(struct plan *plan, size_t index, const struct options *options, const char *root,
                 void (*notes)(const char *), char *reason, size_t size)
{
    struct cell *cell = &plan->cells[index];
    const struct cell former = *cell;
    if (!plan_clamp(cell, options, plan->cores, root)) {
        return 0;
    }
    if (is_twin(plan, index)) {
        snprintf(reason, size, "clamped to %llu workers it would be another cell again",
                 (unsigned long long)cell->workers);
        *cell = former;
        return 0;
    }
    cell->asked_workers = former.workers;
    cell->asked_width = former.width;
    cell->clamp = strdup(reason);
    note_clamp(notes, cell, reason);
    return cell->clamp ? 1 : -ENOMEM;
}

static int limit_cell(struct plan *plan, size_t index, const struct options *options,
                      const char *reason, struct error *err)
{
    struct cell *cell = &plan->cells[index];
    if (options->on_limit == ON_LIMIT_FAIL) {
        return error_set(err, -EAGAIN, "--on-limit fail: %s under %s with %llu workers: %.300s",
                         cell->workload->name, cell->mode->name, (unsigned long long)cell->workers,
                         reason);
    }
    cell->limit = strdup(reason);
    return cell->limit ? 0 : error_set(err, -ENOMEM, "no memory");
}

/* A run that is gone on with has the cells that it had (plan_clamped.h). */
static bool may_clamp(const struct options *options, const struct cell *cell)
{
    return options->on_limit == ON_LIMIT_CLAMP && !options->append && !cell->clamp;
}

int plan_limits(struct plan *plan, const struct options *options, const char *root,
                void (*notes)(const char *line), struct error *err)
{
    const uint64_t free_bytes = disk_free_bytes(disk_folder(options));
    uint64_t records = 0;
    struct limits_need asked = {0};
    char reason[TEXT_REASON] = "", text[TEXT_REASON];
    int answer = 0, rc = 0;
    for (size_t i = 0; i < plan->count && rc == 0; i++) {
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
        snprintf(text, sizeof text, "%s", reason);
        int fits = answer == 0;
        if (!fits && may_clamp(options, cell)) {
            fits = clamp(plan, i, options, root, notes, text, sizeof text);
        }
        if (fits < 0) {
            return error_set(err, fits, "no memory");
        }
        if (fits) {
            const uint64_t bytes = record_bytes(plan, cell);
            fits = check_disk(records + bytes + plan_scratch_bytes(cell), free_bytes, options, text,
                              sizeof text) == 0;
            records += fits ? bytes : 0;
        }
        rc = fits ? 0 : limit_cell(plan, i, options, text, err);
    }
    return rc;
}
