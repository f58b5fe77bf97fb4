/*
 * stuck.h - sees from outside, while the clock runs, that tasks wait for each other and can never
 * go on. The runner looks now and then; nothing is asked of the tasks beyond what they write into
 * the area of the objects anyway (area.h).
 *
 * It never errs to the one side: a task that was let go but gets no CPU for seconds is not stuck,
 * and is not taken for it, for no time is involved but the order of things. To the other side it
 * may: what it does not see ends by the time limit.
 * Thread rules: the runner's main thread.
 */
#ifndef BENCH_SYNC_STUCK_H
#define BENCH_SYNC_STUCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/repetition/shared.h"

struct stuck_rules {
    uint64_t workers;
    uint64_t at_once; /* tasks that can have started and not ended: of all workers together, or */
    bool shares;      /* of each, where task t is run by worker t % workers */
};

struct stuck {
    struct shared *shared;
    struct stuck_rules rules;
    struct stuck_seen *before, *now; /* of each task, at two looks */
    uint64_t *alive;                 /* of each worker, with shares */
    uint64_t *path;                  /* of each task: by which search for a circle it was passed */
};

/* For a mapping with objects. 0 or -ENOMEM. */
int stuck_open(struct stuck *stuck, struct shared *shared, const struct stuck_rules *rules);
void stuck_close(struct stuck *stuck);

/* Compares with the look before. True: some tasks can never go on; `reason` says who waits for
 * what. */
bool stuck_look(struct stuck *stuck, char *reason, size_t size);

#endif
