/*
 * warnings_internal.h - what warnings.c prepares for the files that judge. For this
 * folder's warnings*.c only.
 */
#ifndef BENCH_REPORT_WARNINGS_INTERNAL_H
#define BENCH_REPORT_WARNINGS_INTERNAL_H

#include "bench/report/warnings.h"

/* A cell with its measured rows, by invocation and then by time. */
struct watched {
    const struct cell_group *group; /* NULL: the reference cell */
    const struct cell_figures *cell;
    const struct timing **rows;
    size_t count;
};

struct scene {
    struct watched *cells; /* those with measured rows */
    size_t count;
    const struct timing **rows; /* what the cells' rows lie in, all of them */
    size_t row_count;
    double *values;        /* room for row_count, for whoever judges */
    size_t series;         /* invocations of cells that are long enough for a drift */
    bool simulated;        /* the cores are not this machine's */
    double pus;            /* usable CPUs by machine.json; 0 unknown */
    double machine_pus;    /* CPUs of the whole machine; 0 unknown */
    double clock_step_ns;  /* NaN unknown */
    struct warning *found; /* room for all kinds */
    size_t found_count;
};

/* How badly a kind of trouble touched a cell. */
struct touch {
    double weight; /* the worst cell is the one with the most */
    char detail[160];
};

struct cell_kind {
    const char *kind; /* for struct warning */
    const char *what; /* "outliers" */
    const char *tail; /* after the detail, or "" */
    const char *remedy;
    bool reference; /* of the whole machine: the reference cell counts too */
    bool (*judge)(const struct scene *scene, const struct watched *cell, struct touch *touch);
};

/* Ended by one without a kind. */
extern const struct cell_kind warnings_of_series[];  /* warnings_series.c */
extern const struct cell_kind warnings_of_machine[]; /* warnings_machine.c */

/* Fewest runs of an invocation in which a drift is looked for. */
enum { WARNINGS_SERIES = 6 };

/* Rows from `from` on that are of one invocation: their end. */
size_t warnings_invocation_end(const struct watched *cell, size_t from);

/* What differs between blocks and between invocations (warnings_blocks.c). 0 or -ENOMEM. */
int warnings_of_blocks(struct scene *scene);

/* Share of the CPU time that there was in the row which others used, and which was stolen. NaN
 * unknown. */
double warnings_others(const struct scene *scene, const struct timing *row);
double warnings_steal(const struct scene *scene, const struct timing *row);

/* The next warning, to be filled; there is room for one of every kind. */
struct warning *warnings_add(struct scene *scene, const char *kind, const char *remedy);

#endif
