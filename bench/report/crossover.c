#include "bench/report/crossover.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CROSSOVER_WORKLOAD "mixed"
#define CROSSOVER_PARAM    "share="

/* The share in percent, and the other parameters; NaN where the row has none. */
static double crossover_share(const struct timing *row, char rest[TEXT_PARAMS])
{
    double share = (double)NAN;
    rest[0] = '\0';
    if (strcmp(row->workload, CROSSOVER_WORKLOAD) != 0)
        return share;
    for (const char *param = row->params; *param;) {
        const size_t length = strcspn(param, ";");
        const size_t used = strlen(rest);
        char *end;
        if (strncmp(param, CROSSOVER_PARAM, strlen(CROSSOVER_PARAM)) == 0) {
            share = strtod(param + strlen(CROSSOVER_PARAM), &end);
            if (*end != '%' || !(share >= 0 && share <= 100))
                return (double)NAN;
        } else {
            snprintf(rest + used, TEXT_PARAMS - used, "%.*s;", (int)length, param);
        }
        param += length + (param[length] == ';');
    }
    return share;
}

/* Whether the two differ in nothing but the share. */
static bool crossover_same_work(const struct timing *a, const struct timing *b)
{
    char rest_a[TEXT_PARAMS], rest_b[TEXT_PARAMS];
    struct timing other = *b;
    if (isnan(crossover_share(a, rest_a)) || isnan(crossover_share(b, rest_b)))
        return false;
    other.params = a->params;
    return strcmp(rest_a, rest_b) == 0 && cells_compare_work(a, &other) == 0;
}

/* Its place among ascending values, where it is put if it is new; false where there is no room. */
static bool crossover_place(double values[CROSSOVER_SIDE], size_t *count, double value)
{
    size_t at = 0;
    while (at < *count && values[at] < value)
        at++;
    if (at < *count && !(values[at] > value))
        return true;
    if (*count == CROSSOVER_SIDE)
        return false;
    memmove(&values[at + 1], &values[at], (*count - at) * sizeof *values);
    values[at] = value;
    ++*count;
    return true;
}

/* A mode that has one worker in every cell of the group always has. */
static bool crossover_single(const struct cell_group *group, const struct cell_figures *cell)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->cells[i].key->mode, cell->key->mode) == 0 &&
            group->cells[i].key->workers != 1)
            return false;
    return true;
}

static void crossover_axes(struct crossover *map, const struct cell_table *table,
                           const struct timing *work)
{
    char rest[TEXT_PARAMS];
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        if (!crossover_same_work(work, group->first))
            continue;
        crossover_place(map->shares, &map->share_count, crossover_share(group->first, rest));
        for (size_t i = 0; i < group->count; i++)
            if (!crossover_single(group, &group->cells[i]))
                crossover_place(map->workers, &map->worker_count,
                                (double)group->cells[i].key->workers);
    }
    if (map->worker_count == 0)
        crossover_place(map->workers, &map->worker_count, 1);
}

/* The group's cells are sorted by their medians. */
static void crossover_field(struct crossover_field *field, const struct cell_group *group,
                            double workers)
{
    field->group = group;
    for (size_t i = 0; i < group->count && !field->next; i++) {
        const struct cell_figures *cell = &group->cells[i];
        const double own = (double)cell->key->workers;
        const bool here = !(own < workers || own > workers) || crossover_single(group, cell);
        if (isnan(cell->wall_ns) || !here)
            continue;
        if (!field->best)
            field->best = cell;
        else
            field->next = cell;
    }
}

static void crossover_fields(struct crossover *map, const struct cell_table *table,
                             const struct timing *work)
{
    char rest[TEXT_PARAMS];
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t g = 0; g < table->count; g++) {
            const struct cell_group *group = &table->groups[g];
            const double share = crossover_share(group->first, rest);
            if (!crossover_same_work(work, group->first) || share < map->shares[s] ||
                share > map->shares[s])
                continue;
            for (size_t w = 0; w < map->worker_count; w++) {
                crossover_field(&map->fields[s][w], group, map->workers[w]);
                map->known += map->fields[s][w].next != NULL;
            }
        }
}

static size_t crossover_rows(const struct crossover_field *field)
{
    return field->best->row_count + field->next->row_count;
}

/* All fields at once, so that the more are judged the more each must show. */
static int crossover_judge(struct crossover *map)
{
    struct judge_pair *pairs = calloc(map->known, sizeof *pairs);
    struct crossover_field **judged = calloc(map->known, sizeof *judged);
    double *logs = NULL;
    size_t count = 0, room = 0, used = 0;
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++)
            room += map->fields[s][w].next ? crossover_rows(&map->fields[s][w]) : 0;
    logs = calloc(room + 1, sizeof *logs);
    if (!pairs || !judged || !logs) {
        free(pairs);
        free((void *)judged);
        free(logs);
        return -ENOMEM;
    }
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++) {
            struct crossover_field *field = &map->fields[s][w];
            if (!field->next)
                continue;
            pairs[count] = (struct judge_pair){.paired = true, .ratios = logs + used};
            pairs[count].ratio_count = cells_pair(field->best, field->next, logs + used);
            used += pairs[count].ratio_count;
            judged[count++] = field;
        }
    judge(pairs, count, &judge_default);
    for (size_t i = 0; i < count; i++) {
        judged[i]->pair = pairs[i];
        judged[i]->pair.ratios = NULL;
        judged[i]->won = pairs[i].judged == JUDGED_SLOWER;
        map->won += judged[i]->won;
    }
    free(pairs);
    free((void *)judged);
    free(logs);
    return 0;
}

int crossover_make(struct crossover *map, const struct cell_table *table)
{
    for (size_t g = 0; g < table->count; g++) {
        const struct timing *work = table->groups[g].first;
        char rest[TEXT_PARAMS];
        if (isnan(crossover_share(work, rest)))
            continue;
        memset(map, 0, sizeof *map);
        crossover_axes(map, table, work);
        crossover_fields(map, table, work);
        if (map->share_count < 2 || map->known == 0)
            continue;
        const int code = crossover_judge(map);
        return code < 0 ? code : 1;
    }
    return 0;
}
