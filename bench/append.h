/*
 * append.h - a run that is there already, to be gone on with: `bench run --append DIR` adds
 * invocations, `bench run --resume DIR` finishes one that was stopped (resume.h).
 *
 * The plan comes from the command line that the folder's machine.json holds; no path in
 * it is followed. Nothing is added where the machine, the build or the plan are not those of the
 * rows that are there. Thread rules: one thread.
 */
#ifndef BENCH_APPEND_H
#define BENCH_APPEND_H

#include <jansson.h>

#include "bench/options.h"
#include "bench/plan.h"
#include "bench/results/texts.h"
#include "bench/results/timings.h"

struct append {
    json_t *machine;     /* machine.json */
    struct timing *rows; /* malloc'ed */
    size_t count;
    size_t *cells;         /* by append_check(): of the plan, one for each row */
    uint64_t invocations;  /* the last one that is there */
    uint64_t first, added; /* resumed: the first invocation of those asked for last, and how many
                            * were, 0: as many as the command line says */
    const char *option;    /* --append or --resume, for messages */
    bool resume;
    int lock; /* of the folder, 0: none */
};

/* Keeps other runs from adding to the folder as long as *lock is open. 0, -EBUSY with why where one
 * does, or -errno. A file system without locks has none to offer: then *lock is open all the same.
 */
int append_lock(const char *folder, int *lock, struct error *err);

/* Reads the folder that options->append names. With options->resume half a row at the end of a file
 * is cut off first. 0, -EINVAL with why, or -errno. */
int append_open(struct append *append, const struct options *options, struct texts *texts,
                struct error *err);

/* Puts the options of that run in place of `options`, which keeps only how often and how far apart
 * (invocations, pause, time, quiet, dry run). 0, -EINVAL with why, or -ENOMEM. A suite has several
 * options, which it makes itself (suite_resume.h). */
int append_options(const struct append *append, struct options *options, struct texts *texts,
                   struct error *err);

/* Is this the machine (`facts` of now), the build and the plan of the rows? A resumed run may lack
 * cells. 0 or -EINVAL with what differs. */
int append_check(struct append *append, const struct plan *plan, const json_t *facts,
                 struct error *err);

void append_close(struct append *append);

#endif
