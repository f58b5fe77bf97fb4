#include "bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/enough.h"
#include "bench/progress.h"
#include "bench/util/clock.h"

struct run {
    struct measure *asked;
    const struct plan *plan;
    struct enough enough;
    struct progress progress;
    uint64_t measuring_ns; /* spent so far, without pauses */
    uint64_t first;        /* of the plan's invocations, the one that this run begins with */
    bool worked;           /* a repetition was run in the latest invocation */
};

static bool run_is_trouble(const struct measure *asked, const struct cell *cell,
                           const struct timing *row)
{
    return plan_troubled(cell, row->status) &&
           !(asked->expects && asked->expects(asked->user, row));
}

/* A limit that bit in mid-run ends a run that is to end where one does; its row is there. */
static int run_heed_limit(const struct run *run, const struct cell *cell, const struct timing *row,
                          struct error *err)
{
    if (row->status != STATUS_SKIPPED || !plan_runs(cell) ||
        run->asked->options->on_limit != ON_LIMIT_FAIL) {
        return 0;
    }
    return error_set(err, -EAGAIN, "--on-limit fail: %s under %s with %llu workers: %.300s",
                     cell->workload->name, cell->mode->name, (unsigned long long)cell->workers,
                     row->reason);
}

static int run_repetition(struct run *run, size_t index, uint64_t invocation, uint64_t block,
                          struct error *err)
{
    struct measure *asked = run->asked;
    const struct cell *cell = &run->plan->cells[index];
    struct timing row;
    struct shared *shared = NULL;
    uint64_t before = clock_now_ns();

    run->worked = true;
    if (asked->resume && !plan_runs(cell)) {
        asked->resume->said[index] = true;
    }
    record_start_row(asked->record, run->plan, index, invocation, block, &row);
    progress_draw(&run->progress, index);
    int rc = executor_run(asked->executor, cell, row.warmup == 1,
                          plan_timeout_ns(cell, asked->options->timeout_ns), &row, &shared, err);
    if (rc == 0) {
        rc = record_row(asked->record, &row, err);
        asked->troubled += run_is_trouble(asked, cell, &row);
    }
    if (rc == 0) {
        rc = record_tasks(asked->record, run->plan, index, &row, shared, err);
    }
    if (rc == 0) {
        rc = record_states(asked->record, run->plan, index, &row, shared, err);
    }
    if (rc == 0) {
        rc = run_heed_limit(run, cell, &row, err);
    }
    if (rc == 0 && enough_take(&run->enough, index, &row) != 0) {
        rc = error_set(err, -ENOMEM, "no memory");
    }
    executor_release(shared);
    progress_done(&run->progress, index, clock_now_ns() - before);
    return rc;
}

/* The row is there already. */
static bool run_was_done(const struct run *run, size_t index, uint64_t invocation, uint64_t block)
{
    const struct resume *resume = run->asked->resume;
    return resume && invocation == resume->invocation && block == resume->block &&
           resume->done[index];
}

/* What cannot run is said once, where a run goes on when it does: a limit may have come down. */
static bool run_has_said(const struct run *run, size_t index, uint64_t invocation, uint64_t block)
{
    const struct resume *resume = run->asked->resume;
    if (resume) {
        return resume->said[index];
    }
    return block > 1 || invocation > run->asked->record->first_invocation;
}

static bool run_skips(const struct run *run, size_t index, uint64_t invocation, uint64_t block)
{
    if (run_was_done(run, index, invocation, block)) {
        return true;
    }
    if (!plan_runs(&run->plan->cells[index])) {
        return run_has_said(run, index, invocation, block);
    }
    return enough_done(&run->enough, index);
}

static int run_block(struct run *run, uint64_t invocation, uint64_t block, size_t *order,
                     struct error *err)
{
    int rc = 0;
    plan_order(run->plan, invocation, block, order);
    for (size_t i = 0; i < run->plan->count && rc == 0; i++) {
        if (executor_poll(run->asked->executor)) {
            return -EINTR;
        }
        if (!run_skips(run, order[i], invocation, block)) {
            rc = run_repetition(run, order[i], invocation, block, err);
        }
    }
    return rc;
}

/* Each invocation has its part of --max-time, what earlier ones left over included. */
static bool run_is_late(const struct run *run, uint64_t nth, uint64_t started_ns)
{
    const struct plan *plan = run->plan;
    if (plan->max_time_ns == 0) {
        return false;
    }
    uint64_t spent = run->measuring_ns + clock_now_ns() - started_ns;
    double parts = (double)(plan->invocations - run->first + 1);
    return spent >= (uint64_t)((double)plan->max_time_ns * (double)(nth - run->first + 1) / parts);
}

static int run_invocation(struct run *run, uint64_t nth, size_t *order, struct error *err)
{
    const uint64_t started_ns = clock_now_ns();
    const uint64_t invocation = run->asked->record->first_invocation + nth - 1;
    const uint64_t blocks = run->plan->warmup + run->plan->max_runs;
    const struct resume *resume = run->asked->resume;
    const uint64_t first = resume && resume->invocation == invocation ? resume->block : 1;
    run->worked = false;
    enough_begin(&run->enough);
    int rc = 0;
    if (resume && resume_recall(resume, run->asked->record->rows, invocation, &run->enough) != 0) {
        rc = error_set(err, -ENOMEM, "no memory");
    }
    for (uint64_t block = first; block <= blocks && rc == 0; block++) {
        if (block > 1 && enough_all(&run->enough)) {
            break;
        }
        /* Warm-up blocks alone would be time spent on nothing. */
        if (block > run->plan->warmup + 1 && run_is_late(run, nth, started_ns)) {
            run->asked->late_after = nth == run->plan->invocations ? block - 1 : 0;
            break;
        }
        rc = run_block(run, invocation, block, order, err);
    }
    run->measuring_ns += clock_now_ns() - started_ns;
    return rc;
}

/* The machine's mood is to change between two invocations. */
static int run_pause(struct run *run)
{
    const uint64_t until = clock_now_ns() + run->plan->pause_ns;
    for (uint64_t now = clock_now_ns(); now < until; now = clock_now_ns()) {
        progress_pause(&run->progress, until - now);
        uint64_t left = until - now < NS_PER_SECOND ? until - now : NS_PER_SECOND;
        if (executor_sleep(run->asked->executor, left)) {
            return -EINTR;
        }
    }
    return 0;
}

int measure_run(struct measure *measure, struct error *err)
{
    struct run run = {.asked = measure, .plan = measure->plan};
    size_t *order = calloc(run.plan->count ? run.plan->count : 1, sizeof *order);
    int rc = order ? enough_open(&run.enough, run.plan) : -ENOMEM;
    if (rc != 0) {
        free(order);
        return error_set(err, rc, "no memory");
    }
    enough_begin(&run.enough);
    progress_start(&run.progress, run.plan, &run.enough, measure->options->quiet);
    run.first =
        measure->resume ? measure->resume->invocation - measure->record->first_invocation + 1 : 1;
    for (uint64_t nth = run.first; nth <= run.plan->invocations && rc == 0; nth++) {
        rc = run.worked ? run_pause(&run) : 0;
        if (rc == 0) {
            progress_invocation(&run.progress, nth);
            rc = run_invocation(&run, nth, order, err);
        }
    }
    progress_end(&run.progress);
    enough_close(&run.enough);
    free(order);
    return rc == -EINTR && measure->executor->interrupted ? 0 : rc;
}
