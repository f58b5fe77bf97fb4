#include "bench/compare_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/report/compare.h"
#include "bench/report/compare_export.h"
#include "bench/report/compare_print.h"
#include "bench/report/summary.h"
#include "bench/results/folder.h"
#include "bench/say.h"

#define EXIT_REGRESSION 3

struct asked {
    struct judge_rules rules;
    enum compare_format format;
    enum compare_sort sort;
    const char *filter;
    double regression;          /* 0: do not fail on any */
    char *labels[COMPARE_RUNS]; /* NULL: the folder's name */
    const char *folders[COMPARE_RUNS];
    size_t count;
};

enum { OPT_FORMAT = 1000, OPT_SORT, OPT_FILTER, OPT_EFFECT, OPT_FAIL, OPT_SEED, OPT_HELP };

static const struct option long_options[] = {
    {"format", required_argument, NULL, OPT_FORMAT},
    {"sort", required_argument, NULL, OPT_SORT},
    {"filter", required_argument, NULL, OPT_FILTER},
    {"min-effect", required_argument, NULL, OPT_EFFECT},
    {"fail-on-regression", required_argument, NULL, OPT_FAIL},
    {"seed", required_argument, NULL, OPT_SEED},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int take_option(void *user, int option, const char *text, struct error *err)
{
    struct asked *asked = user;
    unsigned chosen = 0;
    int rc;
    switch (option) {
    case OPT_FORMAT:
        rc = command_line_choice("value of --format", text, compare_format_names, &chosen, err);
        asked->format = (enum compare_format)chosen;
        return rc;
    case OPT_SORT:
        rc = command_line_choice("value of --sort", text, compare_sort_names, &chosen, err);
        asked->sort = (enum compare_sort)chosen;
        return rc;
    case OPT_FILTER:
        asked->filter = text;
        return *text ? 0 : error_set(err, -EINVAL, "--filter: the pattern is empty; write cpu/*");
    case OPT_EFFECT:
        return command_line_share("--min-effect", text, 0.01, 1000, &asked->rules.effect, err);
    case OPT_FAIL:
        return command_line_share("--fail-on-regression", text, 0.01, 1000, &asked->regression,
                                  err);
    default:
        return command_line_number("--seed", text, 0, INT64_MAX, &asked->rules.seed, err);
    }
}

/* LABEL=DIR, unless a folder has that whole name. */
static int take_folder(void *user, const char *word, struct error *err)
{
    struct asked *asked = user;
    const char *equals = strchr(word, '=');
    char *label = NULL;
    if (asked->count == COMPARE_RUNS)
        return error_set(err, -EINVAL, "more than %d runs; compare fewer at a time", COMPARE_RUNS);
    if (equals && access(word, F_OK) != 0) {
        label = strndup(word, (size_t)(equals - word));
        if (!label || !folder_label_ok(label)) {
            free(label);
            return error_set(err, -EINVAL,
                             "'%.60s': a label may hold letters, digits, '_', '-' and '.' only, "
                             "up to 64 of them; write LABEL=DIR",
                             word);
        }
        word = equals + 1;
    }
    if (!*word) {
        free(label);
        return error_set(err, -EINVAL, "the name of a folder is empty; write [LABEL=]DIR");
    }
    asked->labels[asked->count] = label;
    asked->folders[asked->count++] = word;
    return 0;
}

/* 1 where --help was asked for. */
static int take_all(struct asked *asked, int count, char **arguments, struct error *err)
{
    static const struct command_line line = {.command = "compare",
                                             .options = long_options,
                                             .help = OPT_HELP,
                                             .option = take_option,
                                             .word = take_folder};
    int rc = command_line_read(&line, count, arguments, asked, err);
    if (rc == 0 && asked->count == 0)
        rc = error_set(err, -EINVAL,
                       "name two or more result folders, or one with several works: bench compare "
                       "results/BEFORE results/AFTER");
    return rc;
}

static bool regressed(const struct asked *asked, const struct comparison *list, size_t count)
{
    for (size_t i = 0; i < count && asked->regression > 0; i++)
        for (size_t c = 0; c < list[i].count; c++)
            if (list[i].cells[c].pair.judged == JUDGED_SLOWER &&
                list[i].cells[c].pair.ratio > 1 + asked->regression)
                return true;
    return false;
}

static int print(const struct asked *asked, const struct comparison *list, size_t count)
{
    if (asked->format == COMPARE_CSV)
        return compare_export_csv(stdout, list, count, asked->sort);
    if (asked->format == COMPARE_JSON)
        return compare_export_json(stdout, list, count, asked->sort, &asked->rules);
    return compare_print(stdout, list, count, asked->format, asked->sort, &asked->rules,
                         asked->format == COMPARE_TABLE && summary_colour(stdout));
}

/* A pattern that is mistyped must not look like a comparison without differences. */
static bool filtered_away(const struct asked *asked, const struct comparison *list, size_t count)
{
    size_t cells = 0;
    for (size_t i = 0; i < count; i++)
        cells += list[i].count + list[i].refused_count + list[i].missing_a_count +
                 list[i].missing_b_count;
    return asked->filter && cells == 0;
}

/* The first comparison without a cell that could have been slower, or NULL. */
static const struct comparison *unjudged(const struct comparison *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].count == 0)
            return &list[i];
    return NULL;
}

/* Prints, and looks for regressions: 0, EXIT_REGRESSION, or -errno. */
static int conclude(const struct asked *asked, const struct comparison *list, size_t count,
                    struct error *err)
{
    if (filtered_away(asked, list, count))
        return error_set(err, -EINVAL,
                         "--filter '%.60s' matches no measured cell; write WORKLOAD/MODE, for "
                         "example 'cpu/thread*'",
                         asked->filter);
    if (print(asked, list, count) < 0)
        return error_set(err, -EIO, "the comparison could not be written: %s", strerror(errno));
    if (regressed(asked, list, count))
        return EXIT_REGRESSION;
    const struct comparison *none = asked->regression > 0 ? unjudged(list, count) : NULL;
    return none ? error_set(err, -ENODATA,
                            "--fail-on-regression: no cell of %s could be compared, so nothing is "
                            "known of regressions",
                            none->b->label)
                : 0;
}

static int compare_inside(const struct asked *asked, const struct compared_run *run,
                          struct error *err)
{
    struct compared_within within;
    int rc = compare_within(&within, run, &asked->rules, asked->filter);
    if (rc == -ENOENT)
        return error_set(err, -EINVAL,
                         "%s is one run, and no workload in it has several parameters or numbers "
                         "of tasks to compare; name a second run",
                         asked->folders[0]);
    if (rc < 0)
        return error_set(err, rc, "no memory for the comparison");
    rc = conclude(asked, within.list, within.count, err);
    compare_within_free(&within);
    return rc;
}

static int compare_with_base(const struct asked *asked, const struct compared_run *runs,
                             struct error *err)
{
    struct comparison *list;
    int rc = compare_with_first(&list, runs, asked->count, &asked->rules, asked->filter);
    rc = rc == 0 ? conclude(asked, list, asked->count - 1, err)
                 : error_set(err, rc, "no memory for the comparison");
    compare_list_free(list, asked->count - 1);
    return rc;
}

static int compare_all(const struct asked *asked, struct compared_run *runs, struct texts *texts,
                       struct error *err)
{
    size_t loaded = 0;
    int rc = 0;
    for (; loaded < asked->count && rc == 0; loaded += rc == 0)
        rc = compare_load(&runs[loaded], asked->labels[loaded], asked->folders[loaded], texts, err);
    compare_tell_apart(runs, loaded);
    if (rc == 0)
        rc = asked->count == 1 ? compare_inside(asked, &runs[0], err)
                               : compare_with_base(asked, runs, err);
    for (size_t i = 0; i < loaded; i++)
        compare_unload(&runs[i]);
    return rc;
}

int compare_command(int count, char **arguments)
{
    struct asked asked = {.rules = judge_default};
    struct compared_run *runs = calloc(COMPARE_RUNS, sizeof *runs);
    struct texts *texts = texts_new();
    struct error err;
    int rc = runs && texts ? take_all(&asked, count, arguments, &err)
                           : error_set(&err, -ENOMEM, "no memory");
    const bool help = rc == 1;
    if (rc == 0)
        rc = compare_all(&asked, runs, texts, &err);
    for (size_t i = 0; i < asked.count; i++)
        free(asked.labels[i]);
    free(runs);
    texts_free(texts);
    if (help)
        return help_print("compare");
    if (rc < 0)
        say("compare: %s", err.text);
    return rc >= 0 ? rc : rc == -EINVAL || rc == -ENOENT || rc == -ENOTDIR ? 2 : 1;
}
