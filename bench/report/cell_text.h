/*
 * cell_text.h - a cell's figures as the words of a table, the same wherever they are shown.
 * Printable ASCII. Pure, any thread.
 */
#ifndef BENCH_REPORT_CELL_TEXT_H
#define BENCH_REPORT_CELL_TEXT_H

#include "bench/report/verdict.h"

enum { CELL_FIGURE = 48, CELL_TROUBLE = 1024, CELL_WORK = TEXT_PARAMS + 128 };

struct cell_text { /* "n/a" where a figure is not known */
    char mode[VERDICT_NAME], workers[CELL_FIGURE], wall[CELL_FIGURE], interval[CELL_FIGURE];
    char speedup[CELL_FIGURE], distance[CELL_FIGURE], cpus[CELL_FIGURE], memory[CELL_FIGURE];
    char runs[CELL_FIGURE];
};

void cell_text_of(struct cell_text *text, const struct cell_group *group,
                  const struct cell_figures *cell);

/* "65.0 ms", "n/a". Returns `text`. */
char *cell_text_time(char text[CELL_FIGURE], double ns);

/* What went wrong with a cell that has a trouble. Returns `text` (of CELL_TROUBLE). */
char *cell_text_trouble(char *text, size_t size, const struct cell_group *group,
                        const struct cell_figures *cell);

/* "rounds=1000, 64 tasks": what was run, beside the workload's name. Returns `text` (of
 * CELL_WORK). */
char *cell_text_work(char *text, size_t size, const struct timing *work);

#endif
