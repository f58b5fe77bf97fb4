/*
 * claims.h - claims.csv: one row per claim of a suite, beside the rows that it was judged by.
 * Any thread.
 */
#ifndef BENCH_RESULTS_CLAIMS_H
#define BENCH_RESULTS_CLAIMS_H

#include "bench/results/timings.h"

struct claim_row {
    uint64_t schema;
    const char *run; /* as in timings.csv */
    const char *suite, *id, *claim, *verdict, *measured, *reason, *commands;
    uint64_t full; /* 1: the notes' own sizes */
    uint64_t runs; /* measured blocks that were asked for */
    uint64_t cores;
};

/* folder/claims.csv, in the place of one that is there. 0 or -errno. */
int claims_write(const char *folder, const struct claim_row *rows, size_t count, struct error *err);

/* *rows is malloc'ed, NULL where there are none. 0; -ENOENT where the folder holds none; -EINVAL
 * with the place and why; -errno. */
int claims_read(const char *folder, struct texts *texts, struct claim_row **rows, size_t *count,
                struct error *err);

/* The columns, as timings_column() in timings.h. */
const struct column_info *claims_column(size_t index);

#endif
