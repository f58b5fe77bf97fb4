/*
 * progress.h - one line on stderr that says how far a run is and how long it
 * still takes. Drawn between repetitions only, on a terminal only, and only where the run is
 * estimated at more than two seconds. Thread rules: one thread.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

#include "bench/enough.h"
#include "bench/plan.h"

struct progress {
    const struct plan *plan;
    const struct enough *enough;
    bool drawn;          /* whether lines are drawn at all */
    uint64_t done;       /* repetitions in all */
    uint64_t started;    /* repetitions before this invocation */
    uint64_t invocation; /* which of the plan's, from 1 */
    uint64_t started_ns; /* the clock at the start of the run */
    uint64_t *took_ns;   /* per cell: the latest repetition's whole time, 0: none yet */
};

/* Where memory is short it stays silent. */
void progress_start(struct progress *progress, const struct plan *plan, const struct enough *enough,
                    bool quiet);
/* An invocation starts. */
void progress_invocation(struct progress *progress, uint64_t nth);
/* Before the repetition of cell `index` starts. */
void progress_draw(const struct progress *progress, size_t index);
/* After it, with the time that it took, set-up included. */
void progress_done(struct progress *progress, size_t index, uint64_t took_ns);
/* Nothing runs for that long, between two invocations. */
void progress_pause(const struct progress *progress, uint64_t left_ns);
void progress_end(struct progress *progress);

#endif
