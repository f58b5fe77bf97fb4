/*
 * machine_diff.h - what differs between two machines and builds that could explain a ratio.
 *
 * From two machine.json objects: the processor, cores, caches, frequency, kernel, mitigations,
 * virtualisation, memory, build and limits, in the order of how much they matter, and whatever
 * other facts the files hold. Not what differs between any two runs: names, counters since boot,
 * the frequency of the moment. Pure, any thread. Texts are safe to print on a terminal.
 */
#ifndef BENCH_REPORT_MACHINE_DIFF_H
#define BENCH_REPORT_MACHINE_DIFF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { MACHINE_DIFF_NAME = 64, MACHINE_DIFF_VALUE = 120, MACHINE_DIFF_MOST = 200 };

struct machine_difference {
    char path[MACHINE_DIFF_NAME];  /* "cpu.model" */
    char label[MACHINE_DIFF_NAME]; /* "CPU model"; the path where it has no other name */
    char a[MACHINE_DIFF_VALUE];    /* "unknown" where that side does not tell */
    char b[MACHINE_DIFF_VALUE];
};

struct machine_diff {
    bool known_a, known_b; /* false: no machine.json on that side, and so no list */
    struct machine_difference *list;
    size_t count;
    size_t left_out; /* differences past MACHINE_DIFF_MOST */
};

/* NULL: no machine.json. 0 or -ENOMEM; then the diff is empty and needs no freeing. */
int machine_diff_make(struct machine_diff *diff, const json_t *a, const json_t *b);
void machine_diff_free(struct machine_diff *diff);

#endif
