/*
 * progress.h - one line on stderr that says how far a run is and how long it
 * still takes. Drawn between repetitions only, on a terminal only, and only where the run is
 * estimated at more than two seconds. Thread rules: one thread.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

#include "bench/plan.h"

struct progress {
    const struct plan *plan;
    bool drawn;        /* whether lines are drawn at all */
    uint64_t done;     /* repetitions */
    uint64_t *took_ns; /* per cell: the latest repetition's whole time, 0: none yet */
};

/* Where memory is short it stays silent. */
void progress_start(struct progress *progress, const struct plan *plan, bool quiet);
/* Before the repetition of cell `index` starts. */
void progress_draw(const struct progress *progress, size_t index);
/* After it, with the time that it took, set-up included. */
void progress_done(struct progress *progress, size_t index, uint64_t took_ns);
/* Clears the line, so that other text can be written. */
void progress_clear(const struct progress *progress);
void progress_end(struct progress *progress);

#endif
