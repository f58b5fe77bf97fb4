/*
 * finding.h - the conditions that a claim's check states, and what is told of them. Pure, any
 * thread.
 *
 * A condition compares a figure with a limit. It is true where the whole 95% interval lies on the
 * limit's right side, false where it lies on the wrong one, and otherwise it cannot be told. The
 * interval is the pseudo-median's of Wilcoxon's signed-rank test (judge.h), over the blocks: of the
 * ratio of two cells within each block, or of one cell's figure over the limit. Counts that must
 * be exact are looked at in every repetition. Memory, which only the warm-up tells, is one figure a
 * side and has no interval: it is false where it misses the limit by 10%, open where by less.
 *
 * A timed condition that is false while other programs had a good part of the CPUs says more of
 * these than of the claim: then it cannot be told either.
 *
 * Each condition adds what it found to finding->measured. Where a cell was not measured, its own
 * reason is the finding's.
 */
#ifndef BENCH_SUITE_FINDING_H
#define BENCH_SUITE_FINDING_H

#include "bench/suite/suite.h"

/* Which cell of a scene: what is NULL or 0 may be anything. There must be one such cell in it. */
struct way {
    const char *workload, *mode, *wait, *submit;
    const char *schedule; /* its beginning: "rr" finds "rr;slice=1ms" */
    const char *param;    /* one of the parameters: "kind=none" */
    size_t scene;         /* index in claim->scenes */
    uint64_t workers;
};

/* A figure of a row, and how people read it. */
struct figure {
    const char *name;      /* "wall time" */
    cells_row_figure *row; /* NaN where unknown */
    enum { UNIT_TIME, UNIT_COUNT, UNIT_SIZE } unit;
};

enum side { AT_MOST, AT_LEAST };

void finding_start(struct finding *finding, const struct cell_table *table,
                   const struct plan *scenes, size_t scene_count, size_t cores);

/* The planned cell, or NULL where there is none, or more than one. */
const struct cell *finding_planned(const struct finding *finding, struct way way);

/* The measured cell, or NULL: then the finding has the reason, unless a reason of more weight is
 * there. */
const struct cell_figures *finding_cell(struct finding *finding, struct way way);

/* Of the planned cell: its tasks, and a parameter of its workload in the parameter's unit (ns,
 * bytes, per cent). NaN where the scene has no such thing, which is the finding's reason. */
double finding_tasks(struct finding *finding, struct way way);
double finding_param(struct finding *finding, struct way way, const char *name);

/* The median of a figure, told as "`name` 12.3 ms"; `name` NULL: not told. NaN where there is none,
 * with the reason. */
double finding_tell(struct finding *finding, const char *name, struct way way,
                    const struct figure *figure);

/* Adds a part to what was measured. */
void finding_add(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The condition that a's figure over b's, block by block, is at most or at least `limit`. `name`:
 * what the ratio is of, "threads / serial". */
void finding_ratio(struct finding *finding, const char *name, struct way a, struct way b,
                   const struct figure *figure, enum side side, double limit);

/* The same without a condition. */
void finding_tell_ratio(struct finding *finding, const char *name, struct way a, struct way b,
                        const struct figure *figure);

/* The same condition of a figure alone, in its unit. */
void finding_limit(struct finding *finding, const char *name, struct way way,
                   const struct figure *figure, enum side side, double limit);

/* The condition that it lies between two limits. */
void finding_between(struct finding *finding, const char *name, struct way way,
                     const struct figure *figure, double least, double most);

/* The condition that a figure lies between two numbers in every measured repetition, both
 * included. */
void finding_always(struct finding *finding, const char *name, struct way way,
                    const struct figure *figure, double least, double most);

/* The condition that a's peak memory over b's is at most or at least `limit`. */
void finding_memory(struct finding *finding, const char *name, struct way a, struct way b,
                    enum side side, double limit);

/* The condition that every repetition, warm-ups included, ended so. Data that came out wrong, a
 * deadlock and a time-out are findings, other ends are accidents. */
void finding_ends(struct finding *finding, const char *name, struct way way, enum status status);

/* The same of STATUS_OK where it goes without saying: nothing is told of what came out well. */
void finding_right(struct finding *finding, const char *name, struct way way);

/* It cannot be tested here, as long as it was not seen to be false. */
void finding_cannot(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* It does not hold. */
void finding_fails(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The figures. CPU time is user and system time of all processes. */
extern const struct figure figure_wall, figure_cpu, figure_spawn, figure_longest, figure_callback,
    figure_spread, figure_latency, figure_cpu_request, figure_cpu_share, figure_blocked_share,
    figure_unblocked_share, figure_short_turnaround, figure_long_turnaround, figure_short_waiting,
    figure_long_waiting, figure_wall_longest, figure_lost, figure_inside, figure_visible,
    figure_made, figure_alive, figure_requests;

#endif
