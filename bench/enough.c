#include "bench/enough.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/stats.h"

#define ENOUGH_LEVEL 0.95

struct enough_cell {
    double *walls; /* of the measured repetitions that came out ok, in ascending order */
    size_t count, room;
    uint64_t runs; /* measured repetitions, whatever came of them */
    double width;  /* the interval's larger half over the median; INFINITY: no interval */
    bool done;
};

int enough_open(struct enough *enough, const struct plan *plan)
{
    enough->plan = plan;
    enough->cells = calloc(plan->count ? plan->count : 1, sizeof *enough->cells);
    return enough->cells ? 0 : -ENOMEM;
}

void enough_close(struct enough *enough)
{
    for (size_t i = 0; enough->cells && i < enough->plan->count; i++) {
        free(enough->cells[i].walls);
    }
    free(enough->cells);
    enough->cells = NULL;
}

void enough_begin(struct enough *enough)
{
    for (size_t i = 0; i < enough->plan->count; i++) {
        struct enough_cell *cell = &enough->cells[i];
        cell->count = 0;
        cell->runs = 0;
        cell->width = (double)INFINITY;
        cell->done = !plan_runs(&enough->plan->cells[i]);
    }
}

static int enough_keep(struct enough_cell *cell, double wall)
{
    if (cell->count == cell->room) {
        size_t room = cell->room ? 2 * cell->room : 16;
        double *walls = reallocarray(cell->walls, room, sizeof *walls);
        if (!walls) {
            return -ENOMEM;
        }
        cell->walls = walls;
        cell->room = room;
    }
    /* In its place: to sort them all after each of 10,000 repetitions took longer than some of the
     * repetitions. */
    size_t at = 0;
    for (size_t above = cell->count; at < above;) {
        const size_t middle = at + (above - at) / 2;
        if (cell->walls[middle] <= wall) {
            at = middle + 1;
        } else {
            above = middle;
        }
    }
    memmove(&cell->walls[at + 1], &cell->walls[at], (cell->count - at) * sizeof *cell->walls);
    cell->walls[at] = wall;
    cell->count++;
    return 0;
}

int enough_take(struct enough *enough, size_t index, const struct timing *row)
{
    const struct plan *plan = enough->plan;
    struct enough_cell *cell = &enough->cells[index];
    if (row->warmup || plan->cells[index].reference) {
        return 0;
    }
    cell->runs++;
    if (row->status == STATUS_OK && enough_keep(cell, (double)row->wall_ns) != 0) {
        return -ENOMEM;
    }
    /* A deadlock takes no time that could be known better. */
    cell->done = cell->runs >= plan->max_runs || plan_meant(&plan->cells[index], row->status);
    if (cell->done || cell->runs < plan->min_runs) {
        return 0; /* where the number of runs is fixed nobody asks for the width */
    }
    cell->width = stats_sorted_median_width(cell->walls, cell->count, ENOUGH_LEVEL);
    /* What fails most of the time is not measured better by failing more often. */
    cell->done = cell->width <= plan->precision || 2 * cell->count < cell->runs;
    return 0;
}

void enough_leave_out(struct enough *enough, size_t index)
{
    enough->cells[index].done = true;
}

bool enough_done(const struct enough *enough, size_t index)
{
    return enough->cells[index].done;
}

bool enough_all(const struct enough *enough)
{
    for (size_t i = 0; i < enough->plan->count; i++) {
        if (!enough->cells[i].done && !enough->plan->cells[i].reference) {
            return false;
        }
    }
    return true;
}

/* The width falls with the root of the number of repetitions. */
uint64_t enough_left(const struct enough *enough, size_t index)
{
    const struct plan *plan = enough->plan;
    const struct enough_cell *cell = &enough->cells[index];
    if (cell->done) {
        return 0;
    }
    double needed = (double)plan->min_runs;
    if (isfinite(cell->width)) {
        needed = (double)cell->runs * pow(cell->width / plan->precision, 2);
    }
    needed = fmin(fmax(needed, (double)cell->runs + 1), (double)plan->max_runs);
    return (uint64_t)needed > cell->runs ? (uint64_t)needed - cell->runs : 1;
}
