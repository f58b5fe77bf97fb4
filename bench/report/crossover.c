#include "bench/report/crossover.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/rank_tests.h"

#define CROSSOVER_WORKLOAD "mixed"
#define CROSSOVER_PARAM    "share="

/* Where the parameter stands among a row's; NULL where it has none. */
static const char *crossover_at(const char *params)
{
    const char *at = params;
    while (at && strncmp(at, CROSSOVER_PARAM, strlen(CROSSOVER_PARAM)) != 0) {
        at = strchr(at, ';');
        at = at ? at + 1 : NULL;
    }
    return at;
}

/* In percent; NaN where the row has none. */
static double crossover_share(const struct timing *row)
{
    const char *at = crossover_at(row->params);
    char *end;
    if (!at || strcmp(row->workload, CROSSOVER_WORKLOAD) != 0)
        return (double)NAN;
    at += strlen(CROSSOVER_PARAM);
    const double share = strtod(at, &end);
    const bool whole = end > at && *end == '%' && (end[1] == '\0' || end[1] == ';');
    return whole && share >= 0 && share <= 100 ? share : (double)NAN;
}

/* Parameters but for the share, which is among them. Returns `text`. */
static char *crossover_rest(char text[TEXT_PARAMS], const char *params)
{
    const char *at = crossover_at(params);
    snprintf(text, TEXT_PARAMS, "%.*s%s", (int)(at - params), params, at + strcspn(at, ";"));
    return text;
}

/* Order by all but the share; every row has one. */
static int crossover_compare_work(const struct timing *a, const struct timing *b)
{
    char rest_a[TEXT_PARAMS], rest_b[TEXT_PARAMS];
    struct timing own = *a, other = *b;
    own.params = crossover_rest(rest_a, a->params);
    other.params = crossover_rest(rest_b, b->params);
    return cells_compare_work(&own, &other);
}

/* Works one after the other, each in the order of the shares. */
static int crossover_order(const void *left, const void *right)
{
    const struct timing *a = (*(const struct cell_group *const *)left)->first;
    const struct timing *b = (*(const struct cell_group *const *)right)->first;
    const double share_a = crossover_share(a), share_b = crossover_share(b);
    const int order = crossover_compare_work(a, b);
    return order ? order : (share_a > share_b) - (share_a < share_b);
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

static void crossover_axes(struct crossover *map, const struct cell_group *const *groups,
                           size_t count)
{
    for (size_t g = 0; g < count; g++) {
        const struct cell_group *group = groups[g];
        if (!crossover_place(map->shares, &map->share_count, crossover_share(group->first)))
            break;
        for (size_t i = 0; i < group->count; i++)
            if (!crossover_single(group, &group->cells[i]))
                crossover_place(map->workers, &map->worker_count,
                                (double)group->cells[i].key->workers);
    }
    if (map->worker_count == 0)
        crossover_place(map->workers, &map->worker_count, 1);
}

/* The next rival from cells[*at] on; NULL where there is none. The cells are sorted by their
 * medians. */
static const struct cell_figures *crossover_rival(const struct cell_group *group, double workers,
                                                  size_t *at)
{
    while (*at < group->count) {
        const struct cell_figures *cell = &group->cells[(*at)++];
        const double own = (double)cell->key->workers;
        if (isnan(cell->wall_ns))
            return NULL;
        if (!(own < workers || own > workers) || crossover_single(group, cell))
            return cell;
    }
    return NULL;
}

/* The fastest against the others until one is not seen to be slower: cells_judge.c says why these
 * tests need no correction among themselves. What the field then needs is the largest of their p.
 * `logs`: room for as many as a cell has rows. */
static void crossover_field(struct crossover_field *field, const struct cell_group *group,
                            double workers, double *logs)
{
    const struct cell_figures *rival;
    double p = 0;
    size_t at = 0;
    field->group = group;
    field->best = crossover_rival(group, workers, &at);
    field->won = true;
    while (field->best && field->won && (rival = crossover_rival(group, workers, &at))) {
        struct judge_pair pair = {.paired = true, .ratios = logs};
        pair.ratio_count = cells_pair(field->best, rival, logs);
        judge(&pair, 1, &judge_default);
        field->won = pair.judged == JUDGED_SLOWER;
        p = fmax(p, pair.p);
        if (!field->next || !field->won) {
            field->next = rival;
            field->pair = pair;
        }
    }
    field->won = field->won && field->next;
    field->pair.ratios = NULL;
    field->pair.ratio_count = 0;
    /* One that is not won has no part in what the others show. */
    field->pair.p = field->won ? p : 1;
}

static int crossover_fields(struct crossover *map, const struct cell_group *const *groups,
                            size_t count)
{
    size_t most = 1;
    for (size_t g = 0; g < count; g++)
        for (size_t i = 0; i < groups[g]->count; i++)
            most = groups[g]->cells[i].row_count > most ? groups[g]->cells[i].row_count : most;
    double *logs = calloc(most, sizeof *logs);
    if (!logs)
        return -ENOMEM;
    for (size_t g = 0, s = 0; g < count && s < map->share_count; g++) {
        if (crossover_share(groups[g]->first) < map->shares[s])
            continue; /* the share before, written otherwise */
        for (size_t w = 0; w < map->worker_count; w++) {
            crossover_field(&map->fields[s][w], groups[g], map->workers[w], logs);
            map->known += map->fields[s][w].next != NULL;
        }
        s++;
    }
    free(logs);
    return 0;
}

/* All fields at once, so that the more are judged the more each must show. */
static void crossover_judge(struct crossover *map)
{
    double p[CROSSOVER_SIDE * CROSSOVER_SIDE];
    size_t count = 0;
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++)
            if (map->fields[s][w].next)
                p[count++] = map->fields[s][w].pair.p;
    stats_holm(p, count);
    count = 0;
    map->runs = SIZE_MAX;
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++) {
            struct crossover_field *field = &map->fields[s][w];
            if (!field->next)
                continue;
            field->pair.p = p[count++];
            field->won = field->won && field->pair.p < 1 - JUDGE_LEVEL;
            map->won += field->won;
            map->runs = field->best->runs < map->runs ? field->best->runs : map->runs;
            map->runs = field->next->runs < map->runs ? field->next->runs : map->runs;
        }
}

/* The first work that has a map, of groups in crossover_order(). */
static int crossover_first(struct crossover *map, const struct cell_group *const *groups,
                           size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count; to++)
            if (crossover_compare_work(groups[from]->first, groups[to]->first) != 0)
                break;
        if (to - from < 2)
            continue;
        memset(map, 0, sizeof *map);
        crossover_axes(map, &groups[from], to - from);
        const int code = map->share_count < 2 ? 0 : crossover_fields(map, &groups[from], to - from);
        if (code < 0)
            return code;
        if (map->known > 0) {
            crossover_judge(map);
            return 1;
        }
    }
    return 0;
}

int crossover_make(struct crossover *map, const struct cell_table *table)
{
    const struct cell_group **groups = calloc(table->count + 1, sizeof *groups);
    size_t count = 0;
    if (!groups)
        return -ENOMEM;
    for (size_t g = 0; g < table->count; g++)
        if (!isnan(crossover_share(table->groups[g].first)) &&
            !cells_open_loop(table->groups[g].first))
            groups[count++] = &table->groups[g];
    qsort((void *)groups, count, sizeof *groups, crossover_order);
    const int code = crossover_first(map, groups, count);
    free((void *)groups);
    return code;
}
