/*
 * plot_command.h - `bench plot DIR...`: reads its options and draws (bench/report/plot.h).
 */
#ifndef BENCH_PLOT_COMMAND_H
#define BENCH_PLOT_COMMAND_H

/* `arguments[0]` is "plot". The exit status. */
int plot_command(int count, char **arguments);

#endif
