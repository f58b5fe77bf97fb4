/*
 * suite_command.h - `bench suite`: claims, each run for real and judged.
 */
#ifndef BENCH_SUITE_SUITE_COMMAND_H
#define BENCH_SUITE_SUITE_COMMAND_H

/* `arguments[0]` is the sub-command. Returns the exit status: 0, whatever the verdicts are; 1 where
 * a repetition failed that no claim wanted to fail, 2 for bad input, 130 after an interrupt. */
int suite_command(int count, char **arguments);

#endif
