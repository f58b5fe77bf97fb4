/*
 * help.h - `bench help [COMMAND]` and every --help. Any thread.
 */
#ifndef BENCH_HELP_H
#define BENCH_HELP_H

/* The general help (NULL) or that of one command, on stdout. 0; 2 with a line on stderr for
 * an unknown command. */
int help_print(const char *command);

/* The names of all commands, NULL-terminated, for guessing. */
extern const char *const help_commands[];

#endif
