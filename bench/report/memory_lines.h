/*
 * memory_lines.h - memory against the number of tasks: which cells lie on one line, and what one
 * more task takes.
 *
 * Cells that do the same work in the same way but for the number of tasks lie on one line; memory
 * is the highest sum of the processes' PSS (peak_bytes of warm-up rows). Pure, any thread.
 */
#ifndef BENCH_REPORT_MEMORY_LINES_H
#define BENCH_REPORT_MEMORY_LINES_H

#include "bench/report/cells.h"
#include "bench/report/verdict.h"

struct memory_point {
    size_t line; /* its index */
    double tasks, bytes;
    double least;         /* bytes of the warm-up row that took least; most often there is one */
    double alive, places; /* tasks at once at the most (NaN unknown), and those that had a place */
};

/* What one more task takes, between the fewest and the most. */
enum memory_told {
    MEMORY_GONE,    /* tasks ended before all that had a place had begun: no figure of a task */
    MEMORY_NOTHING, /* no growth that could be told from none */
    MEMORY_GROWS
};

struct memory_line {
    char name[VERDICT_NAME];           /* safe for a derived CSV */
    const struct memory_point *points; /* two or more, by tasks ascending */
    size_t count;
    enum memory_told told;
    double per_task; /* bytes; 0 where there is nothing to tell */
};

struct memory_lines {
    struct memory_line *lines; /* in the order in which the table has them */
    size_t count;
    struct memory_point *points; /* what the lines' points lie in */
};

/* The lines of all groups that do the work of the table's group `index`, which may be none. There
 * are none, too, where an earlier group does the same work. 0 or -ENOMEM; then it is empty and
 * needs no freeing. */
int memory_lines_of(struct memory_lines *lines, const struct cell_table *table, size_t index);
void memory_lines_free(struct memory_lines *lines);

#endif
