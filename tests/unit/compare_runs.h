/*
 * compare_runs.h - comparisons put together by hand, for the tests of what prints them: rows are
 * gathered as in life, the judging is the test's.
 */
#ifndef TESTS_COMPARE_RUNS_H
#define TESTS_COMPARE_RUNS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare.h"
#include "tests/unit/report_rows.h"

enum { RUNS_CELLS = 64 };

struct compare_runs {
    struct rows rows_a, rows_b;
    struct compared_run a, b;
    struct compared_cell cells[RUNS_CELLS];
    struct compared_refusal refused[RUNS_CELLS];
    const struct cell_figures *missing_a[RUNS_CELLS], *missing_b[RUNS_CELLS];
    struct comparison comparison;
};

/* Fill both rows' first. Labels "before" and "after", one invocation, nothing known of noise. */
static inline void compare_runs_gather(struct compare_runs *runs)
{
    struct compared_run *side[] = {&runs->a, &runs->b};
    struct rows *rows[] = {&runs->rows_a, &runs->rows_b};
    for (size_t i = 0; i < 2; i++) {
        strcpy(side[i]->label, i == 0 ? "before" : "after");
        side[i]->folder = i == 0 ? "results/before" : "results/after";
        side[i]->rows = rows[i]->row;
        side[i]->count = rows[i]->count;
        side[i]->invocations = 1;
        if (cells_gather(&side[i]->table, rows[i]->row, rows[i]->count, 0) != 0)
            abort();
    }
    struct judge_pair *reference = &runs->comparison.reference;
    *reference = (struct judge_pair){.ratio = (double)NAN, .p = (double)NAN};
    runs->comparison.a = &runs->a;
    runs->comparison.b = &runs->b;
    runs->comparison.cells = runs->cells;
    runs->comparison.refused = runs->refused;
    runs->comparison.missing_a = runs->missing_a;
    runs->comparison.missing_b = runs->missing_b;
    runs->comparison.geomean = (double)NAN;
}

static inline const struct cell_figures *compare_runs_find(const struct compared_run *run,
                                                           const char *workload, const char *mode,
                                                           const struct cell_group **group)
{
    for (size_t g = 0; g < run->table.count; g++)
        for (size_t c = 0; c < run->table.groups[g].count; c++) {
            const struct cell_figures *cell = &run->table.groups[g].cells[c];
            *group = &run->table.groups[g];
            if (strcmp(cell->key->workload, workload) == 0 && strcmp(cell->key->mode, mode) == 0)
                return cell;
        }
    abort();
}

static inline struct compared_cell *compare_runs_pair(struct compare_runs *runs,
                                                      const char *workload, const char *mode,
                                                      enum judged judged, double ratio, double lo,
                                                      double hi, double p)
{
    struct compared_cell *cell = &runs->cells[runs->comparison.count++];
    cell->a = compare_runs_find(&runs->a, workload, mode, &cell->group_a);
    cell->b = compare_runs_find(&runs->b, workload, mode, &cell->group_b);
    snprintf(cell->name, sizeof cell->name, "%s %s", workload, mode);
    cell->pair = (struct judge_pair){
        .ratio = ratio, .interval = {lo, hi, lo < hi}, .p = p, .judged = judged};
    cell->speedup_ratio = cell->b->speedup / cell->a->speedup;
    return cell;
}

static inline void compare_runs_free(struct compare_runs *runs)
{
    cells_free(&runs->a.table);
    cells_free(&runs->b.table);
    json_decref(runs->a.machine);
    json_decref(runs->b.machine);
}

/* serial 130 ms, thread-pool 65, thread 70, process-pool 80 and process 90 in both, but for what
 * the verdicts say of `after`; thread-spawn in `before` only, ring in `after` only. */
static inline void compare_runs_usual(struct compare_runs *runs)
{
    static const struct {
        const char *mode;
        uint64_t a, b;
    } modes[] = {{"serial", 127, 127},
                 {"thread-pool", 62, 65},
                 {"thread", 67, 60},
                 {"process-pool", 77, 77},
                 {"process", 87, 88}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        rows_add_runs(&runs->rows_a, "cpu", modes[i].mode, i ? 4 : 1, modes[i].a, 1, 7);
        rows_add_runs(&runs->rows_b, "cpu", modes[i].mode, i ? 4 : 1, modes[i].b, 1, 7);
    }
    rows_add_runs(&runs->rows_a, "cpu", "thread-spawn", 4, 99, 1, 3);
    rows_add_runs(&runs->rows_b, "cpu", "ring", 2, 55, 1, 3);
    compare_runs_gather(runs);
    compare_runs_pair(runs, "cpu", "process", JUDGED_INCONCLUSIVE, 1.011, 0.95, 1.07, 0.4)
        ->pair.needed = 34;
    compare_runs_pair(runs, "cpu", "thread", JUDGED_FASTER, 0.9, 0.88, 0.92, 0.0004);
    compare_runs_pair(runs, "cpu", "thread-pool", JUDGED_SLOWER, 1.05, 1.03, 1.07, 0.012);
    compare_runs_pair(runs, "cpu", "process-pool", JUDGED_EQUIVALENT, 1.0, 0.99, 1.01, 0.9);
    compare_runs_pair(runs, "cpu", "serial", JUDGED_EQUIVALENT, 1.0, 0.995, 1.004, 1);
    const struct cell_group *group;
    runs->missing_b[0] = compare_runs_find(&runs->a, "cpu", "thread-spawn", &group);
    runs->missing_a[0] = compare_runs_find(&runs->b, "cpu", "ring", &group);
    runs->comparison.missing_a_count = runs->comparison.missing_b_count = 1;
    runs->comparison.geomean = 0.992;
    runs->comparison.refused_count = 1;
    strcpy(runs->refused[0].name, "sleep thread");
    strcpy(runs->refused[0].reason, "the workload's version is 1 here and 2 there");
}

#endif
