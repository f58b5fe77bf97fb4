#include "bench/suite/asked.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <strings.h>

#include "bench/command_line.h"
#include "bench/options_internal.h"
#include "bench/util/clock.h"

/* The whole is to be done in five minutes. The last block, CPython's part (70 s at the most where
 * all of it was asked for, else 30 s) and the charts come on top. */
#define QUICK_NS        (220 * NS_PER_SECOND)
#define QUICK_PYTHON_NS (170 * NS_PER_SECOND)

enum { RUNS_MOST = 1000 };

enum {
    OPT_FULL = 1000,
    OPT_ONLY,
    OPT_LIST,
    OPT_PYTHON,
    OPT_RUNS,
    OPT_MAX_TIME,
    OPT_EXCLUSIVE,
    OPT_SEED,
    OPT_LABEL,
    OPT_OUTPUT,
    OPT_RESUME,
    OPT_DRY_RUN,
    OPT_QUIET,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"full", no_argument, NULL, OPT_FULL},
    {"only", required_argument, NULL, OPT_ONLY},
    {"list", no_argument, NULL, OPT_LIST},
    {"python", optional_argument, NULL, OPT_PYTHON},
    {"runs", required_argument, NULL, OPT_RUNS},
    {"max-time", required_argument, NULL, OPT_MAX_TIME},
    {"exclusive", no_argument, NULL, OPT_EXCLUSIVE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"label", required_argument, NULL, OPT_LABEL},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"resume", required_argument, NULL, OPT_RESUME},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int unknown_claim(const char *word, struct error *err)
{
    const char *ids[CLAIMS_MAX];
    size_t known = 0;
    for (; notes_claims[known]; known++) {
        ids[known] = notes_claims[known]->id;
    }
    return command_line_unknown(err, "claim", word, ids, known);
}

/* In the suite's order, each once, whatever the list's. */
static int take_only(struct suite_asked *asked, const char *text, struct error *err)
{
    bool chosen[CLAIMS_MAX] = {false};
    char word[WORD_MAX];
    int rc;
    if (asked->claim_count > 0) {
        return error_set(err, -EINVAL, "--only is given twice; write its claims as a list: C8,C12");
    }
    while ((rc = options_next_word(&text, word, "--only", err)) == 1) {
        size_t i = 0;
        while (notes_claims[i] && strcasecmp(notes_claims[i]->id, word) != 0) {
            i++;
        }
        if (!notes_claims[i]) {
            return unknown_claim(word, err);
        }
        chosen[i] = true;
    }
    for (size_t i = 0; rc == 0 && notes_claims[i]; i++) {
        if (chosen[i]) {
            asked->claims[asked->claim_count++] = notes_claims[i];
        }
    }
    return rc;
}

static int take_option(struct suite_asked *asked, int option, const char *text, struct error *err)
{
    switch (option) {
    case OPT_FULL:
        asked->full = true;
        return 0;
    case OPT_ONLY:
        return take_only(asked, text, err);
    case OPT_LIST:
        asked->list = true;
        return 0;
    case OPT_PYTHON:
        asked->python = true;
        asked->interpreter = text;
        return !text || *text
                   ? 0
                   : error_set(err, -EINVAL, "--python: the interpreter's name is empty");
    case OPT_RUNS:
        return command_line_number("--runs", text, 1, RUNS_MOST, &asked->runs, err);
    case OPT_MAX_TIME:
        return command_line_time("--max-time", text, 1000000, &asked->max_time_ns, err);
    case OPT_EXCLUSIVE:
        asked->exclusive = true;
        return 0;
    case OPT_SEED:
        return command_line_number("--seed", text, 0, INT64_MAX, &asked->seed, err);
    case OPT_LABEL:
        return command_line_label(text, &asked->label, err);
    case OPT_OUTPUT:
        return command_line_output(text, &asked->output, err);
    case OPT_RESUME:
        asked->resume = text;
        return *text ? 0 : error_set(err, -EINVAL, "--resume: the name of the folder is empty");
    case OPT_DRY_RUN:
        asked->dry_run = true;
        return 0;
    default:
        asked->quiet = true;
        return 0;
    }
}

/* All else is the suite's that is resumed. */
static bool goes_with_resume(int option)
{
    return option == OPT_RESUME || option == OPT_PYTHON || option == OPT_MAX_TIME ||
           option == OPT_EXCLUSIVE || option == OPT_QUIET || option == OPT_DRY_RUN;
}

static int take_name(struct suite_asked *asked, const char *word, struct error *err)
{
    static const char *const names[] = {"notes", "crossover"};
    if (strcmp(word, names[0]) != 0 && strcmp(word, names[1]) != 0) {
        return command_line_unknown(err, "suite", word, names, 2);
    }
    if (asked->named) {
        return error_set(err, -EINVAL, "'%.60s': one suite at a time", word);
    }
    asked->named = true;
    asked->crossover = strcmp(word, names[1]) == 0;
    return 0;
}

/* The suite's name may stand anywhere between the options. */
static int take_all(struct suite_asked *asked, int count, char **arguments, struct error *err)
{
    const char *planned = NULL;
    int rc = 0;
    optind = 0;
    opterr = 0;
    while (rc == 0) {
        const int at = optind > 0 ? optind : 1;
        const int option = getopt_long(count, arguments, "-:", long_options, NULL);
        if (option == -1) {
            break;
        }
        if (option == OPT_HELP) {
            return 1;
        }
        if (option == 1) {
            rc = take_name(asked, optarg, err);
            continue;
        }
        if (!planned && !goes_with_resume(option)) {
            planned = command_line_option_name(long_options, option);
        }
        rc = option == '?' || option == ':'
                 ? command_line_bad(long_options, "suite", arguments[at], option, err)
                 : take_option(asked, option, optarg, err);
    }
    if (rc == 0 && asked->resume && (planned || asked->named)) {
        return error_set(err, -EINVAL,
                         "--resume finishes the suite that %.200s holds, so %s%.60s says nothing; "
                         "leave it out",
                         asked->resume, planned ? "--" : "",
                         planned            ? planned
                         : asked->crossover ? "crossover"
                                            : "notes");
    }
    return rc == 0 && optind < count
               ? error_set(err, -EINVAL, "unexpected argument '%.60s'; see `bench help suite`",
                           arguments[optind])
               : rc;
}

void suite_fill(struct options *options, const struct suite_asked *asked)
{
    options->precision = 0;
    options->min_runs = options->max_runs = asked->runs;
    options->max_time_ns = asked->max_time_ns;
    options->seed = asked->seed;
    options->label = asked->label;
    options->output = asked->output;
    options->append = asked->resume;
    options->resume = asked->resume != NULL;
    options->exclusive = asked->exclusive;
    options->quiet = asked->quiet;
    options->dry_run = asked->dry_run;
}

int suite_ask(struct suite_asked *asked, int count, char **arguments, struct error *err)
{
    *asked = (struct suite_asked){.runs = SUITE_RUNS, .seed = 1};
    int rc = take_all(asked, count, arguments, err);
    if (rc != 0 || asked->resume) {
        return rc;
    }
    if (asked->crossover && (asked->claim_count > 0 || asked->python)) {
        return error_set(err, -EINVAL, "%s belongs to `bench suite notes`; crossover has no claims",
                         asked->python ? "--python" : "--only");
    }
    if (!asked->named && !asked->list) {
        return error_set(err, -EINVAL,
                         "which suite? `bench suite notes` runs the claims of the teaching notes "
                         "(--list shows them), `bench suite crossover` maps which mode wins where");
    }
    for (size_t i = 0; asked->claim_count == 0 && notes_claims[i]; i++) {
        asked->claims[i] = notes_claims[i];
    }
    while (asked->claim_count < CLAIMS_MAX && asked->claims[asked->claim_count]) {
        asked->claim_count++;
    }
    if (asked->max_time_ns == 0 && !asked->full) {
        asked->max_time_ns = asked->python ? QUICK_PYTHON_NS : QUICK_NS;
    }
    return 0;
}
