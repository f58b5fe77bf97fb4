/*
 * plain.h - text from result files, made safe to show.
 *
 * A CSV file may come from anywhere: its names and reasons must not steer a
 * terminal, break a derived CSV file or mean anything to gnuplot. Pure, any
 * thread. Both cut text that is too long, ending it in "...", and return `text`.
 */
#ifndef BENCH_REPORT_PLAIN_H
#define BENCH_REPORT_PLAIN_H

#include <stddef.h>

/* `from` as printable ASCII; every other character becomes one '?'. */
char *plain_text(char *text, size_t size, const char *from);

/* The same for one field of a CSV file that gnuplot reads and draws: also without comma,
 * double quote, backslash and "]]>", and never empty ("-"). */
char *plain_field(char *text, size_t size, const char *from);

#endif
