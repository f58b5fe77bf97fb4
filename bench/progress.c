#include "bench/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util/units.h"

#define WORTH_DRAWING_NS UINT64_C(2000000000)

void progress_start(struct progress *progress, const struct plan *plan, bool quiet)
{
    *progress = (struct progress){.plan = plan};
    progress->took_ns = calloc(plan->count ? plan->count : 1, sizeof *progress->took_ns);
    progress->drawn = progress->took_ns && !quiet && isatty(STDERR_FILENO) &&
                      plan_estimate_ns(plan) > WORTH_DRAWING_NS;
}

/* Each block still to come costs what each cell took last, or its estimate. */
static double left_ns(const struct progress *progress)
{
    const struct plan *plan = progress->plan;
    double block_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->cells[i].unsupported) {
            block_ns +=
                (double)(progress->took_ns[i] ? progress->took_ns[i] : plan->cells[i].estimate_ns);
        }
    }
    uint64_t all = (plan->warmup + plan->runs) * plan->count;
    return block_ns * (double)(all - progress->done) / (double)plan->count;
}

void progress_draw(const struct progress *progress, size_t index)
{
    if (progress->drawn) {
        const struct plan *plan = progress->plan;
        char left[32];
        fprintf(stderr, "\r\033[K[%llu/%llu] %s %s, about %s left",
                (unsigned long long)progress->done + 1,
                (unsigned long long)((plan->warmup + plan->runs) * plan->count),
                plan->cells[index].workload->name, plan->cells[index].mode->name,
                units_human_time(left, sizeof left, left_ns(progress)));
        fflush(stderr);
    }
}

void progress_done(struct progress *progress, size_t index, uint64_t took_ns)
{
    progress->done++;
    if (progress->took_ns) {
        progress->took_ns[index] = took_ns;
    }
}

void progress_clear(const struct progress *progress)
{
    if (progress->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

void progress_end(struct progress *progress)
{
    progress_clear(progress);
    free(progress->took_ns);
    progress->took_ns = NULL;
    progress->drawn = false;
}
