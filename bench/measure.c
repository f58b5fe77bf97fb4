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
};

static bool run_is_trouble(const struct measure *asked, const struct cell *cell,
                           const struct timing *row)
{
    return row->status != STATUS_OK && row->status != STATUS_UNSUPPORTED &&
           !plan_meant(cell, row->status) && !(asked->expects && asked->expects(asked->user, row));
}

static int run_repetition(struct run *run, size_t index, uint64_t invocation, uint64_t block,
                          struct error *err)
{
    struct measure *asked = run->asked;
    const struct cell *cell = &run->plan->cells[index];
    struct timing row;
    struct shared *shared = NULL;
    uint64_t before = clock_now_ns();

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
    if (rc == 0 && enough_take(&run->enough, index, &row) != 0) {
        rc = error_set(err, -ENOMEM, "no memory");
    }
    executor_release(shared);
    progress_done(&run->progress, index, clock_now_ns() - before);
    return rc;
}

/* What cannot run is said once. */
static bool run_skips(const struct run *run, size_t index, uint64_t invocation, uint64_t block)
{
    if (!plan_runs(&run->plan->cells[index])) {
        return block > 1 || invocation > run->asked->record->first_invocation;
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
    return spent >= (uint64_t)((double)plan->max_time_ns * (double)nth / (double)plan->invocations);
}

static int run_invocation(struct run *run, uint64_t nth, size_t *order, struct error *err)
{
    const uint64_t started_ns = clock_now_ns();
    const uint64_t invocation = run->asked->record->first_invocation + nth - 1;
    const uint64_t blocks = run->plan->warmup + run->plan->max_runs;
    int rc = 0;
    enough_begin(&run->enough);
    for (uint64_t block = 1; block <= blocks && rc == 0; block++) {
        if (block > 1 && enough_all(&run->enough)) {
            break;
        }
        /* Warm-up blocks alone would be time spent on nothing. */
        if (block > run->plan->warmup + 1 && run_is_late(run, nth, started_ns)) {
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
    for (uint64_t nth = 1; nth <= run.plan->invocations && rc == 0; nth++) {
        rc = nth > 1 ? run_pause(&run) : 0;
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
