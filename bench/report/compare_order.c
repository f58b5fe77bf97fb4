#include "bench/report/compare_order.h"

#include <math.h>
#include <stdlib.h>

#include "bench/util/natural.h"

const char *const compare_sort_names[] = {[COMPARE_BY_FILE] = "file",
                                          [COMPARE_BY_RATIO] = "ratio",
                                          [COMPARE_BY_NAME] = "name",
                                          [COMPARE_BY_P] = "p",
                                          [COMPARE_BY_CHANGE] = "change",
                                          [COMPARE_BY_WORK] = "work",
                                          NULL};

static const struct compared_cell *order_cell(const void *item)
{
    return *(const struct compared_cell *const *)item;
}

static int order_number(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

/* Rows lie in the order of the file. A block is shuffled, so cells that did the same work are
 * brought together. */
static int order_by_file(const void *left, const void *right)
{
    const struct compared_cell *a = order_cell(left), *b = order_cell(right);
    const struct timing *work_a = a->group_a->first, *work_b = b->group_a->first;
    if (work_a != work_b)
        return (work_a > work_b) - (work_a < work_b);
    return (a->a->key > b->a->key) - (a->a->key < b->a->key);
}

static int order_by_ratio(const void *left, const void *right)
{
    const int order = order_number(order_cell(left)->pair.ratio, order_cell(right)->pair.ratio);
    return order ? order : order_by_file(left, right);
}

static int order_by_name(const void *left, const void *right)
{
    const int order = natural_compare(order_cell(left)->name, order_cell(right)->name);
    return order ? order : order_by_file(left, right);
}

static int order_by_p(const void *left, const void *right)
{
    const int order = order_number(order_cell(left)->pair.p, order_cell(right)->pair.p);
    return order ? order : order_by_file(left, right);
}

static int order_by_change(const void *left, const void *right)
{
    const int order = order_number(-fabs(log(order_cell(left)->pair.ratio)),
                                   -fabs(log(order_cell(right)->pair.ratio)));
    return order ? order : order_by_file(left, right);
}

/* Groups, and the cells in each, lie in the table's order. */
static int order_by_work(const void *left, const void *right)
{
    const struct compared_cell *a = order_cell(left), *b = order_cell(right);
    if (a->group_a != b->group_a)
        return (a->group_a > b->group_a) - (a->group_a < b->group_a);
    return (a->a > b->a) - (a->a < b->a);
}

const struct compared_cell **compare_order(const struct comparison *comparison,
                                           enum compare_sort sort)
{
    static int (*const orders[])(const void *, const void *) = {
        [COMPARE_BY_FILE] = order_by_file,     [COMPARE_BY_RATIO] = order_by_ratio,
        [COMPARE_BY_NAME] = order_by_name,     [COMPARE_BY_P] = order_by_p,
        [COMPARE_BY_CHANGE] = order_by_change, [COMPARE_BY_WORK] = order_by_work};
    const struct compared_cell **cells = calloc(comparison->count + 1, sizeof *cells);
    if (!cells)
        return NULL;
    for (size_t i = 0; i < comparison->count; i++)
        cells[i] = &comparison->cells[i];
    qsort(cells, comparison->count, sizeof *cells, orders[sort]);
    return cells;
}

static int order_by_group(const void *left, const void *right)
{
    const struct cell_group *a = order_cell(left)->group_a, *b = order_cell(right)->group_a;
    return a != b ? (a > b) - (a < b) : order_by_file(left, right);
}

const struct compared_cell **compare_groups(const struct comparison *comparison)
{
    const struct compared_cell **cells = compare_order(comparison, COMPARE_BY_FILE);
    size_t kept = 0;
    if (!cells)
        return NULL;
    qsort(cells, comparison->count, sizeof *cells, order_by_group);
    for (size_t i = 0; i < comparison->count; i++)
        if (kept == 0 || cells[i]->group_a != cells[kept - 1]->group_a)
            cells[kept++] = cells[i];
    cells[kept] = NULL;
    return cells;
}
