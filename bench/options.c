#include "bench/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/options_internal.h"
#include "bench/results/folder.h"
#include "bench/util/units.h"

enum { QUEUE_MAX = 1 << 24, RUNS_MAX = 1000000, INVOCATIONS_MAX = 10000 };

/* Six runs are needed for an interval; ten leave it room to be narrow. Beyond fifty, noise that has
 * not averaged out is more often a condition to be mended than a matter of more runs. */
enum { MIN_RUNS = 10, MAX_RUNS = 50 };

#define PAUSE_NS UINT64_C(10000000000)

/* --- lists --- */

int options_next_word(const char **at, char *word, const char *option, struct error *err)
{
    if (!*at) {
        return 0;
    }
    size_t length = strcspn(*at, ",");
    if (length == 0) {
        return error_set(err, -EINVAL, "%s: empty value in the list; write A,B,C", option);
    }
    if (length >= WORD_MAX) {
        return error_set(err, -EINVAL, "%s: '%.40s...' is too long", option, *at);
    }
    memcpy(word, *at, length);
    word[length] = '\0';
    *at = (*at)[length] == ',' ? *at + length + 1 : NULL;
    return 1;
}

/* The first list would be lost silently. */
static int twice(const char *option, struct error *err)
{
    return error_set(err, -EINVAL, "%s is given twice; write its values as a list: A,B", option);
}

int options_full(const char *option, struct error *err)
{
    return error_set(err, -EINVAL, "%s: more than %d values", option, LIST_MAX);
}

/* Indexes into `known`, in the order given and without repetitions; "all" is
 * every one that is not chosen yet. */
struct choices {
    size_t index[LIST_MAX];
    size_t count;
};

static void choose(struct choices *choices, size_t index)
{
    for (size_t i = 0; i < choices->count; i++) {
        if (choices->index[i] == index) {
            return;
        }
    }
    choices->index[choices->count++] = index;
}

static int parse_names(const char *option, const char *what, const char *text,
                       const char *const *known, size_t count, struct choices *choices,
                       struct error *err)
{
    char word[WORD_MAX];
    int rc;
    choices->count = 0;
    while ((rc = options_next_word(&text, word, option, err)) == 1) {
        bool all = strcmp(word, "all") == 0, found = all;
        for (size_t i = 0; i < count; i++) {
            if (all || strcmp(word, known[i]) == 0) {
                choose(choices, i);
                found = true;
            }
        }
        if (!found) {
            return command_line_unknown(err, what, word, known, count);
        }
    }
    return rc;
}

size_t options_workload_names(const char **names)
{
    size_t count = 0;
    for (; registry_workloads[count]; count++) {
        names[count] = registry_workloads[count]->name;
    }
    return count;
}

static int parse_workloads(struct options *options, const char *text, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = options_workload_names(names);
    struct choices choices;
    int rc = parse_names("--workload", "workload", text, names, known, &choices, err);
    options->workload_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->workloads[i] = registry_workloads[choices.index[i]];
    }
    return rc;
}

static int parse_modes(struct options *options, const char *text, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = 0;
    struct choices choices;
    for (; registry_modes[known]; known++) {
        names[known] = registry_modes[known]->name;
    }
    int rc = parse_names("--mode", "mode", text, names, known, &choices, err);
    options->mode_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->modes[i] = registry_modes[choices.index[i]];
    }
    return rc;
}

/* --- numbers --- */

static int parse_amount(const char *text, uint64_t max, struct amount *amount)
{
    char digits[WORD_MAX];
    size_t length = strlen(text);
    *amount = (struct amount){0, false};
    if (strcmp(text, "auto") == 0) {
        return 0;
    }
    if (length == 0 || length >= sizeof digits) {
        return -EINVAL;
    }
    memcpy(digits, text, length + 1);
    if (digits[length - 1] == 'x') {
        digits[length - 1] = '\0';
        amount->per_core = true;
    }
    if (units_parse_count(digits, &amount->number) != 0 || amount->number == 0 ||
        amount->number > max) {
        return -EINVAL;
    }
    return 0;
}

static int parse_workers(struct options *options, const char *text, struct error *err)
{
    char word[WORD_MAX];
    int rc;
    while ((rc = options_next_word(&text, word, "--workers", err)) == 1) {
        char *dots = strstr(word, "..");
        struct amount_range range;
        if (dots) {
            *dots = '\0';
        }
        if (parse_amount(word, TASKS_MAX, &range.from) != 0 ||
            parse_amount(dots ? dots + 2 : word, TASKS_MAX, &range.to) != 0) {
            if (dots) {
                *dots = '.';
            }
            return error_set(err, -EINVAL,
                             "--workers: '%.40s' is not a number from 1 to %d; write N, N,M, A..B, "
                             "Nx (N per usable core) or auto",
                             word, TASKS_MAX);
        }
        if (options->workers_count == LIST_MAX) {
            return options_full("--workers", err);
        }
        options->workers[options->workers_count++] = range;
    }
    return rc;
}

/* --- the whole --- */

enum {
    OPT_WORKLOAD = 1000,
    OPT_MODE,
    OPT_WORKERS,
    OPT_TASKS,
    OPT_RUNS,
    OPT_PRECISION,
    OPT_MIN_RUNS,
    OPT_MAX_RUNS,
    OPT_MAX_TIME,
    OPT_INVOCATIONS,
    OPT_PAUSE,
    OPT_APPEND,
    OPT_NO_REFERENCE,
    OPT_WARMUP,
    OPT_PIN,
    OPT_SEED,
    OPT_LABEL,
    OPT_OUTPUT,
    OPT_SET,
    OPT_TIMEOUT,
    OPT_TOPOLOGY,
    OPT_SUBMIT,
    OPT_QUEUE,
    OPT_DRY_RUN,
    OPT_QUIET,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"workload", required_argument, NULL, OPT_WORKLOAD},
    {"mode", required_argument, NULL, OPT_MODE},
    {"workers", required_argument, NULL, OPT_WORKERS},
    {"tasks", required_argument, NULL, OPT_TASKS},
    {"runs", required_argument, NULL, OPT_RUNS},
    {"precision", required_argument, NULL, OPT_PRECISION},
    {"min-runs", required_argument, NULL, OPT_MIN_RUNS},
    {"max-runs", required_argument, NULL, OPT_MAX_RUNS},
    {"max-time", required_argument, NULL, OPT_MAX_TIME},
    {"invocations", required_argument, NULL, OPT_INVOCATIONS},
    {"pause", required_argument, NULL, OPT_PAUSE},
    {"append", required_argument, NULL, OPT_APPEND},
    {"no-reference", no_argument, NULL, OPT_NO_REFERENCE},
    {"warmup", required_argument, NULL, OPT_WARMUP},
    {"pin", required_argument, NULL, OPT_PIN},
    {"seed", required_argument, NULL, OPT_SEED},
    {"label", required_argument, NULL, OPT_LABEL},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"set", required_argument, NULL, OPT_SET},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"submit", required_argument, NULL, OPT_SUBMIT},
    {"queue", required_argument, NULL, OPT_QUEUE},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int take_label(struct options *options, const char *text, struct error *err)
{
    if (!folder_label_ok(text)) {
        return error_set(err, -EINVAL,
                         "--label: '%.40s' may hold letters, digits, '_', '-' and '.' only, up to "
                         "64 of them, and not begin with '-' or '.'",
                         text);
    }
    options->label = text;
    return 0;
}

/* What decides the number of runs, until it is known whether it fits together; 0: not given. */
struct given {
    uint64_t runs, min_runs, max_runs;
    bool precision;
    const char *planned; /* the first option that says what to run */
};

static bool goes_with_append(int option)
{
    return option == OPT_APPEND || option == OPT_INVOCATIONS || option == OPT_PAUSE ||
           option == OPT_MAX_TIME || option == OPT_QUIET || option == OPT_DRY_RUN;
}

static const char *option_name(int option)
{
    for (const struct option *o = long_options; o->name; o++) {
        if (o->val == option) {
            return o->name;
        }
    }
    return NULL;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static int settle_runs(struct options *options, const struct given *given, struct error *err)
{
    if (given->runs > 0) {
        if (given->precision || given->min_runs > 0 || given->max_runs > 0) {
            return error_set(err, -EINVAL,
                             "--runs fixes the number of runs, so --precision, --min-runs and "
                             "--max-runs say nothing; give one or the other");
        }
        options->precision = 0;
        options->min_runs = options->max_runs = given->runs;
        return 0;
    }
    options->min_runs = given->min_runs   ? given->min_runs
                        : given->max_runs ? smaller(given->max_runs, MIN_RUNS)
                                          : MIN_RUNS;
    options->max_runs = given->max_runs ? given->max_runs : larger(options->min_runs, MAX_RUNS);
    if (options->min_runs > options->max_runs) {
        return error_set(err, -EINVAL, "--min-runs %llu is more than --max-runs %llu",
                         (unsigned long long)options->min_runs,
                         (unsigned long long)options->max_runs);
    }
    return 0;
}

static int take_option(struct options *options, struct given *given, int option, const char *text,
                       struct error *err)
{
    static const char *const submit_names[] = {"async", "sync", NULL};
    unsigned chosen = 0;
    int rc = 0;
    switch (option) {
    case OPT_WORKLOAD:
        return options->workload_count > 0 ? twice("--workload", err)
                                           : parse_workloads(options, text, err);
    case OPT_MODE:
        return options->mode_count > 0 ? twice("--mode", err) : parse_modes(options, text, err);
    case OPT_WORKERS:
        return options->workers_count > 0 ? twice("--workers", err)
                                          : parse_workers(options, text, err);
    case OPT_TASKS:
        if (parse_amount(text, TASKS_MAX, &options->tasks) != 0 || options->tasks.number == 0) {
            return error_set(err, -EINVAL,
                             "--tasks: '%.40s' is not a number from 1 to %d; write N, or Nx for N "
                             "per usable core",
                             text, TASKS_MAX);
        }
        return 0;
    case OPT_RUNS:
        return command_line_number("--runs", text, 1, RUNS_MAX, &given->runs, err);
    case OPT_PRECISION:
        given->precision = true;
        return command_line_share("--precision", text, 0.01, 100, &options->precision, err);
    case OPT_MIN_RUNS:
        return command_line_number("--min-runs", text, 1, RUNS_MAX, &given->min_runs, err);
    case OPT_MAX_RUNS:
        return command_line_number("--max-runs", text, 1, RUNS_MAX, &given->max_runs, err);
    case OPT_MAX_TIME:
        return command_line_time("--max-time", text, 1000000, &options->max_time_ns, err);
    case OPT_INVOCATIONS:
        return command_line_number("--invocations", text, 1, INVOCATIONS_MAX, &options->invocations,
                                   err);
    case OPT_PAUSE:
        return command_line_time("--pause", text, 0, &options->pause_ns, err);
    case OPT_APPEND:
        options->append = text;
        return *text ? 0 : error_set(err, -EINVAL, "--append: the name of the folder is empty");
    case OPT_NO_REFERENCE:
        options->no_reference = true;
        return 0;
    case OPT_WARMUP:
        return command_line_number("--warmup", text, 0, RUNS_MAX, &options->warmup, err);
    case OPT_PIN:
        rc = command_line_choice("value of --pin", text, pin_names, &chosen, err);
        options->pin = (enum pin)chosen;
        return rc;
    case OPT_SEED:
        /* JSON's integers are signed. */
        return command_line_number("--seed", text, 0, INT64_MAX, &options->seed, err);
    case OPT_LABEL:
        return take_label(options, text, err);
    case OPT_OUTPUT:
        options->output = text;
        return *text ? 0 : error_set(err, -EINVAL, "--output: the name of the folder is empty");
    case OPT_SET:
        return options_take_set(options, text, err);
    case OPT_TIMEOUT:
        return command_line_time("--timeout", text, 1000000, &options->timeout_ns, err);
    case OPT_TOPOLOGY:
        options->topology = text;
        return 0;
    case OPT_SUBMIT:
        rc = command_line_choice("value of --submit", text, submit_names, &chosen, err);
        options->sync = chosen == 1;
        return rc;
    case OPT_QUEUE:
        return command_line_number("--queue", text, 1, QUEUE_MAX, &options->queue, err);
    case OPT_DRY_RUN:
        options->dry_run = true;
        return 0;
    default:
        options->quiet = true;
        return 0;
    }
}

int options_parse(struct options *options, int count, char **arguments, struct error *err)
{
    *options = (struct options){.tasks = {64, false},
                                .warmup = 1,
                                .seed = 1,
                                .queue = 4096,
                                .pin = PIN_NONE,
                                .precision = 0.02,
                                .invocations = 1,
                                .pause_ns = PAUSE_NS};
    struct given given = {0};
    optind = 0;
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int option = getopt_long(count, arguments, "+:", long_options, NULL);
        if (option == -1) {
            break;
        }
        if (option == OPT_HELP) {
            return 1;
        }
        if (!goes_with_append(option) && !given.planned) {
            given.planned = option_name(option);
        }
        int rc = option == '?' || option == ':'
                     ? command_line_bad(long_options, "run", arguments[at], option, err)
                     : take_option(options, &given, option, optarg, err);
        if (rc != 0) {
            return rc;
        }
    }
    if (optind < count) {
        return error_set(err, -EINVAL, "unexpected argument '%.60s'; see `bench help run`",
                         arguments[optind]);
    }
    if (options->append) {
        return !given.planned
                   ? 0
                   : error_set(err, -EINVAL,
                               "--append goes on with the plan of %.200s, so --%s says nothing; "
                               "leave it out, or start a new run",
                               options->append, given.planned);
    }
    if (options->workload_count == 0 || options->mode_count == 0) {
        const char *missing = options->workload_count == 0 ? "--workload" : "--mode";
        return error_set(err, -EINVAL,
                         "%s is missing; for example: bench --workload cpu --mode process "
                         "(`bench list` names all)",
                         missing);
    }
    int rc = settle_runs(options, &given, err);
    return rc != 0 ? rc : options_check_sets(options, err);
}
