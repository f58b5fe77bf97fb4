/*
 * compare_command.h - `bench compare [LABEL=]DIR [LABEL=]DIR...`
 */
#ifndef BENCH_COMPARE_COMMAND_H
#define BENCH_COMPARE_COMMAND_H

/* `arguments[0]` is the sub-command. Exit status: 0, 1 where it failed, 2 for bad input, 3 where
 * --fail-on-regression found one. */
int compare_command(int count, char **arguments);

#endif
