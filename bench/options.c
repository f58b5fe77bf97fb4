#include "bench/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/folder.h"
#include "bench/util/names.h"
#include "bench/util/units.h"

enum { WORD_MAX = 256, QUEUE_MAX = 1 << 24, RUNS_MAX = 1000000 };

int options_unknown(struct error *err, const char *what, const char *typed,
                    const char *const *known, size_t count)
{
    char list[400] = "";
    size_t used = 0;
    int near = names_nearest(typed, known, count);
    for (size_t i = 0; i < count && used < sizeof list; i++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    }
    if (near >= 0) {
        return error_set(err, -EINVAL, "unknown %s '%.40s': did you mean '%s'? (known: %s)", what,
                         typed, known[near], list);
    }
    return error_set(err, -EINVAL, "unknown %s '%.40s' (known: %s)", what, typed, list);
}

/* --- lists --- */

/* Copies the next word of a comma-separated list and moves *at past it.
 * 1: a word; 0: the end; -EINVAL: an empty word or one that is too long. */
static int next_word(const char **at, char *word, const char *option, struct error *err)
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

static int full(const char *option, struct error *err)
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
    while ((rc = next_word(&text, word, option, err)) == 1) {
        bool all = strcmp(word, "all") == 0, found = all;
        for (size_t i = 0; i < count; i++) {
            if (all || strcmp(word, known[i]) == 0) {
                choose(choices, i);
                found = true;
            }
        }
        if (!found) {
            return options_unknown(err, what, word, known, count);
        }
    }
    return rc;
}

static size_t workload_names(const char **names)
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
    size_t known = workload_names(names);
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
    while ((rc = next_word(&text, word, "--workers", err)) == 1) {
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
            return full("--workers", err);
        }
        options->workers[options->workers_count++] = range;
    }
    return rc;
}

static int parse_number(const char *option, const char *text, uint64_t min, uint64_t max,
                        uint64_t *number, struct error *err)
{
    if (units_parse_count(text, number) != 0 || *number < min || *number > max) {
        return error_set(err, -EINVAL, "%s: '%.40s' is not a whole number from %llu to %llu",
                         option, text, (unsigned long long)min, (unsigned long long)max);
    }
    return 0;
}

static int parse_timeout(const char *text, uint64_t *ns, struct error *err)
{
    if (units_parse_time(text, ns) != 0 || *ns < 1000000 ||
        *ns > 7 * 86400 * UINT64_C(1000000000)) {
        return error_set(err, -EINVAL,
                         "--timeout: '%.40s' is not a time from 1ms to 168h; write 500ms, 30s, 5m",
                         text);
    }
    return 0;
}

static int parse_choice(const char *option, const char *text, const char *const *names,
                        unsigned *chosen, struct error *err)
{
    size_t count = 0;
    for (; names[count]; count++) {
        if (strcmp(names[count], text) == 0) {
            *chosen = (unsigned)count;
            return 0;
        }
    }
    return options_unknown(err, option, text, names, count);
}

/* --- --set --- */

static int find_param(const struct workload *workload, const char *name, size_t *param,
                      struct error *err)
{
    const char *names[PARAM_MAX];
    char what[WORD_MAX];
    for (size_t i = 0; i < workload->param_count; i++) {
        names[i] = workload->params[i].name;
        if (strcmp(names[i], name) == 0) {
            *param = i;
            return 0;
        }
    }
    if (workload->param_count == 0) {
        return error_set(err, -EINVAL, "--set: the workload %s has no parameters", workload->name);
    }
    snprintf(what, sizeof what, "parameter of %s", workload->name);
    return options_unknown(err, what, name, names, workload->param_count);
}

static int unknown_workload(const char *name, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = workload_names(names);
    return options_unknown(err, "workload", name, names, known);
}

static bool has_value(const struct option_set *set, uint64_t value)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->values[i] == value) {
            return true;
        }
    }
    return false;
}

static int parse_set(struct options *options, const char *text, struct error *err)
{
    char word[WORD_MAX], name[WORD_MAX];
    const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
    struct option_set *set = &options->sets[options->set_count];
    struct error why;
    int rc;

    if (options->set_count == LIST_MAX) {
        return full("--set", err);
    }
    if (!dot || !equals || dot > equals || equals - text >= WORD_MAX || equals[1] == '\0') {
        return error_set(err, -EINVAL,
                         "--set: '%.60s' is not WORKLOAD.PARAM=VALUE, for example cpu.rounds=1e6",
                         text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(dot - text), text);
    set->workload = registry_workload(name);
    if (!set->workload) {
        return unknown_workload(name, err);
    }
    set->count = 0;
    snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    rc = find_param(set->workload, name, &set->param, err);
    if (rc != 0) {
        return rc;
    }
    const struct param *param = &set->workload->params[set->param];
    for (text = equals + 1; (rc = next_word(&text, word, "--set", err)) == 1;) {
        uint64_t value;
        if (param_parse(param, word, &value, &why) != 0) {
            return error_set(err, -EINVAL, "--set %s.%s: %s", set->workload->name, param->name,
                             why.text);
        }
        if (has_value(set, value)) {
            continue;
        }
        if (set->count == LIST_MAX) {
            return full("--set", err);
        }
        set->values[set->count++] = value;
    }
    options->set_count++;
    return rc;
}

/* A parameter of a workload that is not run would be lost silently; one that is set
 * twice would have to be guessed. */
static int check_sets(const struct options *options, struct error *err)
{
    for (size_t i = 0; i < options->set_count; i++) {
        const struct option_set *set = &options->sets[i];
        const char *param = set->workload->params[set->param].name;
        bool run = false;
        for (size_t w = 0; w < options->workload_count; w++) {
            run = run || options->workloads[w] == set->workload;
        }
        if (!run) {
            return error_set(err, -EINVAL,
                             "--set %s.%s: the workload %s is not run; add it to --workload",
                             set->workload->name, param, set->workload->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (options->sets[j].workload == set->workload &&
                options->sets[j].param == set->param) {
                return error_set(err, -EINVAL,
                                 "--set %s.%s is given twice; write its values as a list: A,B",
                                 set->workload->name, param);
            }
        }
    }
    return 0;
}

/* --- the whole --- */

enum {
    OPT_WORKLOAD = 1000,
    OPT_MODE,
    OPT_WORKERS,
    OPT_TASKS,
    OPT_RUNS,
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

static int take_option(struct options *options, int option, const char *text, struct error *err)
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
        return parse_number("--runs", text, 1, RUNS_MAX, &options->runs, err);
    case OPT_WARMUP:
        return parse_number("--warmup", text, 0, RUNS_MAX, &options->warmup, err);
    case OPT_PIN:
        rc = parse_choice("value of --pin", text, pin_names, &chosen, err);
        options->pin = (enum pin)chosen;
        return rc;
    case OPT_SEED:
        /* JSON's integers are signed. */
        return parse_number("--seed", text, 0, INT64_MAX, &options->seed, err);
    case OPT_LABEL:
        return take_label(options, text, err);
    case OPT_OUTPUT:
        options->output = text;
        return *text ? 0 : error_set(err, -EINVAL, "--output: the name of the folder is empty");
    case OPT_SET:
        return parse_set(options, text, err);
    case OPT_TIMEOUT:
        return parse_timeout(text, &options->timeout_ns, err);
    case OPT_TOPOLOGY:
        options->topology = text;
        return 0;
    case OPT_SUBMIT:
        rc = parse_choice("value of --submit", text, submit_names, &chosen, err);
        options->sync = chosen == 1;
        return rc;
    case OPT_QUEUE:
        return parse_number("--queue", text, 1, QUEUE_MAX, &options->queue, err);
    case OPT_DRY_RUN:
        options->dry_run = true;
        return 0;
    default:
        options->quiet = true;
        return 0;
    }
}

static int bad_option(const char *typed, int result, struct error *err)
{
    const char *names[sizeof long_options / sizeof *long_options];
    size_t count = 0;
    if (result == ':') {
        return error_set(err, -EINVAL, "%.60s needs a value; see `bench help run`", typed);
    }
    if (strchr(typed, '=')) {
        char name[WORD_MAX];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(typed, "="), typed);
        for (const struct option *o = long_options; o->name; o++) {
            if (strncmp(name, "--", 2) == 0 && strcmp(o->name, name + 2) == 0) {
                return error_set(err, -EINVAL, "%s takes no value", name);
            }
        }
    }
    for (; long_options[count].name; count++) {
        names[count] = long_options[count].name;
    }
    int near = strncmp(typed, "--", 2) == 0 ? names_nearest(typed + 2, names, count) : -1;
    if (near >= 0) {
        return error_set(err, -EINVAL, "unknown option '%.60s': did you mean '--%s'?", typed,
                         names[near]);
    }
    return error_set(err, -EINVAL, "unknown option '%.60s'; see `bench help run`", typed);
}

int options_parse(struct options *options, int count, char **arguments, struct error *err)
{
    *options = (struct options){
        .tasks = {64, false}, .runs = 10, .warmup = 1, .seed = 1, .queue = 4096, .pin = PIN_NONE};
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
        int rc = option == '?' || option == ':' ? bad_option(arguments[at], option, err)
                                                : take_option(options, option, optarg, err);
        if (rc != 0) {
            return rc;
        }
    }
    if (optind < count) {
        return error_set(err, -EINVAL, "unexpected argument '%.60s'; see `bench help run`",
                         arguments[optind]);
    }
    if (options->workload_count == 0 || options->mode_count == 0) {
        const char *missing = options->workload_count == 0 ? "--workload" : "--mode";
        return error_set(err, -EINVAL,
                         "%s is missing; for example: bench --workload cpu --mode process "
                         "(`bench list` names all)",
                         missing);
    }
    return check_sets(options, err);
}
