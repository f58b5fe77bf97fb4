/* cells_gather.c - rows sorted into cells and groups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/bound.h"
#include "bench/report/cells_internal.h"
#include "bench/util/mix.h"
#include "bench/util/natural.h"

static int compare_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Most texts of one file are the same pointer where they are equal. */
static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

/* Of texts that hold numbers, which people want in their order. */
static int compare_numbers(const char *a, const char *b)
{
    return a == b ? 0 : natural_compare(a, b);
}

int cells_compare_work(const struct timing *a, const struct timing *b)
{
    int order = compare_text(a->workload, b->workload);
    if (order == 0)
        order = compare_number(a->workload_version, b->workload_version);
    if (order == 0)
        order = compare_numbers(a->params, b->params);
    if (order == 0)
        order = compare_number(a->tasks, b->tasks);
    if (order == 0)
        order = compare_number(a->rate, b->rate);
    if (order == 0)
        order = compare_text(a->arrivals, b->arrivals);
    return order;
}

int cells_compare_way(const struct timing *a, const struct timing *b)
{
    int order = compare_text(a->mode, b->mode);
    if (order == 0)
        order = compare_text(a->wait, b->wait);
    if (order == 0)
        order = compare_number(a->workers, b->workers);
    if (order == 0)
        order = compare_number(a->width, b->width);
    if (order == 0)
        order = compare_text(a->pin, b->pin);
    if (order == 0)
        order = compare_text(a->submit, b->submit);
    if (order == 0)
        order = compare_text(a->stack, b->stack);
    if (order == 0)
        order = compare_numbers(a->schedule, b->schedule);
    return order;
}

/* The reference cell is no part of any comparison of modes, whatever its work is. */
static int gather_compare(const struct timing *a, const struct timing *b)
{
    int order = compare_number(a->reference, b->reference);
    if (order == 0)
        order = cells_compare_work(a, b);
    return order ? order : cells_compare_way(a, b);
}

/* --- which cell a row belongs to --- */

struct found { /* a cell, while its rows are still being looked for */
    const struct timing *first;
    size_t index, rows;
};

struct gather {
    const struct timing *rows;
    size_t count;
    uint32_t *cell; /* per row */
    struct found *found;
    size_t found_count, found_room;
    uint32_t *slots; /* of found + 1, by hash; 0: free */
    size_t slot_room;
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * MIX_STEP;
    return mix64(hash);
}

static uint64_t gather_hash(const struct timing *row)
{
    uint64_t hash = mix64(row->reference ^ mix64(row->workers ^ mix64(row->tasks)));
    hash = mix64(hash ^ mix64(row->width ^ mix64(row->rate)));
    hash = hash_text(hash ^ row->workload_version, row->workload);
    hash = hash_text(hash, row->params);
    hash = hash_text(hash, row->mode);
    hash = hash_text(hash, row->wait);
    hash = hash_text(hash, row->pin);
    hash = hash_text(hash, row->stack);
    hash = hash_text(hash, row->schedule);
    hash = hash_text(hash, row->arrivals);
    return hash_text(hash, row->submit);
}

static size_t gather_slot(const struct gather *gather, const struct timing *row)
{
    size_t slot = (size_t)gather_hash(row) & (gather->slot_room - 1);
    while (gather->slots[slot] &&
           gather_compare(gather->found[gather->slots[slot] - 1].first, row) != 0)
        slot = (slot + 1) & (gather->slot_room - 1);
    return slot;
}

/* Room for twice as many cells. */
static int gather_grow(struct gather *gather)
{
    const size_t room = gather->found_room ? 2 * gather->found_room : 64;
    struct found *found = reallocarray(gather->found, room, sizeof *found);
    uint32_t *slots = calloc(2 * room, sizeof *slots);
    if (found)
        gather->found = found;
    if (!found || !slots) {
        free(slots);
        return -ENOMEM;
    }
    free(gather->slots);
    gather->slots = slots;
    gather->slot_room = 2 * room;
    gather->found_room = room;
    for (size_t i = 0; i < gather->found_count; i++)
        slots[gather_slot(gather, found[i].first)] = (uint32_t)i + 1;
    return 0;
}

static int gather_find(struct gather *gather)
{
    for (size_t i = 0; i < gather->count; i++) {
        const struct timing *row = &gather->rows[i];
        if (gather->found_count == gather->found_room && gather_grow(gather) < 0)
            return -ENOMEM;
        const size_t slot = gather_slot(gather, row);
        if (!gather->slots[slot]) {
            gather->found[gather->found_count] = (struct found){row, gather->found_count, 0};
            gather->slots[slot] = (uint32_t)++gather->found_count;
        }
        gather->cell[i] = gather->slots[slot] - 1;
        gather->found[gather->cell[i]].rows++;
    }
    return 0;
}

/* --- cells and groups --- */

static int gather_by_key(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    return gather_compare(a->first, b->first);
}

static int gather_by_time(const void *left, const void *right)
{
    const struct timing *a = *(const struct timing *const *)left;
    const struct timing *b = *(const struct timing *const *)right;
    int order = compare_number(a->invocation, b->invocation);
    if (order == 0)
        order = compare_number(a->block, b->block);
    return order ? order : (a > b) - (a < b);
}

/* Another program may have sorted the file by anything. */
static void gather_order(const struct timing **rows, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (gather_by_time(&rows[i - 1], &rows[i]) > 0) {
            qsort(rows, count, sizeof *rows, gather_by_time);
            return;
        }
}

/* Puts the rows of each cell together; found is in the order of the keys. */
static int gather_place(struct cell_table *table, struct gather *gather)
{
    const struct timing ***next = calloc(gather->found_count, sizeof *next);
    if (!next)
        return -ENOMEM;
    const struct timing **at = table->order;
    for (size_t i = 0; i < gather->found_count; i++) {
        const struct found *found = &gather->found[i];
        table->cells[i] =
            (struct cell_figures){.key = found->first, .rows = at, .row_count = found->rows};
        next[found->index] = at;
        at += found->rows;
    }
    for (size_t i = 0; i < gather->count; i++)
        *next[gather->cell[i]]++ = &gather->rows[i];
    for (size_t i = 0; i < gather->found_count; i++)
        gather_order(table->cells[i].rows, table->cells[i].row_count);
    free(next);
    return 0;
}

static void gather_split(struct cell_table *table, size_t cells)
{
    struct cell_group *group = NULL;
    for (size_t i = 0; i < cells; i++) {
        struct cell_figures *cell = &table->cells[i];
        if (cell->key->reference) {
            table->reference = table->reference ? table->reference : cell;
            continue;
        }
        if (!group || cells_compare_work(group->first, cell->key) != 0) {
            group = &table->groups[table->count++];
            *group = (struct cell_group){.first = cell->key, .cells = cell};
        }
        group->count++;
        if (cell->key < group->first)
            group->first = cell->key;
    }
}

static int gather_figures(struct cell_table *table, size_t cells, uint64_t cache_bytes,
                          double *scratch)
{
    for (size_t i = 0; i < cells; i++) {
        const size_t at = (size_t)(table->cells[i].rows - table->order);
        cells_measure(&table->cells[i], &table->walls[at], &table->samples[at], scratch);
    }
    for (size_t g = 0; g < table->count; g++) {
        struct cell_group *group = &table->groups[g];
        if (cells_judge(group, scratch) < 0)
            return -ENOMEM;
        bound_describe(group->bound, sizeof group->bound, group, cache_bytes);
    }
    return 0;
}

static int gather_fill(struct cell_table *table, struct gather *gather, uint64_t cache_bytes)
{
    if (gather_find(gather) < 0)
        return -ENOMEM;
    const size_t cells = gather->found_count, rows = gather->count;
    qsort(gather->found, cells, sizeof *gather->found, gather_by_key);
    table->cells = calloc(cells, sizeof *table->cells);
    table->groups = calloc(cells, sizeof *table->groups);
    table->order = calloc(rows, sizeof *table->order);
    table->walls = calloc(rows, sizeof *table->walls);
    table->samples = calloc(rows, sizeof *table->samples);
    double *scratch = calloc(rows, sizeof *scratch);
    int code = -ENOMEM;
    if (table->cells && table->groups && table->order && table->walls && table->samples && scratch)
        code = gather_place(table, gather);
    if (code == 0) {
        gather_split(table, cells);
        code = gather_figures(table, cells, cache_bytes, scratch);
    }
    free(scratch);
    return code;
}

int cells_gather(struct cell_table *table, const struct timing *rows, size_t count,
                 uint64_t cache_bytes)
{
    struct gather gather = {.rows = rows, .count = count};
    *table = (struct cell_table){0};
    if (count == 0)
        return 0;
    gather.cell = count < UINT32_MAX ? calloc(count, sizeof *gather.cell) : NULL;
    const int code = gather.cell ? gather_fill(table, &gather, cache_bytes) : -ENOMEM;
    free(gather.cell);
    free(gather.found);
    free(gather.slots);
    if (code < 0)
        cells_free(table);
    return code;
}

void cells_free(struct cell_table *table)
{
    free(table->groups);
    free(table->cells);
    free(table->order);
    free(table->walls);
    free(table->samples);
    *table = (struct cell_table){0};
}

bool cells_same_repetition(const struct timing *key, const struct timing *row)
{
    struct timing full = *key;
    full.workload_version = row->workload_version;
    return key->invocation == row->invocation && key->block == row->block && key->rep == row->rep &&
           cells_compare_way(&full, row) == 0 && cells_compare_work(&full, row) == 0;
}
