/* cells_judge.c - who leads a group, and whether that can be told. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/cells_internal.h"

static int cells_by_wall(const void *left, const void *right)
{
    const struct cell_figures *a = left, *b = right;
    const bool a_known = !isnan(a->wall_ns), b_known = !isnan(b->wall_ns);
    if (a_known != b_known)
        return a_known ? -1 : 1;
    if (a_known && a->wall_ns != b->wall_ns)
        return a->wall_ns < b->wall_ns ? -1 : 1;
    const int order = cells_compare_way(a->key, b->key);
    return order ? order : (a->key > b->key) - (a->key < b->key);
}

/* All tasks of the repetition at once. */
static bool cells_all_at_once(const struct timing *row)
{
    uint64_t places;
    return row->width > 1 &&
           (__builtin_mul_overflow(row->workers, row->width, &places) || places >= row->tasks);
}

bool cells_same_width(const struct timing *a, const struct timing *b)
{
    return a->width == b->width || (cells_all_at_once(a) && cells_all_at_once(b));
}

bool cells_same_way(const struct timing *a, const struct timing *b)
{
    return strcmp(a->mode, b->mode) == 0 && strcmp(a->wait, b->wait) == 0 &&
           cells_same_width(a, b) && strcmp(a->pin, b->pin) == 0 &&
           strcmp(a->submit, b->submit) == 0 && strcmp(a->stack, b->stack) == 0 &&
           strcmp(a->schedule, b->schedule) == 0;
}

static int cells_block_order(const struct timing *a, const struct timing *b)
{
    if (a->invocation != b->invocation)
        return a->invocation < b->invocation ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

static bool cells_has(const struct timing *row, cells_row_figure *figure)
{
    return cells_measured(row) && figure(row) > 0; /* NaN has none */
}

size_t cells_pair_by(const struct cell_figures *a, const struct cell_figures *b,
                     cells_row_figure *figure, double *logs)
{
    size_t n = 0, i = 0;
    for (size_t j = 0; j < b->row_count; j++) {
        const struct timing *row = b->rows[j];
        while (i < a->row_count && cells_block_order(a->rows[i], row) < 0)
            i++;
        if (i < a->row_count && cells_block_order(a->rows[i], row) == 0 && cells_has(row, figure) &&
            cells_has(a->rows[i], figure))
            logs[n++] = log(figure(row) / figure(a->rows[i]));
    }
    return n;
}

static double cells_row_wall(const struct timing *row)
{
    return cells_figure(row->wall_ns);
}

size_t cells_pair(const struct cell_figures *a, const struct cell_figures *b, double *logs)
{
    return cells_pair_by(a, b, cells_row_wall, logs);
}

/* The cells that best has to beat, in the order of their medians. */
static size_t cells_rivals(const struct cell_group *group, const struct cell_figures **rivals)
{
    size_t measured = 1, ways = 0;
    for (; measured < group->count && !isnan(group->cells[measured].wall_ns); measured++)
        ways += !cells_same_way(group->cells[measured].key, group->best->key);
    size_t n = 0;
    for (size_t i = 1; i < measured; i++)
        if (ways == 0 || !cells_same_way(group->cells[i].key, group->best->key))
            rivals[n++] = &group->cells[i];
    return n;
}

/* Best has won where every rival is seen to be slower; the first that is not, stands in its way. A
 * claim that needs every one of its tests needs no correction for their number (the
 * intersection-union test; Berger 1982), and of cells that are equal at most one can pass them all,
 * so that choosing best by its median does not raise the error above the level either. */
static void cells_lead(struct cell_group *group, const struct cell_figures *const *rivals,
                       size_t count, double *scratch)
{
    for (size_t i = 0; i < count; i++) {
        struct judge_pair pair = {.paired = true, .ratios = scratch};
        pair.ratio_count = cells_pair(group->best, rivals[i], scratch);
        judge(&pair, 1, &judge_default);
        if (i == 0 || pair.judged != JUDGED_SLOWER) {
            group->next = rivals[i];
            group->lead = pair;
        }
        if (pair.judged != JUDGED_SLOWER)
            break;
    }
    group->lead.ratios = NULL;
    group->lead.ratio_count = 0;
}

int cells_judge(struct cell_group *group, double *scratch)
{
    group->lead.ratio = group->lead.p = (double)NAN;
    group->lead.judged = JUDGED_INCONCLUSIVE;
    qsort(group->cells, group->count, sizeof *group->cells, cells_by_wall);
    for (size_t i = 0; i < group->count && !isnan(group->cells[i].wall_ns); i++) {
        group->best = &group->cells[0];
        if (!group->serial && strcmp(group->cells[i].key->mode, CELLS_BASELINE) == 0)
            group->serial = &group->cells[i];
    }
    for (size_t i = 0; i < group->count; i++)
        cells_set_against(&group->cells[i], group->serial);
    if (!group->best)
        return 0;
    const struct cell_figures **rivals = calloc(group->count, sizeof *rivals);
    if (!rivals)
        return -ENOMEM;
    const size_t count = cells_rivals(group, rivals);
    if (count > 0)
        cells_lead(group, rivals, count, scratch);
    free(rivals);
    return 0;
}

size_t cells_judge_over_serial(const struct cell_group *group, const struct cell_figures *top,
                               bool (*counts)(const struct cell_group *group,
                                              const struct cell_figures *cell),
                               struct judge_pair *answer)
{
    size_t room = 1, used = 0, count = 0, at = 0;
    for (size_t i = 0; i < group->count; i++)
        room += group->cells[i].row_count;
    double *logs = calloc(room, sizeof *logs);
    struct judge_pair *family = calloc(group->count, sizeof *family);
    for (size_t i = 0; logs && family && i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (!counts(group, cell))
            continue;
        at = cell == top ? count : at;
        family[count] = (struct judge_pair){.paired = true, .ratios = logs + used};
        family[count].ratio_count = cells_pair(group->serial, cell, logs + used);
        used += family[count++].ratio_count;
    }
    if (count > 0) {
        judge(family, count, &judge_default);
        *answer = family[at];
        answer->ratios = NULL;
    }
    free(logs);
    free(family);
    return count;
}
