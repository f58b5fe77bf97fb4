/*
 * crossover.h - who wins at which share of waiting with how many workers: the fields of a map.
 * Pure, any thread.
 *
 * A field holds the cells of the workload `mixed` with one share and one number of workers, all
 * else of the work alike. Modes that always have one worker (serial, coroutine, event) are rivals
 * in every column: they need no more workers than there are. A field is won where the fastest is
 * seen to be faster than every rival, block by block, by a p that stands Holm's correction over all
 * fields of the map.
 */
#ifndef BENCH_REPORT_CROSSOVER_H
#define BENCH_REPORT_CROSSOVER_H

#include "bench/report/cells.h"

enum { CROSSOVER_SIDE = 24 }; /* shares, or numbers of workers, at the most */

struct crossover_field {
    const struct cell_group *group;
    const struct cell_figures *best, *next; /* NULL where none was measured */
    struct judge_pair pair; /* next over best; p: the field's own, over all its rivals and fields */
    bool won;               /* then next is the fastest of the others, else who is in the way */
};

struct crossover {
    double shares[CROSSOVER_SIDE], workers[CROSSOVER_SIDE]; /* ascending; percent, workers */
    size_t share_count, worker_count;
    struct crossover_field fields[CROSSOVER_SIDE][CROSSOVER_SIDE]; /* [share][worker] */
    size_t known, won; /* fields with two modes or more, and those of them that were won */
    size_t runs;       /* fewest that a known field was judged by */
};

/* The map of the first work that has one. 1; 0 where there is none: fewer than two shares, or no
 * field with two modes; -ENOMEM. */
int crossover_make(struct crossover *map, const struct cell_table *table);

#endif
