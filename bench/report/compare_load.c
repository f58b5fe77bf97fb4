/* compare_load.c - one result folder, read for a comparison. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare.h"
#include "bench/report/plain.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"

/* The last part of the folder's name, "." and ".." resolved. */
static void load_label(struct compared_run *run, const char *label)
{
    char *real = label ? NULL : realpath(run->folder, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    const char *name = label ? label : slash && slash[1] ? slash + 1 : run->folder;
    plain_text(run->label, sizeof run->label, name);
    free(real);
}

/* What bench doctor measured on the machine, as the run stored it. */
static struct judge_noise load_noise(const json_t *machine)
{
    const json_t *sd = machine ? machine_fact(machine, "noise.sd") : NULL;
    const json_t *from = machine ? machine_fact(machine, "noise.degrees_of_freedom") : NULL;
    const struct judge_noise noise = {true, json_number_value(sd), json_number_value(from)};
    const bool sane = json_is_number(sd) && json_is_number(from) && noise.sd > 0 && noise.sd < 10 &&
                      noise.from >= 1 && noise.from < 1e6;
    return sane ? noise : (struct judge_noise){false, 0, 0};
}

static size_t load_invocations(const struct cell_table *table)
{
    size_t most = 0;
    for (size_t g = 0; g < table->count; g++)
        for (size_t c = 0; c < table->groups[g].count; c++)
            if (table->groups[g].cells[c].invocation_count > most)
                most = table->groups[g].cells[c].invocation_count;
    return most;
}

/* Of the last-level cache, which work larger than it must leave; 0: unknown. */
static uint64_t load_cache(const json_t *machine)
{
    const json_t *bytes = machine ? machine_fact(machine, "cores.last_level_cache_bytes") : NULL;
    return json_integer_value(bytes) > 0 ? (uint64_t)json_integer_value(bytes) : 0;
}

static int load_rows(struct compared_run *run, struct texts *texts, struct error *err)
{
    char path[4096];
    if (folder_path(run->folder, "timings.csv", path, sizeof path) < 0)
        return error_set(err, -EINVAL, "the folder's name is too long");
    int code = timings_read(path, texts, &run->rows, &run->count, err);
    if (code == 0 && run->count == 0)
        code = error_set(err, -EINVAL, "%s: no rows: nothing was measured", path);
    if (code == 0 && cells_gather(&run->table, run->rows, run->count, load_cache(run->machine)) < 0)
        code = error_set(err, -ENOMEM, "no memory for the cells of %s", path);
    if (code == 0 && run->table.count == 0)
        code = error_set(err, -EINVAL, "%s: nothing but the reference cell was measured", path);
    return code;
}

int compare_load(struct compared_run *run, const char *label, const char *folder,
                 struct texts *texts, struct error *err)
{
    *run = (struct compared_run){.folder = folder};
    load_label(run, label);
    int code = machine_read(folder, &run->machine, err);
    if (code == 0 || code == -ENOENT)
        code = load_rows(run, texts, err);
    if (code < 0) {
        compare_unload(run);
        return code;
    }
    run->noise = load_noise(run->machine);
    run->invocations = load_invocations(&run->table);
    return 0;
}

void compare_unload(struct compared_run *run)
{
    cells_free(&run->table);
    free(run->rows);
    json_decref(run->machine);
    run->rows = NULL;
    run->machine = NULL;
}

static bool load_label_taken(const struct compared_run *runs, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(runs[i].label, runs[index].label) == 0)
            return true;
    return false;
}

void compare_tell_apart(struct compared_run *runs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        char *label = runs[i].label;
        const size_t used = strnlen(label, sizeof runs[i].label - 16);
        for (size_t nth = i + 1; load_label_taken(runs, i); nth++)
            snprintf(label + used, sizeof runs[i].label - used, "-%zu", nth);
    }
}
