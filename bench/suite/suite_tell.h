/*
 * suite_tell.h - what is made of a suite's rows: verdicts, files, tables, charts. As struct
 * run_teller (run.h) wants it; `user` is a struct suite.
 */
#ifndef BENCH_SUITE_SUITE_TELL_H
#define BENCH_SUITE_SUITE_TELL_H

#include "bench/run.h"
#include "bench/suite/asked.h"

struct suite {
    const struct suite_asked *asked;
    struct topology_counts counts;
    struct finding *findings; /* one per claim */
    bool twins;               /* CPython is to be set beside bench */
    char *interpreter;        /* its path, or NULL: then no_python says why */
    char no_python[256];
};

int suite_tell(void *user, const struct record *record, const json_t *facts, bool interrupted);

/* A claim may want a repetition to end badly, and one that this machine has no room for cannot be
 * tested: neither is trouble. */
bool suite_expects(void *user, const struct timing *row);

#endif
