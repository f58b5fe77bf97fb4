/*
 * run.h - `bench run`: options -> plan -> execute -> record -> summarize -> plot.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <jansson.h>

#include "bench/options.h"
#include "bench/record.h"

/* `arguments[0]` is the sub-command. Returns the exit status: 0, 1 where a repetition or the
 * run failed, 2 for bad input, 130 after an interrupt. */
int run_command(int count, char **arguments);

/* What another command than `run` makes of the rows, in place of summary and charts. `facts` are
 * those of machine.json. Returns 0, or 1 where it failed. */
struct run_teller {
    const char *command; /* its name */
    int (*tell)(void *user, const struct record *record, const json_t *facts, bool interrupted);
    void *user;
    bool always; /* what there is after an interrupt is told, too */
    /* Whether a row that is neither ok nor unsupported is no trouble; NULL: none is. */
    bool (*expects)(void *user, const struct timing *row);
};

/* The stages for options that are made already, `option_count` of them, whose cells become one plan
 * (plan_make_all(), what is not of cells is the first one's); `teller` NULL: summary and charts.
 * The first of `options` may be changed. The arguments are told in machine.json. Exit status as
 * above. */
int run_options(struct options *options, size_t option_count, int count, char **arguments,
                const struct run_teller *teller);

#endif
