/*
 * run.h - `bench run`: options -> plan -> execute -> record -> summarize -> plot.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

/* `arguments[0]` is the sub-command. Returns the exit status: 0, 1 where a repetition or the
 * run failed, 2 for bad input, 130 after an interrupt. */
int run_command(int count, char **arguments);

#endif
