/*
 * timeline.h - which cells' tasks are shown over time, and what is known of their states. Pure, any
 * thread.
 */
#ifndef BENCH_REPORT_TIMELINE_H
#define BENCH_REPORT_TIMELINE_H

#include "bench/report/chart.h"
#include "bench/report/lanes.h"

enum { TIMELINE_PANELS = 8, TIMELINE_GROUPS = 2 };

struct timeline_panel {
    const struct cell_group *group;
    size_t number; /* of the group, from 1 */
    const struct cell_figures *cell;
    const struct state_cell *states; /* NULL: none were recorded; then */
    const struct task_cell *tasks;
    const struct timing *row; /* of the same repetition */
};

/* The panel's tasks laid out, by their states where those are known. 0 or -ENOMEM. */
int timeline_lanes(struct lanes *lanes, const struct timeline_panel *panel);

/* What there is to draw: of at most two groups (those whose tasks compute most and least) the modes
 * that a reader would compare, serial first. */
struct timeline {
    struct timeline_panel panels[TIMELINE_PANELS];
    size_t count;
    size_t hidden; /* cells with tasks that are not among them */
};
void timeline_choose(struct timeline *timeline, const struct chart_data *data);

/* Shares of the time that tasks were under way, of one repetition; NaN: unknown. Where only running
 * is known, the other two are NaN. Of the states where they were recorded, else of its row. */
struct timeline_states {
    double running, ready, blocked;
};
void timeline_states(struct timeline_states *states, const struct timing *row,
                     const struct lanes *lanes);

#endif
