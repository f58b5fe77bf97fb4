/*
 * claims_file.h - claims.csv: one row per claim of a suite, beside the rows that it was judged by.
 * Any thread.
 */
#ifndef BENCH_SUITE_CLAIMS_FILE_H
#define BENCH_SUITE_CLAIMS_FILE_H

#include "bench/results/timings.h"

struct claim_row {
    uint64_t schema;
    const char *run; /* as in timings.csv */
    const char *suite, *id, *claim, *verdict, *measured, *reason, *commands;
    uint64_t full; /* 1: the notes' own sizes */
    uint64_t runs; /* measured blocks that were asked for */
    uint64_t cores;
};

/* A new folder/claims.csv. 0 or -errno. */
int claims_write(const char *folder, const struct claim_row *rows, size_t count, struct error *err);

/* The columns, as timings_column() in timings.h. */
const struct column_info *claims_column(size_t index);

#endif
