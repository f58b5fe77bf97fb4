/*
 * record.h - a run's result folder while it grows: timings.csv, tasks.csv, states.csv,
 * machine.json. Rows reach the disk as they are made.
 * Thread rules: one thread.
 */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include "bench/append.h"
#include "bench/machine/topology.h"
#include "bench/options.h"
#include "bench/plan.h"
#include "bench/repetition/shared.h"
#include "bench/results/states.h"
#include "bench/results/tasks.h"
#include "bench/results/timings.h"

struct record {
    char folder[4096];
    char run[TEXT_RUN];
    const char **params, **schedules; /* per cell */
    struct timings_writer *timings;
    struct cell_rows_writer *tasks;
    struct cell_rows_writer *states;
    bool *tasks_kept;    /* per cell: its repetition is in tasks.csv */
    bool *states_kept;   /* and in states.csv */
    struct timing *rows; /* all rows so far, for the summary */
    size_t count, room;
    uint64_t first_invocation; /* of those that this run adds; 1 in a new folder */
    double precision;          /* that was asked for, 0: none */
    int lock;                  /* of a folder that was made, 0: none */
};

/* Makes the folder and its files. `texts` must outlive the rows. `facts`: of the machine, gets
 * the facts about this run. `command`: the command line, for
 * machine.json. 0 or -errno. */
int record_open(struct record *record, const struct options *options, const struct plan *plan,
                json_t *facts, int count, char **command, struct texts *texts, struct error *err);

/* Opens a folder that is there for further invocations, and takes over its rows. `facts` as above.
 * 0 or -errno. */
int record_append(struct record *record, struct append *append, const char *folder,
                  const struct plan *plan, const json_t *facts, struct texts *texts,
                  struct error *err);

/* The part of a row that is known before its repetition. */
void record_start_row(const struct record *record, const struct plan *plan, size_t cell,
                      uint64_t invocation, uint64_t block, struct timing *row);

/* Writes the row and remembers it. 0 or -errno. */
int record_row(struct record *record, const struct timing *row, struct error *err);

/* Writes the tasks of an ok repetition, the first time for each cell. 0 or -errno. */
int record_tasks(struct record *record, const struct plan *plan, size_t cell,
                 const struct timing *row, struct shared *shared, struct error *err);

/* Writes the states of the tasks of an ok repetition that was observed: of the last warm-up, of
 * each cell once. 0 or -errno. */
int record_states(struct record *record, const struct plan *plan, size_t cell,
                  const struct timing *row, struct shared *shared, struct error *err);

/* Closes the files and frees the rows. 0 or -errno of the closing. */
int record_close(struct record *record, struct error *err);

#endif
