/*
 * task_files.h - tasks.csv and states.csv of a result folder, as charts take them: one that cannot
 * be read costs the charts that are drawn from it, and nothing else.
 * Thread rules: one thread at a time per `texts`.
 */
#ifndef BENCH_REPORT_TASK_FILES_H
#define BENCH_REPORT_TASK_FILES_H

#include "bench/results/states.h"
#include "bench/results/tasks.h"

struct task_files {
    struct task_cell *tasks;
    size_t task_cells;
    struct state_cell *states;
    size_t state_cells;
    /* Why the file could not be read, with FILE:LINE:COLUMN; empty where it could or is not there.
     */
    struct error tasks_why, states_why;
};

/* What can be read is read. 0; -EINVAL for a folder whose name is too long; or what the first that
 * could not gave, which is told in `err`, too. task_files_free() is due in each case. `texts` must
 * outlive it. */
int task_files_read(struct task_files *files, const char *folder, struct texts *texts,
                    struct error *err);

void task_files_free(struct task_files *files); /* all zeros are allowed */

#endif
