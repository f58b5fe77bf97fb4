/*
 * say.h - one line to the user on stderr: "bench: ...". For everything that is
 * not a result. Any thread.
 */
#ifndef BENCH_SAY_H
#define BENCH_SAY_H

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
