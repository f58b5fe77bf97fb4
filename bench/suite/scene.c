#include "bench/suite/scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCENE_WORDS = 40 };

char *scene_text(const struct scene *scene, bool full, char *text, size_t size)
{
    const char *sizes = full && scene->full ? scene->full : scene->quick;
    snprintf(text, size, "%s%s%s", scene->words, *sizes ? " " : "", sizes);
    return text;
}

int scene_options(const struct scene *scene, bool full, struct options *options, struct error *err)
{
    char text[SCENE_TEXT], command[] = "run", *words[SCENE_WORDS] = {command}, *rest = NULL;
    int count = 1;
    scene_text(scene, full, text, sizeof text);
    for (char *word = strtok_r(text, " ", &rest); word && count < SCENE_WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    int rc = options_parse(options, count, words, err);
    options->no_baseline = true;
    return rc;
}

int scene_plan(const struct scene *scene, bool full, const struct topology_counts *counts,
               struct plan *plan, struct error *err)
{
    struct options *options = malloc(sizeof *options);
    if (!options) {
        return error_set(err, -ENOMEM, "no memory");
    }
    int rc = scene_options(scene, full, options, err);
    if (rc == 0) {
        options->no_reference = true;
        rc = plan_make(plan, options, counts, false, NULL, 0, err);
    }
    free(options);
    return rc;
}

int scene_plans(const struct scene *scenes, size_t most, bool full,
                const struct topology_counts *counts, struct plan *plans, size_t *count,
                struct error *err)
{
    int rc = 0;
    *count = 0;
    while (*count < most && scenes[*count].words && rc == 0) {
        rc = scene_plan(&scenes[*count], full, counts, &plans[*count], err);
        *count += rc == 0;
    }
    if (rc != 0) {
        scene_plans_free(plans, *count);
        *count = 0;
    }
    return rc;
}

void scene_plans_free(struct plan *plans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        plan_free(&plans[i]);
    }
}

bool scene_has(const struct cell *cell, const struct timing *row)
{
    char params[TEXT_PARAMS], schedule[SCHEDULE_TEXT];
    return row->reference == 0 && row->workers == cell->workers && row->tasks == cell->tasks &&
           row->width == cell->width && strcmp(row->workload, cell->workload->name) == 0 &&
           strcmp(row->mode, cell->mode->name) == 0 && strcmp(row->wait, cell->wait->name) == 0 &&
           strcmp(row->submit, plan_submit(cell)) == 0 &&
           strcmp(row->stack, plan_stack(cell)) == 0 &&
           strcmp(row->schedule, schedule_text(&cell->schedule, schedule, sizeof schedule)) == 0 &&
           strcmp(row->params, plan_params(cell, params, sizeof params)) == 0;
}
