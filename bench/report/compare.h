/*
 * compare.h - two or more runs set side by side: the cells that they share, judged; the ones that
 * they do not, named. Pure but for compare_load(), which reads a folder.
 * Thread rules: one thread at a time per comparison.
 */
#ifndef BENCH_REPORT_COMPARE_H
#define BENCH_REPORT_COMPARE_H

#include <jansson.h>

#include "bench/report/cells.h"
#include "bench/report/judge.h"
#include "bench/results/texts.h"
#include "bench/util/error.h"

enum { COMPARE_RUNS = 32, COMPARE_REASON = 256, COMPARE_NAME = 256 };

struct compared_run {
    char label[COMPARE_NAME]; /* safe to print, distinct */
    const char *folder;
    struct timing *rows;
    size_t count;
    struct cell_table table;
    json_t *machine; /* machine.json, NULL where there is none */
    struct judge_noise noise;
    size_t invocations; /* most that any cell has */
};

struct compared_cell {
    const struct cell_figures *a, *b; /* base, other */
    const struct cell_group *group_a, *group_b;
    char name[COMPARE_NAME]; /* "cpu rounds=7500000 thread-pool x2": only what tells cells apart */
    struct judge_pair pair;
    double speedup_ratio; /* b's speed-up over its own serial / a's; NaN */
};

struct compared_refusal { /* the same names, but not the same work */
    char name[COMPARE_NAME], reason[COMPARE_REASON];
};

struct comparison { /* of one run with the base, the first one; or of two works of one run */
    const struct compared_run *a, *b;
    bool within;  /* of one run: paired by block */
    double *logs; /* what the paired cells' ratios lie in */
    size_t log_count;
    struct compared_cell *cells;
    size_t count;
    struct compared_refusal *refused; /* cell by cell */
    size_t refused_count;
    const struct cell_figures **missing_a, **missing_b; /* measured on the other side only */
    size_t missing_a_count, missing_b_count;
    double geomean;              /* of the cells' ratios; NaN without any */
    double moved;                /* log of the reference cells' ratio on one machine, else 0 */
    struct judge_pair reference; /* of the reference cells; ratio NaN where one side has none */
};

/* Reads a folder; `label` NULL: the folder's own name. 0, -EINVAL with the place and why, -errno.
 */
int compare_load(struct compared_run *run, const char *label, const char *folder,
                 struct texts *texts, struct error *err);
void compare_unload(struct compared_run *run);

/* Two runs must not have one name, or nobody could tell which is which: a number is put behind. */
void compare_tell_apart(struct compared_run *runs, size_t count);

/* Works of one run that differ in parameters, tasks, rate or version, as if they were runs: each
 * workload's first one is the base of the others. */
struct compared_within {
    struct comparison *list;
    size_t count;
    struct compared_run *views; /* what a and b of the list point at */
};
/* 0, -ENOENT where no workload has two works, or -ENOMEM. `run` must outlive it. */
int compare_within(struct compared_within *within, const struct compared_run *run,
                   const struct judge_rules *rules, const char *filter);
void compare_within_free(struct compared_within *within);

/* `filter`: a shell pattern that "workload/mode" must match, NULL: all. 0 or -ENOMEM. */
int compare_make(struct comparison *comparison, const struct compared_run *a,
                 const struct compared_run *b, const struct judge_rules *rules, const char *filter);
void compare_free(struct comparison *comparison);

/* Each further run with the first one: count - 1 comparisons. The caller frees the list. */
int compare_with_first(struct comparison **list, const struct compared_run *runs, size_t count,
                       const struct judge_rules *rules, const char *filter);
void compare_list_free(struct comparison *list, size_t count);

#endif
