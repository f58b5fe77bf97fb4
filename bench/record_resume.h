/*
 * record_resume.h - tasks.csv and states.csv of a run that is finished by --resume.
 * Thread rules: one thread.
 */
#ifndef BENCH_RECORD_RESUME_H
#define BENCH_RECORD_RESUME_H

#include "bench/record.h"

/* Opens both, as far as they are there, and finds the cells that they hold already
 * (record->tasks_kept, states_kept), which have room for the plan's. A last repetition that is not
 * whole is cut off: it was being written when the run was killed. 0 or -errno. */
int record_resume(struct record *record, const struct append *append, struct texts *texts,
                  struct error *err);

#endif
