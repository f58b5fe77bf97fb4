/*
 * bars_text.h - bars of a chart drawn on a terminal, in plain ASCII. Thread rules: any thread.
 */
#ifndef BENCH_REPORT_BARS_TEXT_H
#define BENCH_REPORT_BARS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct bar_text {
    const char *name;  /* printable ASCII */
    double value;      /* > 0; NaN: no bar, the label alone */
    double low, high;  /* its interval, drawn as |=o-| with o at the value; NaN: there is none */
    const char *label; /* at the right: the value with its unit, or why there is none */
    bool winner;       /* marked by * */
};

/* A line for each bar: name, bar from zero (or, where the largest is more than 20 times the least,
 * on a log scale, which is said in a line of its own), label. Where a line has no room for all
 * three, the name stands above the bar. At most `width` columns, at least 40 are taken. */
void bars_text_print(FILE *out, const struct bar_text *bars, size_t count, size_t width);

/* Whether names of up to so many characters and labels leave a line too little room for a bar. */
bool bars_text_narrow(size_t names, size_t labels, size_t width);

#endif
