/*
 * warnings.h - what disturbed a run, with what helps against each of it.
 *
 * From the rows of timings.csv and machine.json, never from the live machine. One warning per kind
 * of trouble, however many cells it touched. An unknown figure warns of nothing.
 * Pure but for warnings_print(); any thread that has table and object for itself.
 */
#ifndef BENCH_REPORT_WARNINGS_H
#define BENCH_REPORT_WARNINGS_H

#include <jansson.h>
#include <stdio.h>

#include "bench/report/cells.h"

struct warning {
    const char *kind; /* a word or two of our own: "outliers", "drift", "governor" */
    char text[480];   /* may hold text of the files: clean it before printing */
    char remedy[240];
};

/* `machine`: the object of machine.json, or NULL. *list is malloc'ed (free it), NULL where there
 * are none. 0 or -ENOMEM. docs/method.md lists the thresholds. */
int warnings_collect(const struct cell_table *table, const json_t *machine, struct warning **list,
                     size_t *count);

/* A line each, "warning: TEXT. Remedy: REMEDY", as printable ASCII. 0 or -EIO. */
int warnings_print(FILE *out, const struct warning *list, size_t count);

#endif
