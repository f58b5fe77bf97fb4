#include "bench/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/units.h"

#define WORTH_DRAWING_NS UINT64_C(2000000000)

void progress_start(struct progress *progress, const struct plan *plan, const struct enough *enough,
                    bool quiet)
{
    *progress = (struct progress){
        .plan = plan, .enough = enough, .invocation = 1, .started_ns = clock_now_ns()};
    progress->took_ns = calloc(plan->count ? plan->count : 1, sizeof *progress->took_ns);
    progress->drawn = progress->took_ns && !quiet && isatty(STDERR_FILENO) &&
                      plan_estimate_ns(plan, plan->min_runs) > WORTH_DRAWING_NS;
}

void progress_invocation(struct progress *progress, uint64_t nth)
{
    progress->invocation = nth;
    progress->started = progress->done;
}

/* Repetitions and time that this invocation will still take: each costs what the cell took last, or
 * its estimate. */
static void invocation_left(const struct progress *progress, double *repetitions, double *ns)
{
    const struct plan *plan = progress->plan;
    *repetitions = *ns = 0;
    double most = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const bool reference = plan->cells[i].reference;
        const double runs = reference ? most : (double)enough_left(progress->enough, i);
        most = fmax(most, runs);
        *repetitions += runs;
        *ns += runs *
               (double)(progress->took_ns[i] ? progress->took_ns[i] : plan->cells[i].estimate_ns);
    }
}

/* Invocations to come take as long as this one, and their pauses. */
static double left_ns(const struct progress *progress, double invocation_ns)
{
    const struct plan *plan = progress->plan;
    const double spent = (double)(clock_now_ns() - progress->started_ns);
    const double to_come = (double)(plan->invocations - progress->invocation);
    const double whole = spent / (double)progress->invocation + invocation_ns;
    double left = invocation_ns + to_come * (whole + (double)plan->pause_ns);
    if (plan->max_time_ns > 0) {
        left = fmin(left,
                    fmax(0, (double)plan->max_time_ns - spent) + to_come * (double)plan->pause_ns);
    }
    return left;
}

void progress_draw(const struct progress *progress, size_t index)
{
    if (!progress->drawn) {
        return;
    }
    const struct cell *cell = &progress->plan->cells[index];
    char left[32];
    double repetitions, ns;
    invocation_left(progress, &repetitions, &ns);
    fputs("\r\033[K", stderr);
    if (progress->plan->invocations > 1) {
        fprintf(stderr, "invocation %llu/%llu ", (unsigned long long)progress->invocation,
                (unsigned long long)progress->plan->invocations);
    }
    const uint64_t done = progress->done - progress->started;
    fprintf(stderr, "[%llu/%s%.0f] %s %s, about %s left", (unsigned long long)done + 1,
            progress->plan->precision > 0 ? "~" : "", (double)done + fmax(1, repetitions),
            cell->reference ? "reference" : cell->workload->name, cell->mode->name,
            units_human_time(left, sizeof left, left_ns(progress, ns)));
    fflush(stderr);
}

void progress_done(struct progress *progress, size_t index, uint64_t took_ns)
{
    progress->done++;
    if (progress->took_ns) {
        progress->took_ns[index] = took_ns;
    }
}

void progress_pause(const struct progress *progress, uint64_t pause_ns)
{
    if (progress->drawn) {
        char pause[32];
        fprintf(stderr, "\r\033[Kinvocation %llu/%llu starts in %s",
                (unsigned long long)progress->invocation + 1,
                (unsigned long long)progress->plan->invocations,
                units_human_time(pause, sizeof pause, (double)pause_ns));
        fflush(stderr);
    }
}

void progress_end(struct progress *progress)
{
    if (progress->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    free(progress->took_ns);
    progress->took_ns = NULL;
    progress->drawn = false;
}
