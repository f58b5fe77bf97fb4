#include "bench/report/memory_lines.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"

/* Of the tasks that have a place, so many were there at once if they lasted long enough. */
#define MEMORY_ALL 0.9

static bool memory_same_work(const struct timing *a, const struct timing *b)
{
    struct timing other = *b;
    other.tasks = a->tasks;
    return cells_compare_work(a, &other) == 0;
}

static bool memory_first(const struct cell_table *table, size_t index)
{
    for (size_t g = 0; g < index; g++)
        if (memory_same_work(table->groups[g].first, table->groups[index].first))
            return false;
    return true;
}

/* --- gathering --- */

static size_t memory_named(struct memory_lines *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->lines[i].name, name) == 0)
            return i;
    snprintf(all->lines[all->count].name, VERDICT_NAME, "%s", name);
    return all->count++;
}

static struct memory_point memory_point_of(const struct cell_figures *cell)
{
    const struct timing *key = cell->key;
    struct memory_point point = {.tasks = (double)key->tasks,
                                 .bytes = cell->peak_bytes,
                                 .least = cell->peak_bytes,
                                 .alive = (double)NAN};
    point.places = fmin(point.tasks, (double)key->workers * (double)key->width);
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (!row->warmup || row->status != STATUS_OK || !(cells_figure(row->peak_bytes) > 0))
            continue;
        point.least = fmin(point.least, cells_figure(row->peak_bytes));
        point.alive = fmax(point.alive, cells_figure(row->peak_alive));
    }
    return point;
}

/* `all->lines` and `all->points` have room for all of the table's cells. */
static size_t memory_gather(struct memory_lines *all, const struct cell_table *table, size_t index)
{
    size_t n = 0;
    for (size_t g = index; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (!memory_same_work(group->first, table->groups[index].first))
            continue;
        for (size_t i = 0; i < group->count; i++) {
            char plain[VERDICT_NAME], name[VERDICT_NAME];
            const struct cell_figures *cell = &group->cells[i];
            if (!(cell->peak_bytes > 0))
                continue;
            plain_field(name, sizeof name, verdict_name(plain, sizeof plain, group, cell));
            all->points[n] = memory_point_of(cell);
            all->points[n++].line = memory_named(all, name);
        }
    }
    return n;
}

/* --- what one more task takes --- */

static bool memory_is_gone(const struct memory_point *point)
{
    return point->alive < MEMORY_ALL * point->places; /* nobody knows: it is taken for there */
}

/* One figure a side does not tell a growth of less than what counts elsewhere; and where an end has
 * several, they must lie apart. */
static void memory_tell(struct memory_line *line)
{
    const struct memory_point *low = &line->points[0], *high = &line->points[line->count - 1];
    const bool grows = high->least > low->bytes && high->bytes > low->bytes * (1 + JUDGE_EFFECT);
    line->told = memory_is_gone(low) || memory_is_gone(high) ? MEMORY_GONE
                 : grows                                     ? MEMORY_GROWS
                                                             : MEMORY_NOTHING;
    if (line->told == MEMORY_GROWS)
        line->per_task = (high->bytes - low->bytes) / (high->tasks - low->tasks);
}

static int memory_by_line(const void *left, const void *right)
{
    const struct memory_point *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->tasks < b->tasks || a->tasks > b->tasks)
        return a->tasks < b->tasks ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* Each line gets its points; lines of one number of tasks are left out. */
static void memory_connect(struct memory_lines *all, size_t count)
{
    size_t kept = 0;
    qsort(all->points, count, sizeof *all->points, memory_by_line);
    for (size_t from = 0, to; from < count; from = to) {
        struct memory_line *line = &all->lines[all->points[from].line];
        for (to = from + 1; to < count && all->points[to].line == all->points[from].line;)
            to++;
        if (!(all->points[to - 1].tasks > all->points[from].tasks))
            continue;
        line->points = &all->points[from];
        line->count = to - from;
        memory_tell(line);
        if (&all->lines[kept] != line)
            all->lines[kept] = *line;
        kept++;
    }
    all->count = kept;
}

int memory_lines_of(struct memory_lines *lines, const struct cell_table *table, size_t index)
{
    size_t room = 1;
    *lines = (struct memory_lines){NULL, 0, NULL};
    if (!memory_first(table, index))
        return 0;
    for (size_t g = index; g < table->count; g++)
        room += table->groups[g].count;
    lines->lines = calloc(room, sizeof *lines->lines);
    lines->points = calloc(room, sizeof *lines->points);
    if (!lines->lines || !lines->points) {
        memory_lines_free(lines);
        return -ENOMEM;
    }
    memory_connect(lines, memory_gather(lines, table, index));
    return 0;
}

void memory_lines_free(struct memory_lines *lines)
{
    free(lines->lines);
    free(lines->points);
    *lines = (struct memory_lines){NULL, 0, NULL};
}
