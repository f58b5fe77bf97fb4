/*
 * executor_row.h - what the runner writes into the row of a repetition: the
 * figures that it reported, or why there are none.
 *
 * Thread rules: the runner's main thread only; the repetition has ended or is not yet
 * started, except for row_count_ended().
 */
#ifndef BENCH_EXECUTOR_ROW_H
#define BENCH_EXECUTOR_ROW_H

#include "bench/machine/surroundings.h"
#include "bench/repetition/shared.h"
#include "bench/results/timings.h"

/* No figure yet, started now by the wall clock. */
void row_start(struct timing *row);

/* The status with its reason, which goes to `texts`; the figures stay as they are. */
void row_trouble(struct timing *row, struct texts *texts, enum status status, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* More of the reason that is there. */
void row_add(struct timing *row, struct texts *texts, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The row of a repetition that ended by itself with `wait_status` (of waitpid): its figures
 * where all is well, else the status and the reason. Not peak_bytes, which the repetition
 * cannot see. `tasks`: how many records there are. */
void row_judge(struct timing *row, struct texts *texts, struct shared *shared, uint64_t tasks,
               int wait_status);

/* What the runner saw around an ok repetition (CONDITION_UNKNOWN is FIGURE_UNKNOWN). */
void row_surroundings(struct timing *row, const struct surroundings *seen);

/* Tasks that have ended so far. Any time. */
uint64_t row_count_ended(struct shared *shared, uint64_t tasks);

#endif
