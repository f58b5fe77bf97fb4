#include "bench/append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/append_words.h"
#include "bench/report/plain.h"
#include "bench/results/csv_file.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"
#include "bench/say.h"

enum { SHOWN = 80 };

/* What the new invocations have of their own. A resumed run finishes those that were asked for at
 * first or, where some were added later, at last. */
static void append_keep(const struct append *append, struct options *options,
                        const struct options *asked)
{
    options->append = asked->append;
    options->resume = asked->resume;
    options->output = options->label = NULL;
    if (!asked->resume) {
        options->invocations = asked->invocations;
        options->pause_ns = asked->pause_ns;
    } else if (append->added > 0) {
        options->invocations = append->added;
    }
    if (!asked->resume || asked->max_time_ns > 0)
        options->max_time_ns = asked->max_time_ns;
    options->exclusive = asked->exclusive;
    options->quiet = asked->quiet;
    options->dry_run = asked->dry_run;
}

/* The invocations that the last --append was to add, as machine.json tells them. */
static int append_find_added(struct append *append, struct error *err)
{
    const json_t *list = machine_fact(append->machine, "run.appended");
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    const json_int_t first = json_integer_value(json_object_get(last, "first_invocation"));
    const json_int_t added = json_integer_value(json_object_get(last, "invocations"));
    append->first = 1;
    if (!last)
        return 0;
    if (first < 1 || (uint64_t)first > append->invocations + 1 || added < 1 || added > UINT32_MAX)
        return error_set(err, -EINVAL,
                         "%s: machine.json does not tell which invocations were appended last "
                         "(run.appended); start a new run",
                         append->option);
    append->first = (uint64_t)first;
    append->added = (uint64_t)added;
    return 0;
}

static bool append_is_suite(char *const *words, int count)
{
    return count > 0 && strcmp(words[0], "suite") == 0;
}

int append_options(const struct append *append, struct options *options, struct texts *texts,
                   struct error *err)
{
    const struct options asked = *options;
    struct error why;
    char **words = NULL;
    int count = 0;
    int rc = append_words(append->machine, asked.append, &words, &count, err);
    if (rc != 0) {
        append_words_free(words, count);
        return rc;
    }
    if (append_is_suite(words, count)) {
        append_words_free(words, count);
        return error_set(
            err, -EINVAL,
            append->resume ? "%s %s: this is a suite's folder; finish it by `bench suite --resume`"
                           : "%s %s: this is a suite's folder; start a new run of the suite",
            append->option, asked.append);
    }
    rc = options_parse(options, count, words, &why);
    if (rc == 0 && options->append)
        rc = error_set(&why, -EINVAL, "it was itself made by --append");
    if (rc != 0) {
        append_words_free(words, count);
        return error_set(err, -EINVAL,
                         "the command line in %s/machine.json is none that this version of bench "
                         "would run (%.200s); start a new run",
                         asked.append, rc == 1 ? "it asks for help" : why.text);
    }
    const char *topology = options->topology ? texts_keep(texts, options->topology) : NULL;
    rc = options->topology && !topology ? error_set(err, -ENOMEM, "no memory") : 0;
    options->topology = topology;
    append_words_free(words, count);
    append_keep(append, options, &asked);
    return rc;
}

static int append_rows(struct append *append, const char *folder, struct texts *texts,
                       struct error *err)
{
    char path[4096];
    if (folder_path(folder, "timings.csv", path, sizeof path) != 0)
        return error_set(err, -EINVAL, "%s: the folder's name is too long", append->option);
    int rc = timings_read(path, texts, &append->rows, &append->count, err);
    /* One that was stopped before its first row has all to do, under the name that it had. */
    const char *run = json_string_value(machine_fact(append->machine, "run.run"));
    if (rc == 0 && append->count == 0 && !(append->resume && run && folder_label_ok(run)))
        rc = error_set(err, -EINVAL, "%s: no rows to go on from; start a new run", path);
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
                         "cannot open the result folder %s: %s; name a folder that bench wrote",
                         folder, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(fd);
        return error_set(err, -EBUSY,
                         "another bench is writing to %s; wait until it is done, then try again",
                         folder);
    }
    *lock = fd;
    return 0;
}

/* Its table is made a moment after machine.json. */
static int append_begun(const struct append *append, const char *folder, struct error *err)
{
    char path[4096];
    struct stat facts;
    if (folder_path(folder, "timings.csv", path, sizeof path) != 0)
        return error_set(err, -EINVAL, "%s: the folder's name is too long", append->option);
    const bool there = lstat(path, &facts) == 0, missing = !there && errno == ENOENT;
    return missing || (there && S_ISREG(facts.st_mode) && facts.st_size == 0)
               ? error_set(err, -EINVAL,
                           "%s: %s is %s, as of a run that was stopped before its first row; start "
                           "a new run",
                           append->option, path, missing ? "missing" : "empty")
               : 0;
}

/* A row that was being written when the machine went down. What is cut off was in no figure yet. */
static int append_mend(const char *folder, struct error *err)
{
    static const char *const names[] = {"timings.csv", "tasks.csv", "states.csv"};
    int rc = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names && rc == 0; i++) {
        char path[4096];
        off_t cut = 0;
        if (folder_path(folder, names[i], path, sizeof path) != 0)
            return error_set(err, -EINVAL, "--resume: the folder's name is too long");
        rc = csv_file_mend(path, &cut, err);
        if (rc == 0 && cut > 0)
            say("%s ended in half a row, which is cut off (%lld bytes)", path, (long long)cut);
    }
    return rc;
}

int append_open(struct append *append, const struct options *options, struct texts *texts,
                struct error *err)
{
    *append = (struct append){.option = options->resume ? "--resume" : "--append",
                              .resume = options->resume};
    int rc = append_lock(options->append, &append->lock, err);
    if (rc != 0)
        return rc;
    rc = machine_read_run(options->append, &append->machine, err);
    if (rc == -ENOENT)
        rc = error_set(err, -EINVAL, "%s %s: no such run (machine.json is missing)", append->option,
                       options->append);
    if (rc == 0)
        rc = append_begun(append, options->append, err);
    if (rc == 0 && options->resume && !options->dry_run)
        rc = append_mend(options->append, err);
    if (rc == 0)
        rc = append_rows(append, options->append, texts, err);
    if (rc == 0 && options->resume)
        rc = append_find_added(append, err);
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
                {"host", "another machine"},
                {"cores.usable", "another number of usable cores"},
                {"kernel.release", "another kernel"},
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
                             "%s: this is %s (%s: %s then, %s now); start a new run and let "
                             "bench compare set them side by side",
                             append->option, same[i].what, same[i].path,
                             append_show(then, was, sizeof was), append_show(now, is, sizeof is));
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

/* Which cell each row is of. *known: rows that are of one. */
static int append_find_cells(struct append *append, const struct plan *plan, size_t *known,
                             struct error *err)
{
    *known = 0;
    free(append->cells);
    append->cells = calloc(append->count ? append->count : 1, sizeof *append->cells);
    if (!append->cells)
        return error_set(err, -ENOMEM, "no memory");
    for (size_t i = 0; i < append->count; i++)
        append->cells[i] = SIZE_MAX;
    for (size_t c = 0; c < plan->count; c++) {
        char params[TEXT_PARAMS];
        plan_params(&plan->cells[c], params, sizeof params);
        for (size_t i = 0; i < append->count; i++) {
            if (append_is_cell(&append->rows[i], plan, &plan->cells[c], params)) {
                append->cells[i] = c;
                ++*known;
            }
        }
    }
    return 0;
}

/* A further invocation of a plan that was not run once is none. */
static int append_check_whole(const struct append *append, const struct plan *plan,
                              struct error *err)
{
    for (size_t c = 0; c < plan->count; c++) {
        const struct cell *cell = &plan->cells[c];
        char params[TEXT_PARAMS];
        bool found = false;
        for (size_t i = 0; i < append->count && !found; i++)
            found = append->cells[i] == c;
        if (!found)
            return error_set(err, -EINVAL,
                             "--append: the run that is there has no rows of %s under %s with %llu "
                             "workers, version %u, %s; its plan was another, or it was interrupted "
                             "in its first block: finish it by --resume, or start a new run",
                             cell->workload->name, cell->mode->name,
                             (unsigned long long)cell->workers, cell->workload->version,
                             plan_params(cell, params, sizeof params));
    }
    return 0;
}

int append_check(struct append *append, const struct plan *plan, const json_t *facts,
                 struct error *err)
{
    size_t known = 0;
    int rc = append_check_facts(append, facts, err);
    if (rc == 0)
        rc = append_find_cells(append, plan, &known, err);
    if (rc == 0 && !append->resume)
        rc = append_check_whole(append, plan, err);
    if (rc == 0 && known < append->count)
        rc = error_set(err, -EINVAL,
                       "%s: %zu rows of the run that is there belong to no cell of its own command "
                       "line; start a new run",
                       append->option, append->count - known);
    return rc;
}

void append_close(struct append *append)
{
    json_decref(append->machine);
    free(append->rows);
    free(append->cells);
    if (append->lock > 0)
        close(append->lock);
    *append = (struct append){0};
}
