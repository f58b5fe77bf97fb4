#include "bench/plan_cell.h"

#include "bench/coroutine/coroutine.h"
#include "bench/util/extremes.h"
#include "bench/util/saturate.h"

/* Rough costs for plans: what making one worker takes, and one coroutine. */
#define COROUTINE_NS   UINT64_C(500)
#define THREAD_NS      UINT64_C(50000)
#define PROCESS_NS     UINT64_C(200000)
#define IMAGE_NS       UINT64_C(1500000)
#define IMAGE_START_NS UINT64_C(5000000) /* a repetition's own start and end */

static bool on_loop(const struct mode *mode)
{
    return mode->inner == MODE_INNER_COROUTINES || mode->inner == MODE_INNER_STEPS;
}

const struct wait *plan_wait(const struct wait *asked, const struct workload *workload,
                             const struct mode *mode)
{
    if (asked) {
        return asked;
    }
    if (!on_loop(mode)) {
        return registry_wait("blocking");
    }
    /* Files never are "ready": the other loops hand them to helper threads. */
    const struct wait *uring = registry_wait("uring");
    bool files = workload->files && uring && !(uring->unavailable && uring->unavailable());
    return files ? uring : registry_wait("epoll");
}

void plan_schedule(struct cell *cell, const struct options *options, enum schedule_kind asked)
{
    const struct mode *mode = cell->mode;
    bool takes = mode->queue || mode->inner == MODE_INNER_COROUTINES;
    bool sliced = takes && schedule_slices(asked);
    cell->schedule = (struct schedule){.kind = takes ? asked : SCHEDULE_OFF};
    if (mode->interpreter) {
        cell->schedule = (struct schedule){.kind = SCHEDULE_GIL, .slice_ns = options->switch_ns};
    } else if (sliced) {
        cell->schedule.slice_ns = options->slice_ns;
    }
    if (takes && asked == SCHEDULE_MLFQ) {
        cell->schedule.levels = options->levels;
        cell->schedule.boost_ns = options->boost_ns;
    }
}

static void settle_width(struct cell *cell, const struct options *options)
{
    uint64_t share = (cell->tasks + cell->workers - 1) / cell->workers;
    bool alone = cell->mode->inner == MODE_INNER_NONE || (on_loop(cell->mode) && cell->wait->calls);
    cell->width = alone                                           ? 1
                  : options->width == 0 || options->width > share ? share
                                                                  : options->width;
    cell->threads = cell->mode->inner == MODE_INNER_THREADS ? cell->width : 1;
}

static void settle_stacks(struct cell *cell, const struct options *options)
{
    uint64_t in_a_process = cell->width * (cell->mode->processes ? 1 : cell->workers);
    if (cell->mode->inner != MODE_INNER_COROUTINES) {
        cell->shared_stack = cell->guarded_stacks = false; /* of the mode that was planned before */
        cell->stack_bytes = 0;
        return;
    }
    cell->shared_stack = options->stacks == STACKS_SHARED ||
                         (options->stacks == STACKS_AUTO && in_a_process > OWN_STACKS_MAX);
    cell->guarded_stacks = !cell->shared_stack && in_a_process <= coroutine_guards_most();
    cell->stack_bytes = options->stack_bytes ? options->stack_bytes
                        : cell->shared_stack ? SHARED_STACK_BYTES
                                             : OWN_STACK_BYTES;
}

uint64_t plan_at_once(const struct cell *cell)
{
    if (cell->sync) {
        return 1;
    }
    uint64_t most = cell->workers * cell->width;
    return most < cell->tasks ? most : cell->tasks;
}

const char *plan_schedule_unsupported(const struct cell *cell)
{
    enum schedule_kind kind = cell->schedule.kind;
    if (cell->mode->queue && schedule_slices(kind)) {
        return "a pool's worker runs each task to its end: --schedule rr and mlfq take turns of "
               "coroutines";
    }
    if (kind != SCHEDULE_OFF && cell->mode->inner == MODE_INNER_COROUTINES && cell->wait->calls) {
        return "a schedule of coroutines needs an event loop: --wait epoll, or another but "
               "blocking";
    }
    if (kind == SCHEDULE_SJF && !cell->workload->length_ns) {
        return "shortest job first needs tasks of known lengths: --workload jobs";
    }
    if (kind == SCHEDULE_PRIORITY && !cell->workload->priority) {
        return "a priority schedule needs tasks that have one: --workload jobs";
    }
    return NULL;
}

/* In the order in which a user would mend it. */
static const char *unsupported(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    const char *reason = cell->mode->unsupported ? cell->mode->unsupported(workload) : NULL;
    if (reason) {
        return reason;
    }
    if (!on_loop(cell->mode) && !cell->wait->calls) {
        return "its workers run one task each and block: --wait blocking, or auto";
    }
    if (cell->mode->inner == MODE_INNER_STEPS && !cell->wait->engine) {
        return "call-backs need an event loop: --wait epoll, or another but blocking";
    }
    reason = plan_schedule_unsupported(cell);
    if (reason) {
        return reason;
    }
    reason = cell->wait->unavailable ? cell->wait->unavailable() : NULL;
    if (reason) {
        return reason;
    }
    return workload->unsupported ? workload->unsupported(cell->values, cell->tasks) : NULL;
}

/* So many tasks must run at once, if fewer do; else 0. */
static uint64_t too_few(const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    uint64_t together = workload->together ? workload->together(cell->values, cell->tasks) : 1;
    return plan_at_once(cell) < together ? together : 0;
}

static uint64_t worker_ns(const struct cell *cell)
{
    return cell->mode->image_per_worker ? IMAGE_NS : cell->mode->processes ? PROCESS_NS : THREAD_NS;
}

/* Until the last one has arrived. */
static unsigned __int128 arrivals_ns(const struct cell *cell, uint64_t rate)
{
    const struct workload *workload = cell->workload;
    uint64_t count = workload->own_pace && workload->request_count
                         ? workload->request_count(cell->values)
                         : cell->tasks;
    return rate == 0 ? 0 : (unsigned __int128)count * 1000000000 / rate;
}

/* What is not known to wait is taken to compute, since a repetition is ended when it takes far
 * longer than its estimate. */
static uint64_t computes_ns(const struct cell *cell, uint64_t task_ns)
{
    const struct workload *workload = cell->workload;
    bool all = workload->kind == WORKLOAD_CPU || workload->kind == WORKLOAD_MIXED;
    return workload->computes_ns ? workload->computes_ns(cell->values) : all ? task_ns : 0;
}

/* How many tasks get on at the same time: those that wait for something all do, those that
 * compute have a core each at the best, and those of one worker, or under one interpreter lock,
 * share one. Of tasks that compute for a part of their time so many keep the cores busy. What the
 * workload itself lets through one by one, no mode does at once. */
static uint64_t side_by_side(const struct cell *cell, uint64_t task_ns, uint64_t cores)
{
    const struct workload *workload = cell->workload;
    uint64_t busy = cell->mode->interpreter ? 1 : cell->workers < cores ? cell->workers : cores;
    uint64_t most = plan_at_once(cell), computes = computes_ns(cell, task_ns);
    if (workload->side_by_side) {
        most = smaller(most, workload->side_by_side(cell->values, cell->tasks));
    }
    if (computes > 0) {
        most = smaller(most, saturate((unsigned __int128)busy * task_ns / computes));
    }
    return most > 0 ? most : 1;
}

static uint64_t estimate(const struct cell *cell, const struct options *options, uint64_t cores)
{
    uint64_t task_ns = cell->workload->estimate_ns(cell->values);
    uint64_t parallel = side_by_side(cell, task_ns, cores);
    uint64_t made = cell->mode->workers == MODE_WORKERS_PER_TASK ? cell->tasks : cell->workers;
    uint64_t rounds = (cell->tasks + parallel - 1) / parallel;
    unsigned __int128 total = (unsigned __int128)rounds * task_ns + IMAGE_START_NS;
    if (cell->mode->workers != MODE_WORKERS_ONE) {
        total += (unsigned __int128)made * worker_ns(cell);
    }
    if (cell->mode->inner != MODE_INNER_NONE) {
        total += (unsigned __int128)cell->tasks *
                 (cell->mode->inner == MODE_INNER_THREADS ? THREAD_NS : COROUTINE_NS);
    }
    return saturate(total + arrivals_ns(cell, options->rate));
}

void plan_settle(struct cell *cell, const struct options *options, uint64_t cores)
{
    settle_width(cell, options);
    settle_stacks(cell, options);
    const char *reason = unsupported(cell);
    cell->together = reason ? 0 : too_few(cell);
    cell->unsupported = cell->together > 0 ? "its tasks wait for each other" : reason;
    cell->estimate_ns = estimate(cell, options, cores);
}
