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

static int load_rows(struct compared_run *run, struct texts *texts, struct error *err)
{
    char path[4096];
    if (folder_path(run->folder, "timings.csv", path, sizeof path) < 0)
        return error_set(err, -EINVAL, "the folder's name is too long");
    int code = timings_read(path, texts, &run->rows, &run->count, err);
    if (code == 0 && run->count == 0)
        code = error_set(err, -EINVAL, "%s: no rows: nothing was measured", path);
    if (code == 0 && cells_gather(&run->table, run->rows, run->count, 0) < 0)
        code = error_set(err, -ENOMEM, "no memory for the cells of %s", path);
    return code;
}

int compare_load(struct compared_run *run, const char *label, const char *folder,
                 struct texts *texts, struct error *err)
{
    *run = (struct compared_run){.folder = folder};
    load_label(run, label);
    int code = load_rows(run, texts, err);
    if (code == 0) {
        code = machine_read(folder, &run->machine, err);
        code = code == -ENOENT ? 0 : code;
    }
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
