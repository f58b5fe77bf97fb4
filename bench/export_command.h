/*
 * export_command.h - `bench export`: one run in a form for other tools.
 */
#ifndef BENCH_EXPORT_COMMAND_H
#define BENCH_EXPORT_COMMAND_H

/* Exit status: 0; 2 bad input; 1 otherwise, with a line on stderr. */
int export_command(int count, char **arguments);

#endif
