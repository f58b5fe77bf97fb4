/*
 * resume.h - where a run stopped that is to be finished: `bench run --resume DIR`.
 *
 * Opened and checked as an appended one (append.h); this says what of the plan is done. Pure; any
 * thread that has the run for itself.
 */
#ifndef BENCH_RESUME_H
#define BENCH_RESUME_H

#include "bench/append.h"
#include "bench/enough.h"

struct resume {
    uint64_t first;      /* invocation of those that were asked for together */
    uint64_t invocation; /* that goes on, counted as in the rows */
    uint64_t block;      /* the last one of it that was begun */
    bool *done;          /* per cell of the plan: it has its row in that block */
    bool *left_out; /* a limit kept it from all blocks of that invocation, and does no longer */
    bool *said;     /* its last row since `first` says why it cannot run */
    size_t left_outs;
    uint64_t skipped_cells;       /* whose rows tell of nothing but a limit */
    uint64_t skipped_repetitions; /* of the other cells, that a limit kept from running */
    uint64_t troubled;            /* rows for which the whole run's exit status is 1 */
    const size_t *cell;           /* the cell of each row that is there, borrowed from `append` */
    size_t count;
};

/* What `append`, checked against the plan, has of it. A repetition that a signal stopped is to be
 * made again, and so is one that a limit stood in the way of, where the limit does so no longer and
 * the cell has its earlier blocks; else the cell is left out to the end of the invocation, for it
 * would lack its warm-up and blocks that the others have. 0 or -ENOMEM. */
int resume_find(struct resume *resume, const struct append *append, const struct plan *plan);

/* Tells `enough`, which has just begun, what the invocation has already: `rows` are those that
 * `append` had. 0 or -ENOMEM. */
int resume_recall(const struct resume *resume, const struct timing *rows, uint64_t invocation,
                  struct enough *enough);

/* The time that what is left will take, with so many measured blocks in each invocation (as
 * plan_estimate_ns()). `enough` has recalled the invocation that goes on. */
uint64_t resume_left_ns(const struct resume *resume, const struct enough *enough, uint64_t runs);

void resume_free(struct resume *resume);

/* Whether the row counts: one that was interrupted is made again. */
bool resume_counts(const struct timing *row);

#endif
