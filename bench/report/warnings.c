#include "bench/report/warnings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/advice.h"
#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"
#include "bench/report/warnings_internal.h"
#include "bench/results/machine_file.h"

/* All kinds of the tables, of the blocks and of the machine's facts. */
enum { WARNINGS_MOST = 64 };

static int by_time(const void *left, const void *right)
{
    const struct timing *a = *(const struct timing *const *)left;
    const struct timing *b = *(const struct timing *const *)right;
    if (a->invocation != b->invocation)
        return a->invocation < b->invocation ? -1 : 1;
    if (a->start_unix_ns != b->start_unix_ns)
        return a->start_unix_ns < b->start_unix_ns ? -1 : 1;
    return (a > b) - (a < b);
}

static void scene_add(struct scene *scene, const struct cell_group *group,
                      const struct cell_figures *cell)
{
    struct watched *watched = &scene->cells[scene->count];
    *watched = (struct watched){group, cell, scene->rows + scene->row_count, 0};
    for (size_t i = 0; i < cell->row_count; i++)
        if (cells_measured(cell->rows[i]))
            watched->rows[watched->count++] = cell->rows[i];
    if (watched->count == 0)
        return;
    qsort(watched->rows, watched->count, sizeof *watched->rows, by_time);
    scene->row_count += watched->count;
    scene->count++;
    for (size_t from = 0, end; group && from < watched->count; from = end) {
        end = warnings_invocation_end(watched, from);
        scene->series += end - from >= WARNINGS_SERIES;
    }
}

/* The clock's step by the kernel, but no finer than what feeds it: 3.579545 MHz by the ACPI
 * specification, at least 10 MHz by that of the HPET. */
static double clock_step(const json_t *machine)
{
    const json_t *resolution = machine_fact(machine, "timer.resolution_ns");
    const char *source = json_string_value(machine_fact(machine, "timer.clocksource"));
    double step = json_is_number(resolution) ? json_number_value(resolution) : (double)NAN;
    if (source && strcmp(source, "acpi_pm") == 0)
        step = fmax(step, 279.4);
    else if (source && strcmp(source, "hpet") == 0)
        step = fmax(step, 100);
    return step;
}

static double machine_count(const json_t *machine, const char *path)
{
    const json_t *count = machine_fact(machine, path);
    return json_is_integer(count) && json_integer_value(count) > 0 ? json_number_value(count) : 0;
}

static int scene_set(struct scene *scene, const struct cell_table *table, const json_t *machine)
{
    size_t cells = 1, rows = 1;
    for (size_t g = 0; g < table->count; g++)
        for (size_t c = 0; c < table->groups[g].count; c++, cells++)
            rows += table->groups[g].cells[c].row_count;
    rows += table->reference ? table->reference->row_count : 0;

    *scene = (struct scene){.clock_step_ns = (double)NAN};
    scene->cells = calloc(cells, sizeof *scene->cells);
    scene->rows = calloc(rows, sizeof *scene->rows);
    scene->values = calloc(rows, sizeof *scene->values);
    scene->found = calloc(WARNINGS_MOST, sizeof *scene->found);
    if (!scene->cells || !scene->rows || !scene->values || !scene->found)
        return -ENOMEM;
    for (size_t g = 0; g < table->count; g++)
        for (size_t c = 0; c < table->groups[g].count; c++)
            scene_add(scene, &table->groups[g], &table->groups[g].cells[c]);
    if (table->reference)
        scene_add(scene, NULL, table->reference);
    if (machine) {
        scene->simulated = json_is_true(machine_fact(machine, "simulated"));
        scene->pus = machine_count(machine, "cores.pus");
        scene->machine_pus = machine_count(machine, "cores.machine_pus");
        scene->clock_step_ns = clock_step(machine);
    }
    return 0;
}

static void scene_end(struct scene *scene)
{
    free(scene->cells);
    free(scene->rows);
    free(scene->values);
    free(scene->found);
}

struct warning *warnings_add(struct scene *scene, const char *kind, const char *remedy)
{
    /* There is room for all kinds; should one be forgotten, the last one gives way. */
    if (scene->found_count == WARNINGS_MOST)
        scene->found_count--;
    struct warning *warning = &scene->found[scene->found_count++];
    *warning = (struct warning){.kind = kind};
    snprintf(warning->remedy, sizeof warning->remedy, "%s", remedy);
    return warning;
}

/* "cpu thread x4", with parameters, tasks and rate only where the workload has several groups. */
static void cell_name(char *text, size_t size, const struct cell_table *table,
                      const struct watched *cell)
{
    char name[VERDICT_NAME], rate[64];
    size_t groups = 0;
    if (!cell->group) {
        snprintf(text, size, "the reference cell");
        return;
    }
    const struct timing *key = cell->cell->key;
    for (size_t g = 0; g < table->count; g++)
        groups += strcmp(table->groups[g].first->workload, key->workload) == 0;
    verdict_name(name, sizeof name, cell->group, cell->cell);
    if (groups > 1)
        snprintf(text, size, "%s (%.48s, %llu tasks%s) %s", key->workload, key->params,
                 (unsigned long long)key->tasks, requests_rate(rate, sizeof rate, key), name);
    else
        snprintf(text, size, "%s %s", key->workload, name);
}

static void judge_kind(struct scene *scene, const struct cell_table *table,
                       const struct cell_kind *kind)
{
    const struct watched *worst = NULL;
    struct touch most = {0};
    size_t cells = 0, touched = 0;
    for (size_t i = 0; i < scene->count; i++) {
        struct touch touch = {0};
        if (!scene->cells[i].group && !kind->reference)
            continue;
        cells++;
        if (!kind->judge(scene, &scene->cells[i], &touch))
            continue;
        touched++;
        if (!worst || touch.weight > most.weight) {
            worst = &scene->cells[i];
            most = touch;
        }
    }
    if (!worst)
        return;
    char name[256], where[360];
    cell_name(name, sizeof name, table, worst);
    if (cells > 1)
        snprintf(where, sizeof where, "in %zu of %zu cells, most in %s", touched, cells, name);
    else
        snprintf(where, sizeof where, "in %s", name);
    struct warning *warning = warnings_add(scene, kind->kind, kind->remedy);
    snprintf(warning->text, sizeof warning->text, "%s %.200s (%s)%s", kind->what, where,
             most.detail, kind->tail);
}

/* What the run had less of than was asked for (--on-limit clamp). */
static void judge_clamped(struct scene *scene, const json_t *machine)
{
    const json_t *list = machine_fact(machine, "run.clamped");
    const json_t *first = json_array_get(list, 0);
    const size_t count = json_array_size(list);
    const char *workload = json_string_value(json_object_get(first, "workload"));
    const char *mode = json_string_value(json_object_get(first, "mode"));
    const char *reason = json_string_value(json_object_get(first, "reason"));
    const json_t *workers = json_object_get(first, "workers");
    const json_t *width = json_object_get(first, "width");
    char more[64] = "";
    if (count == 0)
        return;
    struct warning *warning =
        warnings_add(scene, "clamped", "raise that limit, then start a new run");
    if (count > 1)
        snprintf(more, sizeof more, ", and %zu more (run.clamped in machine.json)", count - 1);
    snprintf(warning->text, sizeof warning->text,
             "a limit kept cells from running as asked for (--on-limit clamp): %.40s under %.40s "
             "with %lld workers of %lld tasks at once in place of %lld of %lld%s; it %.200s",
             workload ? workload : "?", mode ? mode : "?",
             (long long)json_integer_value(json_array_get(workers, 1)),
             (long long)json_integer_value(json_array_get(width, 1)),
             (long long)json_integer_value(json_array_get(workers, 0)),
             (long long)json_integer_value(json_array_get(width, 0)), more,
             reason ? reason : "needed more than there was");
}

static bool was_told(const struct scene *scene, const char *kind)
{
    for (size_t i = 0; i < scene->found_count; i++)
        if (strcmp(scene->found[i].kind, kind) == 0)
            return true;
    return false;
}

/* The rows know better than the facts of before the run, and say the same. */
static bool rows_told(const struct scene *scene, const char *topic)
{
    static const char *const same[][2] = {
        {"battery", "battery"}, {"CPU quota", "throttling"}, {"load", "running before"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(same[i][0], topic) == 0)
            return was_told(scene, same[i][1]);
    return false;
}

static void judge_facts(struct scene *scene, const json_t *machine)
{
    struct advice list[ADVICE_MOST];
    const size_t count = advice_collect(machine, list, ADVICE_MOST);
    for (size_t i = 0; i < count; i++) {
        if (list[i].state != ADVICE_DISTURBS || rows_told(scene, list[i].topic))
            continue;
        struct warning *warning = warnings_add(scene, list[i].topic, list[i].remedy);
        snprintf(warning->text, sizeof warning->text, "%s: %s", list[i].topic, list[i].found);
    }
}

int warnings_collect(const struct cell_table *table, const json_t *machine, struct warning **list,
                     size_t *count)
{
    struct scene scene;
    *list = NULL;
    *count = 0;
    int rc = scene_set(&scene, table, machine);
    if (rc == 0) {
        for (const struct cell_kind *kind = warnings_of_series; kind->kind; kind++)
            judge_kind(&scene, table, kind);
        for (const struct cell_kind *kind = warnings_of_machine; kind->kind; kind++)
            judge_kind(&scene, table, kind);
        rc = warnings_of_blocks(&scene);
    }
    if (rc == 0) {
        if (machine) {
            judge_clamped(&scene, machine);
            judge_facts(&scene, machine);
        }
        if (scene.found_count > 0) {
            *list = scene.found;
            *count = scene.found_count;
            scene.found = NULL;
        }
    }
    scene_end(&scene);
    return rc;
}

int warnings_print(FILE *out, const struct warning *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[sizeof list->text], remedy[sizeof list->remedy];
        plain_text(text, sizeof text, list[i].text);
        plain_text(remedy, sizeof remedy, list[i].remedy);
        fprintf(out, "warning: %s. Remedy: %s\n", text, remedy);
    }
    return fflush(out) == 0 && !ferror(out) ? 0 : -EIO;
}
