/*
 * command_line.h - what the commands' options have in common: their values, and what is said of
 * bad ones. All return 0, or -EINVAL with one line that names the option. Pure, any thread.
 */
#ifndef BENCH_COMMAND_LINE_H
#define BENCH_COMMAND_LINE_H

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"

/* "unknown workload 'cpuu': did you mean 'cpu'? known: cpu, float, ..." */
int command_line_unknown(struct error *err, const char *what, const char *typed,
                         const char *const *known, size_t count);

/* The option's name, without the dashes; NULL for one that is not known. */
const char *command_line_option_name(const struct option *known, int option);

/* What getopt_long refused: `typed` is the word, `result` '?' or ':'; `known` ends in a NULL name.
 */
int command_line_bad(const struct option *known, const char *command, const char *typed, int result,
                     struct error *err);

/* What a command takes. Each of the two returns 0, or a negative code that ends the reading and is
 * its result; `user` is the command's own. */
struct command_line {
    const char *command;          /* as `bench help COMMAND` knows it */
    const struct option *options; /* end in a NULL name */
    int help;                     /* value of the option --help */
    int (*option)(void *user, int option, const char *text, struct error *err);
    int (*word)(void *user, const char *word, struct error *err); /* what is no option */
};

/* Reads a command's options and other words in their order; `arguments[0]` is the command. 0, or 1
 * where --help was asked for. Uses getopt(3), so one thread at a time. */
int command_line_read(const struct command_line *line, int count, char **arguments, void *user,
                      struct error *err);

int command_line_number(const char *option, const char *text, uint64_t min, uint64_t max,
                        uint64_t *number, struct error *err);

/* A time from `min` to a week, in ns. */
int command_line_time(const char *option, const char *text, uint64_t min, uint64_t *ns,
                      struct error *err);

/* A percentage from `min` to `max` per cent, as a share: "2%" gives 0.02. */
int command_line_share(const char *option, const char *text, double min, double max, double *share,
                       struct error *err);

/* The first part of a result folder's name (--label), and the folder itself (--output). */
int command_line_label(const char *text, const char **label, struct error *err);
int command_line_output(const char *text, const char **output, struct error *err);

/* The index of the word in `names`, which end in NULL. */
int command_line_choice(const char *option, const char *text, const char *const *names,
                        unsigned *chosen, struct error *err);

#endif
