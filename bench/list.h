/*
 * list.h - `bench list`: what the registry holds, for people and for scripts.
 */
#ifndef BENCH_LIST_H
#define BENCH_LIST_H

/* `arguments[0]` is the sub-command. Returns the exit status. */
int list_command(int count, char **arguments);

#endif
