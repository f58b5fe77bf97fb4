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
    int (*tell)(void *user, const struct record *record, const json_t *facts);
    void *user;
};

/* The stages for options that are made already; `teller` NULL: summary and charts. `options` may
 * be changed. The arguments are told in machine.json. Exit status as above. */
int run_options(struct options *options, int count, char **arguments,
                const struct run_teller *teller);

#endif
