/*
 * asked.h - the command line of `bench suite`.
 */
#ifndef BENCH_SUITE_ASKED_H
#define BENCH_SUITE_ASKED_H

#include "bench/options.h"
#include "bench/suite/suite.h"
#include "bench/util/error.h"

enum { CLAIMS_MAX = 64, SUITE_RUNS = 12 };

struct suite_asked {
    const struct claim *claims[CLAIMS_MAX]; /* that were chosen, in their own order */
    size_t claim_count;
    bool named, crossover, full, list, python, exclusive, quiet, dry_run;
    const char *interpreter; /* of --python=PATH; NULL: the one on the PATH */
    const char *label, *output;
    const char *resume;               /* the folder of a suite that is to be finished; NULL: none */
    uint64_t runs, seed, max_time_ns; /* 0: no limit */
};

/* What is not of cells: runs, time, seed, label, folder. */
void suite_fill(struct options *options, const struct suite_asked *asked);

/* 0, or -EINVAL with one line that names the option, or 1 where --help was asked for. */
int suite_ask(struct suite_asked *asked, int count, char **arguments, struct error *err);

#endif
