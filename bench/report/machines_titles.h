/*
 * machines_titles.h - what the chart of compared runs says was found, in words that fit a sheet.
 * All are fields (plain_field) and return `text`. Pure, any thread.
 */
#ifndef BENCH_REPORT_MACHINES_TITLES_H
#define BENCH_REPORT_MACHINES_TITLES_H

#include "bench/report/compare.h"

/* Of one run beside the base: in how many cells it was seen to be faster and slower. */
char *machines_finding(char *text, size_t size, const struct comparison *comparison);

/* Which runs, how many cells, and what could not be compared. */
char *machines_note(char *text, size_t size, const struct comparison *comparison, size_t shown);

/* Of all runs, the one that differs in most cells first. */
char *machines_headline(char *text, size_t size, const struct comparison *list, size_t count);

#endif
