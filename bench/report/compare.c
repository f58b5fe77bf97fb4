#include "bench/report/compare.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"

/* The measured cells of a run that are asked for, with the group of each. */
struct side {
    const struct compared_run *run;
    const struct cell_figures **cells;
    const struct cell_group **groups;
    bool *taken; /* has its like on the other side, or was refused */
    struct side_naming {
        bool params, tasks, rate; /* in which works of one workload differ */
    } * naming;                   /* by group */
    size_t count;
};

static bool side_wanted(const struct timing *key, const char *filter)
{
    char name[2 * TEXT_NAME + 1];
    if (!filter)
        return true;
    snprintf(name, sizeof name, "%s/%s", key->workload, key->mode);
    return fnmatch(filter, name, 0) == 0;
}

/* Whether both came at the same rate, in the same way, or both in a closed loop. */
static bool like_paced(const struct timing *a, const struct timing *b)
{
    return a->rate == b->rate && strcmp(a->arrivals, b->arrivals) == 0;
}

/* The groups are in the order of their work, so those of a workload stand together. */
static void side_name(struct side *side)
{
    const struct cell_table *table = &side->run->table;
    for (size_t g = 0, end; g < table->count; g = end) {
        const struct timing *first = table->groups[g].first;
        struct side_naming naming = {false, false, false};
        for (end = g; end < table->count; end++) {
            const struct timing *other = table->groups[end].first;
            if (strcmp(other->workload, first->workload) != 0)
                break;
            naming.params |= strcmp(other->params, first->params) != 0;
            naming.tasks |= other->tasks != first->tasks;
            naming.rate |= !like_paced(other, first);
        }
        for (size_t i = g; i < end; i++)
            side->naming[i] = naming;
    }
}

static int side_fill(struct side *side, const struct compared_run *run, const char *filter)
{
    size_t room = 1;
    for (size_t g = 0; g < run->table.count; g++)
        room += run->table.groups[g].count;
    *side = (struct side){.run = run};
    side->cells = calloc(room, sizeof *side->cells);
    side->groups = calloc(room, sizeof *side->groups);
    side->taken = calloc(room, sizeof *side->taken);
    side->naming = calloc(run->table.count + 1, sizeof *side->naming);
    if (!side->cells || !side->groups || !side->taken || !side->naming)
        return -ENOMEM;
    side_name(side);
    for (size_t g = 0; g < run->table.count; g++) {
        const struct cell_group *group = &run->table.groups[g];
        for (size_t c = 0; c < group->count; c++) {
            const struct cell_figures *cell = &group->cells[c];
            if (isnan(cell->wall_ns) || !side_wanted(cell->key, filter))
                continue;
            side->cells[side->count] = cell;
            side->groups[side->count++] = group;
        }
    }
    return 0;
}

static void side_free(struct side *side)
{
    free(side->cells);
    free(side->groups);
    free(side->taken);
    free(side->naming);
}

/* --- which cell is whose like --- */

enum likeness { LIKE_EXACTLY, LIKE_PER_CORE, LIKE_OTHER_WORK };

/* "One worker per usable core" is the same way on machines of any size. */
static bool like_per_core(const struct timing *a, const struct timing *b)
{
    return cells_same_way(a, b) && a->workers == a->cores && b->workers == b->cores;
}

static bool like(const struct timing *a, const struct timing *b, enum likeness likeness)
{
    switch (likeness) {
    case LIKE_EXACTLY:
        return cells_compare_way(a, b) == 0 && cells_compare_work(a, b) == 0;
    case LIKE_PER_CORE:
        return like_per_core(a, b) && cells_compare_work(a, b) == 0;
    case LIKE_OTHER_WORK:
        /* A worker per task means another number where the number of tasks differs. */
        return strcmp(a->workload, b->workload) == 0 && cells_same_way(a, b) &&
               (a->workers == b->workers || like_per_core(a, b) ||
                (a->workers == a->tasks && b->workers == b->tasks));
    }
    return false;
}

/* Cells lie in the order of their work, and so those of a workload lie together, too. */
static int like_order(const struct timing *a, const struct timing *b, enum likeness likeness)
{
    return likeness == LIKE_OTHER_WORK ? strcmp(a->workload, b->workload)
                                       : cells_compare_work(a, b);
}

static size_t like_first(const struct side *b, const struct timing *key, enum likeness likeness)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (like_order(b->cells[middle]->key, key, likeness) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first one that is alike and not taken; b->count: there is none. */
static size_t like_find(const struct side *b, const struct timing *key, enum likeness likeness)
{
    for (size_t i = like_first(b, key, likeness);
         i < b->count && like_order(b->cells[i]->key, key, likeness) == 0; i++)
        if (!b->taken[i] && like(b->cells[i]->key, key, likeness))
            return i;
    return b->count;
}

/* --- names --- */

/* "50,000/s", "closed loop" */
static char *name_rate(char *text, size_t size, const struct timing *work)
{
    char rate[64];
    requests_rate(rate, sizeof rate, work);
    snprintf(text, size, "%s", *rate ? rate + strlen(", ") : "closed loop");
    return text;
}

/* Parameters, tasks and rate are named where the run has several of the workload. */
static void name_cell(char *text, size_t size, const struct side *side, size_t index)
{
    const struct cell_figures *cell = side->cells[index];
    const struct cell_group *group = side->groups[index];
    char mode[VERDICT_NAME], work[TEXT_PARAMS + 128] = "", rate[64];
    const struct side_naming naming = side->naming[group - side->run->table.groups];
    verdict_name(mode, sizeof mode, group, cell);
    if (naming.params)
        snprintf(work, sizeof work, " %s", cell->key->params);
    if (naming.tasks)
        snprintf(work + strlen(work), sizeof work - strlen(work), " %llu tasks",
                 (unsigned long long)cell->key->tasks);
    if (naming.rate)
        snprintf(work + strlen(work), sizeof work - strlen(work), " %s",
                 name_rate(rate, sizeof rate, cell->key));
    char name[TEXT_NAME + sizeof work + VERDICT_NAME];
    snprintf(name, sizeof name, "%s%s %s", cell->key->workload, work, mode);
    plain_text(text, size, name);
}

/* --- the comparison --- */

static void make_cell(struct comparison *comparison, const struct side *a, size_t i,
                      const struct side *b, size_t j)
{
    struct compared_cell *cell = &comparison->cells[comparison->count++];
    const struct cell_figures *base = a->cells[i], *other = b->cells[j];
    *cell = (struct compared_cell){.a = base,
                                   .b = other,
                                   .group_a = a->groups[i],
                                   .group_b = b->groups[j],
                                   .speedup_ratio = other->speedup / base->speedup};
    name_cell(cell->name, sizeof cell->name, a, i);
    if (base->key->workers != other->key->workers) {
        const size_t used = strlen(cell->name);
        snprintf(cell->name + used, sizeof cell->name - used, " (%llu and %llu workers)",
                 (unsigned long long)base->key->workers, (unsigned long long)other->key->workers);
    }
    if (comparison->within) {
        double *logs = comparison->logs + comparison->log_count;
        cell->pair = (struct judge_pair){
            .paired = true, .ratios = logs, .ratio_count = cells_pair(base, other, logs)};
        comparison->log_count += cell->pair.ratio_count;
        return;
    }
    cell->pair = (struct judge_pair){.a = {base->invocations, base->invocation_count},
                                     .b = {other->invocations, other->invocation_count},
                                     .noise_a = comparison->a->noise,
                                     .noise_b = comparison->b->noise,
                                     .moved = comparison->moved};
}

static void make_refusal(struct comparison *comparison, const struct side *a, size_t i,
                         const struct timing *other)
{
    struct compared_refusal *refusal = &comparison->refused[comparison->refused_count++];
    const struct timing *key = a->cells[i]->key;
    char base_params[96], other_params[96];
    char base_rate[64], other_rate[64];
    name_cell(refusal->name, sizeof refusal->name, a, i);
    if (key->workload_version != other->workload_version)
        snprintf(refusal->reason, sizeof refusal->reason,
                 "version %llu of the workload against version %llu: they are different work",
                 (unsigned long long)key->workload_version,
                 (unsigned long long)other->workload_version);
    else if (strcmp(key->params, other->params) != 0)
        snprintf(refusal->reason, sizeof refusal->reason, "its parameters differ: %s against %s",
                 plain_text(base_params, sizeof base_params, key->params),
                 plain_text(other_params, sizeof other_params, other->params));
    else if (!like_paced(key, other))
        snprintf(refusal->reason, sizeof refusal->reason,
                 "%s against %s: measure both with the same --rate and --arrivals",
                 name_rate(base_rate, sizeof base_rate, key),
                 name_rate(other_rate, sizeof other_rate, other));
    else
        snprintf(refusal->reason, sizeof refusal->reason,
                 "%llu tasks against %llu: measure both with the same --tasks",
                 (unsigned long long)key->tasks, (unsigned long long)other->tasks);
}

/* Every cell of the base finds its like, exact ones first, so that no other cell takes it. */
static void make_match(struct comparison *comparison, struct side *a, struct side *b,
                       size_t *like_of)
{
    const enum likeness first = comparison->within ? LIKE_OTHER_WORK : LIKE_EXACTLY;
    const enum likeness last = comparison->within ? LIKE_OTHER_WORK : LIKE_PER_CORE;
    for (enum likeness likeness = first; likeness <= last; likeness++)
        for (size_t i = 0; i < a->count; i++) {
            const size_t j = a->taken[i] ? b->count : like_find(b, a->cells[i]->key, likeness);
            if (j == b->count)
                continue;
            a->taken[i] = b->taken[j] = true;
            like_of[i] = j;
        }
    for (size_t i = 0; i < a->count; i++)
        if (a->taken[i])
            make_cell(comparison, a, i, b, like_of[i]);
}

static void make_rest(struct comparison *comparison, struct side *a, struct side *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->taken[i])
            continue;
        const size_t j = like_find(b, a->cells[i]->key, LIKE_OTHER_WORK);
        if (j < b->count) {
            make_refusal(comparison, a, i, b->cells[j]->key);
            b->taken[j] = true;
        } else {
            comparison->missing_b[comparison->missing_b_count++] = a->cells[i];
        }
    }
    for (size_t j = 0; j < b->count; j++)
        if (!b->taken[j])
            comparison->missing_a[comparison->missing_a_count++] = b->cells[j];
}

/* Facts that are missing tell no two machines apart. */
static bool make_same_machine(const struct comparison *comparison)
{
    static const char *const same[] = {"host", "cpu.model", "cores.usable"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const json_t *a = machine_fact(comparison->a->machine, same[i]);
        const json_t *b = machine_fact(comparison->b->machine, same[i]);
        if (a && b && !json_equal(a, b))
            return false;
    }
    return true;
}

static void make_reference(struct comparison *comparison, const struct judge_rules *rules)
{
    const struct cell_figures *a = comparison->a->table.reference;
    const struct cell_figures *b = comparison->b->table.reference;
    const bool comparable =
        !comparison->within && a && b && cells_compare_work(a->key, b->key) == 0;
    comparison->reference =
        (struct judge_pair){.ratio = (double)NAN, .p = (double)NAN, .judged = JUDGED_INCONCLUSIVE};
    if (!comparable)
        return;
    /* Whether the machine was slower during these invocations is just what is asked: no noise
     * between invocations is added, and nothing is called. */
    comparison->reference.ratio = b->wall_ns / a->wall_ns;
    comparison->reference.interval =
        stats_bootstrap_ratio(&(struct clusters){a->invocations, a->invocation_count},
                              &(struct clusters){b->invocations, b->invocation_count}, JUDGE_LEVEL,
                              rules->resamples, rules->seed);
    if (make_same_machine(comparison))
        comparison->moved = log(comparison->reference.ratio);
}

static int make_judge(struct comparison *comparison, const struct judge_rules *rules)
{
    const size_t count = comparison->count;
    struct judge_pair *pairs = calloc(count ? count : 1, sizeof *pairs);
    double logs = 0;
    size_t rated = 0;
    if (!pairs)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        pairs[i] = comparison->cells[i].pair;
    judge(pairs, count, rules);
    for (size_t i = 0; i < count; i++) {
        comparison->cells[i].pair = pairs[i];
        if (isfinite(pairs[i].ratio)) {
            logs += log(pairs[i].ratio);
            rated++;
        }
    }
    comparison->geomean = rated ? exp(logs / (double)rated) : (double)NAN;
    free(pairs);
    return 0;
}

static int make_comparison(struct comparison *comparison, const struct judge_rules *rules,
                           const char *filter)
{
    const struct compared_run *a = comparison->a, *b = comparison->b;
    struct side base, other = {0};
    size_t *like_of = NULL;
    int code = side_fill(&base, a, filter);
    if (code == 0)
        code = side_fill(&other, b, filter);
    if (code == 0) {
        like_of = calloc(base.count + 1, sizeof *like_of);
        comparison->cells = calloc(base.count + 1, sizeof *comparison->cells);
        comparison->refused = calloc(base.count + 1, sizeof *comparison->refused);
        comparison->missing_b = calloc(base.count + 1, sizeof *comparison->missing_b);
        comparison->missing_a = calloc(other.count + 1, sizeof *comparison->missing_a);
        comparison->logs = comparison->within ? calloc(b->count + 1, sizeof(double)) : NULL;
        if ((comparison->within && !comparison->logs) || !like_of || !comparison->cells ||
            !comparison->refused || !comparison->missing_a || !comparison->missing_b)
            code = -ENOMEM;
    }
    if (code == 0) {
        make_reference(comparison, rules);
        make_match(comparison, &base, &other, like_of);
        make_rest(comparison, &base, &other);
        code = make_judge(comparison, rules);
    }
    side_free(&base);
    side_free(&other);
    free(like_of);
    if (code < 0)
        compare_free(comparison);
    return code;
}

int compare_make(struct comparison *comparison, const struct compared_run *a,
                 const struct compared_run *b, const struct judge_rules *rules, const char *filter)
{
    *comparison = (struct comparison){.a = a, .b = b};
    return make_comparison(comparison, rules, filter);
}

/* --- inside one run --- */

/* One work of a run, which only borrows. */
static struct compared_run within_view(const struct compared_run *run, struct cell_group *group,
                                       const struct timing *other)
{
    struct compared_run view = {.folder = run->folder,
                                .rows = run->rows,
                                .count = run->count,
                                .table = {.groups = group, .count = 1},
                                .machine = run->machine,
                                .noise = run->noise,
                                .invocations = run->invocations};
    const struct timing *work = group->first;
    if (strcmp(work->params, other->params) != 0)
        plain_text(view.label, sizeof view.label, work->params);
    else if (work->tasks != other->tasks)
        snprintf(view.label, sizeof view.label, "%llu tasks", (unsigned long long)work->tasks);
    else if (!like_paced(work, other))
        name_rate(view.label, sizeof view.label, work);
    else
        snprintf(view.label, sizeof view.label, "version %llu",
                 (unsigned long long)work->workload_version);
    return view;
}

/* The groups are in the order of their work, so those of a workload stand together. */
static struct cell_group *within_base(const struct cell_table *table, size_t g)
{
    while (g > 0 &&
           strcmp(table->groups[g - 1].first->workload, table->groups[g].first->workload) == 0)
        g--;
    return &table->groups[g];
}

int compare_within(struct compared_within *within, const struct compared_run *run,
                   const struct judge_rules *rules, const char *filter)
{
    const struct cell_table *table = &run->table;
    *within = (struct compared_within){0};
    within->list = calloc(table->count + 1, sizeof *within->list);
    within->views = calloc(2 * table->count + 1, sizeof *within->views);
    int code = within->list && within->views ? 0 : -ENOMEM;
    for (size_t g = 0; g < table->count && code == 0; g++) {
        struct cell_group *base = within_base(table, g), *other = &table->groups[g];
        if (base == other)
            continue;
        struct compared_run *views = &within->views[2 * within->count];
        struct comparison *comparison = &within->list[within->count];
        views[0] = within_view(run, base, other->first);
        views[1] = within_view(run, other, base->first);
        *comparison = (struct comparison){.a = &views[0], .b = &views[1], .within = true};
        code = make_comparison(comparison, rules, filter);
        within->count += code == 0;
    }
    if (code == 0 && within->count == 0)
        code = -ENOENT;
    if (code < 0)
        compare_within_free(within);
    return code;
}

void compare_within_free(struct compared_within *within)
{
    for (size_t i = 0; i < within->count; i++)
        compare_free(&within->list[i]);
    free(within->list);
    free(within->views);
    *within = (struct compared_within){0};
}

void compare_free(struct comparison *comparison)
{
    free(comparison->logs);
    free(comparison->cells);
    free(comparison->refused);
    free(comparison->missing_a);
    free(comparison->missing_b);
    *comparison = (struct comparison){.geomean = (double)NAN};
}

int compare_with_first(struct comparison **list, const struct compared_run *runs, size_t count,
                       const struct judge_rules *rules, const char *filter)
{
    struct comparison *made = calloc(count, sizeof *made);
    int code = made ? 0 : -ENOMEM;
    for (size_t i = 1; i < count && code == 0; i++)
        code = compare_make(&made[i - 1], &runs[0], &runs[i], rules, filter);
    if (code < 0) {
        compare_list_free(made, count - 1);
        made = NULL;
    }
    *list = made;
    return code;
}

void compare_list_free(struct comparison *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++)
        compare_free(&list[i]);
    free(list);
}
