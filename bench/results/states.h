/*
 * states.h - states.csv: in which states each task was, and when, in one observed repetition per
 * cell. A row is a segment of a task: its segments follow each other from the task's start to its
 * end. How much of a segment the task was running, ready, blocked or in a state that nobody could
 * tell adds up to its length; when it was which within the segment is not known. The columns are
 * declared once, in states.c. Thread rules: cell_rows.h.
 */
#ifndef BENCH_RESULTS_STATES_H
#define BENCH_RESULTS_STATES_H

#include "bench/results/cell_rows.h"

struct state_row {
    uint64_t task, worker;
    uint64_t queued_ns;      /* of the task, as in tasks.csv */
    uint64_t from_ns, to_ns; /* since the repetition's clock started */
    uint64_t running_ns, ready_ns, blocked_ns, unknown_ns; /* to_ns - from_ns in all */
    const char *doing;                                     /* what the task was doing */
    uint64_t joined; /* of so many shorter ones it was made, since there is no room for all */
};

int states_create(struct cell_rows_writer **writer, const char *path, struct error *err);
int states_open(struct cell_rows_writer **writer, const char *path, size_t drop, struct error *err);
int states_append(struct cell_rows_writer *writer, const struct timing *timing,
                  const struct state_row *row, struct error *err);

/* The segments of one repetition of one cell. */
struct state_cell {
    struct timing key; /* what states.csv says of the repetition; all else is off or 0 */
    struct state_row *rows;
    size_t count;
};

/* As cell_rows_read(). What it says is checked no further: see state_row_valid(). */
int states_read(const char *path, struct texts *texts, struct state_cell **cells, size_t *count,
                struct error *err);
void states_read_free(struct state_cell *cells, size_t count); /* NULL is allowed */

/* Whether the segment has a length, and its states add up to it. */
bool state_row_valid(const struct state_row *row);

/* The columns, as timings_column() in timings.h. */
const struct column_info *states_column(size_t index);

#endif
