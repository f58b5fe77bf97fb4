#include "bench/append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "bench/report/plain.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"

enum { WORDS_MAX = 4096, SHOWN = 80 };

/* The words of the run's command line; *words is malloc'ed, its texts are the JSON's. */
static int append_words(const struct append *append, const char *folder, char ***words, int *count,
                        struct error *err)
{
    const json_t *command = machine_fact(append->machine, "run.command");
    const size_t size = json_array_size(command);
    bool sound = size > 0 && size <= WORDS_MAX;
    for (size_t i = 0; sound && i < size; i++)
        sound = json_is_string(json_array_get(command, i));
    if (!sound)
        return error_set(err, -EINVAL,
                         "%s/machine.json does not hold the command line of a run (run.command); "
                         "start a new run",
                         folder);
    *words = calloc(size + 1, sizeof **words);
    if (!*words)
        return error_set(err, -ENOMEM, "no memory");
    for (; (size_t)*count < size; ++*count) {
        (*words)[*count] = strdup(json_string_value(json_array_get(command, (size_t)*count)));
        if (!(*words)[*count])
            return error_set(err, -ENOMEM, "no memory");
    }
    return 0;
}

static void append_free_words(char **words, int count)
{
    for (int i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

/* What the new invocations have of their own. */
static void append_keep(struct options *options, const struct options *asked)
{
    options->append = asked->append;
    options->output = options->label = NULL;
    options->invocations = asked->invocations;
    options->pause_ns = asked->pause_ns;
    options->max_time_ns = asked->max_time_ns;
    options->quiet = asked->quiet;
    options->dry_run = asked->dry_run;
}

static int append_options(const struct append *append, struct options *options, struct texts *texts,
                          struct error *err)
{
    const struct options asked = *options;
    struct error why;
    char **words = NULL;
    int count = 0;
    int rc = append_words(append, asked.append, &words, &count, err);
    if (rc != 0) {
        append_free_words(words, count);
        return rc;
    }
    rc = options_parse(options, count, words, &why);
    if (rc == 0 && options->append)
        rc = error_set(&why, -EINVAL, "it was itself made by --append");
    if (rc != 0) {
        append_free_words(words, count);
        return error_set(err, -EINVAL,
                         "the command line in %s/machine.json is none that this version of bench "
                         "would run (%.200s); start a new run",
                         asked.append, rc == 1 ? "it asks for help" : why.text);
    }
    const char *topology = options->topology ? texts_keep(texts, options->topology) : NULL;
    rc = options->topology && !topology ? error_set(err, -ENOMEM, "no memory") : 0;
    options->topology = topology;
    append_free_words(words, count);
    append_keep(options, &asked);
    return rc;
}

static int append_rows(struct append *append, const char *folder, struct texts *texts,
                       struct error *err)
{
    char path[4096];
    if (folder_path(folder, "timings.csv", path, sizeof path) != 0)
        return error_set(err, -EINVAL, "--append: the folder's name is too long");
    int rc = timings_read(path, texts, &append->rows, &append->count, err);
    if (rc == 0 && append->count == 0)
        rc = error_set(err, -EINVAL, "%s: no rows to add to; start a new run", path);
    for (size_t i = 0; i < append->count; i++)
        if (append->rows[i].invocation > append->invocations)
            append->invocations = append->rows[i].invocation;
    if (rc == 0 && append->invocations >= UINT32_MAX)
        rc = error_set(err, -EINVAL, "%s: no more invocations can be counted", path);
    return rc;
}

int append_lock(const char *folder, int *lock, struct error *err)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? -EINVAL : -errno,
                         "cannot open the result folder %s: %s", folder, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(fd);
        return error_set(err, -EBUSY,
                         "another bench is writing to %s; wait until it is done, then try again",
                         folder);
    }
    *lock = fd;
    return 0;
}

int append_open(struct append *append, struct options *options, struct texts *texts,
                struct error *err)
{
    *append = (struct append){0};
    int rc = append_lock(options->append, &append->lock, err);
    if (rc != 0)
        return rc;
    rc = machine_read(options->append, &append->machine, err);
    if (rc == -ENOENT)
        rc = error_set(err, -EINVAL, "--append %s: no such run (machine.json is missing)",
                       options->append);
    if (rc == 0)
        rc = append_rows(append, options->append, texts, err);
    if (rc == 0)
        rc = append_options(append, options, texts, err);
    return rc;
}

/* --- is it the same? --- */

static char *append_show(const json_t *value, char *text, size_t size)
{
    char *dump = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    plain_text(text, size, dump ? dump : "nothing");
    free(dump);
    return text;
}

/* Rows of two machines or builds in one cell would be taken for noise. */
static int append_check_facts(const struct append *append, const json_t *facts, struct error *err)
{
    static const struct {
        const char *path, *what;
    } same[] = {{"cpu.model", "another CPU"},
                {"cores.usable", "another number of usable cores"},
                {"simulated", "another kind of topology"},
                {"build.commit", "another build of bench"},
                {"build.compiler", "a build by another compiler"},
                {"build.flags", "a build with other flags"},
                {"build.type", "a build of another type"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const json_t *then = machine_fact(append->machine, same[i].path);
        const json_t *now = machine_fact(facts, same[i].path);
        char was[SHOWN], is[SHOWN];
        if (!then || !now || !json_equal(then, now))
            return error_set(err, -EINVAL,
                             "--append: this is %s (%s: %s then, %s now); start a new run and let "
                             "bench compare set them side by side",
                             same[i].what, same[i].path, append_show(then, was, sizeof was),
                             append_show(now, is, sizeof is));
    }
    return 0;
}

static bool append_is_cell(const struct timing *row, const struct plan *plan,
                           const struct cell *cell, const char *params)
{
    char schedule[SCHEDULE_TEXT];
    return row->reference == cell->reference && strcmp(row->workload, cell->workload->name) == 0 &&
           row->workload_version == cell->workload->version && strcmp(row->params, params) == 0 &&
           row->tasks == cell->tasks && strcmp(row->mode, cell->mode->name) == 0 &&
           strcmp(row->wait, cell->wait->name) == 0 && row->workers == cell->workers &&
           row->width == cell->width && strcmp(row->stack, plan_stack(cell)) == 0 &&
           strcmp(row->submit, plan_submit(cell)) == 0 &&
           strcmp(row->schedule, schedule_text(&cell->schedule, schedule, sizeof schedule)) == 0 &&
           row->rate == plan_rate(plan, cell) &&
           strcmp(row->arrivals, plan_arrivals(plan, cell)) == 0 &&
           strcmp(row->pin, plan->simulated ? "simulated" : pin_names[plan->pin]) == 0 &&
           row->cores == plan->cores && row->seed == plan->seed;
}

/* Every cell of the plan has rows, and every row a cell. */
static int append_check_plan(const struct append *append, const struct plan *plan,
                             struct error *err)
{
    size_t known = 0;
    for (size_t c = 0; c < plan->count; c++) {
        const struct cell *cell = &plan->cells[c];
        char params[TEXT_PARAMS];
        size_t rows = 0;
        plan_params(cell, params, sizeof params);
        for (size_t i = 0; i < append->count; i++)
            rows += append_is_cell(&append->rows[i], plan, cell, params);
        if (rows == 0)
            return error_set(err, -EINVAL,
                             "--append: the run that is there has no rows of %s under %s with %llu "
                             "workers, version %u, %s; its plan was another, or it was interrupted "
                             "in its first block: start a new run",
                             cell->workload->name, cell->mode->name,
                             (unsigned long long)cell->workers, cell->workload->version, params);
        known += rows;
    }
    return known == append->count
               ? 0
               : error_set(err, -EINVAL,
                           "--append: %zu rows of the run that is there belong to no cell of its "
                           "own command line; start a new run",
                           append->count - known);
}

int append_check(const struct append *append, const struct plan *plan, const json_t *facts,
                 struct error *err)
{
    int rc = append_check_facts(append, facts, err);
    return rc == 0 ? append_check_plan(append, plan, err) : rc;
}

void append_close(struct append *append)
{
    json_decref(append->machine);
    free(append->rows);
    if (append->lock > 0)
        close(append->lock);
    *append = (struct append){0};
}
