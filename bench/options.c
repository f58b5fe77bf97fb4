#include "bench/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/options_internal.h"
#include "bench/util/units.h"

enum { STACK_MIN = 8 << 10, STACK_MAX = 64 << 20, RATE_MAX = 1000000000 };
enum { QUEUE_MAX = 1 << 24, RUNS_MAX = 1000000, INVOCATIONS_MAX = 10000 };

#define PAUSE_NS UINT64_C(10000000000)

/* What CPython's switch interval is by default; slices of a like order, so that a task of 10 ms
 * takes several. */
#define SWITCH_NS UINT64_C(5000000)
#define SLICE_NS  UINT64_C(1000000)
#define LEVELS    3
#define BOOST_NS  UINT64_C(100000000)
#define SLICE_MIN UINT64_C(1000)

const char *const stacks_names[] = {"auto", "own", "shared", NULL};

/* The first list would be lost silently. */
static int twice(const char *option, struct error *err)
{
    return error_set(err, -EINVAL, "%s is given twice; write its values as a list: A,B", option);
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
    OPT_WAIT,
    OPT_WORKERS,
    OPT_WIDTH,
    OPT_STACK,
    OPT_STACK_SIZE,
    OPT_SCHEDULE,
    OPT_SLICE,
    OPT_LEVELS,
    OPT_BOOST,
    OPT_SWITCH_INTERVAL,
    OPT_RATE,
    OPT_ARRIVALS,
    OPT_TASKS,
    OPT_RUNS,
    OPT_PRECISION,
    OPT_MIN_RUNS,
    OPT_MAX_RUNS,
    OPT_MAX_TIME,
    OPT_INVOCATIONS,
    OPT_PAUSE,
    OPT_APPEND,
    OPT_RESUME,
    OPT_EXCLUSIVE,
    OPT_NO_REFERENCE,
    OPT_WARMUP,
    OPT_PIN,
    OPT_ON_LIMIT,
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
    {"wait", required_argument, NULL, OPT_WAIT},
    {"workers", required_argument, NULL, OPT_WORKERS},
    {"width", required_argument, NULL, OPT_WIDTH},
    {"stack", required_argument, NULL, OPT_STACK},
    {"stack-size", required_argument, NULL, OPT_STACK_SIZE},
    {"schedule", required_argument, NULL, OPT_SCHEDULE},
    {"slice", required_argument, NULL, OPT_SLICE},
    {"levels", required_argument, NULL, OPT_LEVELS},
    {"boost", required_argument, NULL, OPT_BOOST},
    {"switch-interval", required_argument, NULL, OPT_SWITCH_INTERVAL},
    {"rate", required_argument, NULL, OPT_RATE},
    {"arrivals", required_argument, NULL, OPT_ARRIVALS},
    {"tasks", required_argument, NULL, OPT_TASKS},
    {"runs", required_argument, NULL, OPT_RUNS},
    {"precision", required_argument, NULL, OPT_PRECISION},
    {"min-runs", required_argument, NULL, OPT_MIN_RUNS},
    {"max-runs", required_argument, NULL, OPT_MAX_RUNS},
    {"max-time", required_argument, NULL, OPT_MAX_TIME},
    {"invocations", required_argument, NULL, OPT_INVOCATIONS},
    {"pause", required_argument, NULL, OPT_PAUSE},
    {"append", required_argument, NULL, OPT_APPEND},
    {"resume", required_argument, NULL, OPT_RESUME},
    {"exclusive", no_argument, NULL, OPT_EXCLUSIVE},
    {"no-reference", no_argument, NULL, OPT_NO_REFERENCE},
    {"warmup", required_argument, NULL, OPT_WARMUP},
    {"pin", required_argument, NULL, OPT_PIN},
    {"on-limit", required_argument, NULL, OPT_ON_LIMIT},
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

static int take_tasks(struct options *options, const char *text, struct error *err)
{
    char word[WORD_MAX];
    int rc;
    options->tasks_count = 0;
    while ((rc = options_next_word(&text, word, "--tasks", err)) == 1) {
        struct amount amount;
        if (parse_amount(word, TASKS_MAX, &amount) != 0 || amount.number == 0) {
            return error_set(err, -EINVAL,
                             "--tasks: '%.40s' is not a number from 1 to %d; write N, N,M, or Nx "
                             "(N per usable core)",
                             word, TASKS_MAX);
        }
        if (options->tasks_count == LIST_MAX) {
            return options_full("--tasks", err);
        }
        options->tasks[options->tasks_count++] = amount;
    }
    return rc;
}

static int take_width(struct options *options, const char *text, struct error *err)
{
    options->width = 0;
    return strcmp(text, "auto") == 0
               ? 0
               : command_line_number("--width", text, 1, TASKS_MAX, &options->width, err);
}

static int take_stack_size(struct options *options, const char *text, struct error *err)
{
    if (units_parse_size(text, &options->stack_bytes) != 0 || options->stack_bytes < STACK_MIN ||
        options->stack_bytes > STACK_MAX) {
        return error_set(err, -EINVAL,
                         "--stack-size: '%.40s' is not a size from 8KiB to 64MiB; write for "
                         "example 64KiB",
                         text);
    }
    return 0;
}

static int take_boost(struct options *options, const char *text, struct error *err)
{
    struct error why;
    options->boost_ns = 0;
    if (strcmp(text, "off") == 0 ||
        command_line_time("--boost", text, SLICE_MIN, &options->boost_ns, &why) == 0) {
        return 0;
    }
    return error_set(err, -EINVAL, "%s, or off", why.text);
}

/* Of a run that is there. */
static int take_folder(struct options *options, bool resume, const char *text, struct error *err)
{
    const char *name = resume ? "--resume" : "--append";
    if (options->append) {
        return error_set(err, -EINVAL,
                         "%s: one folder, and either --append, for a further invocation, or "
                         "--resume, to finish a run that was stopped",
                         name);
    }
    options->append = text;
    options->resume = resume;
    return *text ? 0 : error_set(err, -EINVAL, "%s: the name of the folder is empty", name);
}

/* Options of a plan are those of the folder. Those of further invocations are not a resumed
 * one's. */
static bool goes_with_folder(int option)
{
    return option == OPT_APPEND || option == OPT_RESUME || option == OPT_MAX_TIME ||
           option == OPT_EXCLUSIVE || option == OPT_QUIET || option == OPT_DRY_RUN;
}

static bool goes_with_append(int option)
{
    return goes_with_folder(option) || option == OPT_INVOCATIONS || option == OPT_PAUSE;
}

static int take_option(struct options *options, struct given *given, int option, const char *text,
                       struct error *err)
{
    static const char *const submit_names[] = {"async", "sync", NULL};
    static const char *const on_limit_names[] = {"skip", "fail", "clamp", NULL};
    static const char *const arrivals_names[] = {"constant", "poisson", NULL};
    unsigned chosen = 0;
    int rc = 0;
    switch (option) {
    case OPT_WORKLOAD:
        return options->workload_count > 0 ? twice("--workload", err)
                                           : options_take_workloads(options, text, err);
    case OPT_MODE:
        return options->mode_count > 0 ? twice("--mode", err)
                                       : options_take_modes(options, text, err);
    case OPT_WAIT:
        return options->wait_count > 0 ? twice("--wait", err)
                                       : options_take_waits(options, text, err);
    case OPT_WORKERS:
        return options->workers_count > 0 ? twice("--workers", err)
                                          : parse_workers(options, text, err);
    case OPT_WIDTH:
        given->width = true;
        return take_width(options, text, err);
    case OPT_STACK:
        given->stack = true;
        rc = command_line_choice("value of --stack", text, stacks_names, &chosen, err);
        options->stacks = (enum stacks)chosen;
        return rc;
    case OPT_STACK_SIZE:
        given->stack = true;
        return take_stack_size(options, text, err);
    case OPT_SCHEDULE:
        return options->schedule_count > 0 ? twice("--schedule", err)
                                           : options_take_schedules(options, text, err);
    case OPT_SLICE:
        given->slice = true;
        return command_line_time("--slice", text, SLICE_MIN, &options->slice_ns, err);
    case OPT_LEVELS:
        given->levels = true;
        return command_line_number("--levels", text, 2, SCHEDULE_LEVELS_MAX, &options->levels, err);
    case OPT_BOOST:
        given->boost = true;
        return take_boost(options, text, err);
    case OPT_SWITCH_INTERVAL:
        given->interval = true;
        return command_line_time("--switch-interval", text, SLICE_MIN, &options->switch_ns, err);
    case OPT_RATE:
        return command_line_number("--rate", text, 1, RATE_MAX, &options->rate, err);
    case OPT_ARRIVALS:
        given->arrivals = true;
        rc = command_line_choice("value of --arrivals", text, arrivals_names, &chosen, err);
        options->poisson = chosen == 1;
        return rc;
    case OPT_TASKS:
        return take_tasks(options, text, err);
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
    case OPT_RESUME:
        return take_folder(options, option == OPT_RESUME, text, err);
    case OPT_EXCLUSIVE:
        options->exclusive = true;
        return 0;
    case OPT_NO_REFERENCE:
        options->no_reference = true;
        return 0;
    case OPT_WARMUP:
        return command_line_number("--warmup", text, 0, RUNS_MAX, &options->warmup, err);
    case OPT_PIN:
        rc = command_line_choice("value of --pin", text, pin_names, &chosen, err);
        options->pin = (enum pin)chosen;
        return rc;
    case OPT_ON_LIMIT:
        rc = command_line_choice("value of --on-limit", text, on_limit_names, &chosen, err);
        options->on_limit = (enum on_limit)chosen;
        return rc;
    case OPT_SEED:
        /* JSON's integers are signed. */
        return command_line_number("--seed", text, 0, INT64_MAX, &options->seed, err);
    case OPT_LABEL:
        return command_line_label(text, &options->label, err);
    case OPT_OUTPUT:
        return command_line_output(text, &options->output, err);
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
    *options = (struct options){.warmup = 1,
                                .seed = 1,
                                .queue = 4096,
                                .pin = PIN_NONE,
                                .precision = 0.02,
                                .slice_ns = SLICE_NS,
                                .levels = LEVELS,
                                .boost_ns = BOOST_NS,
                                .switch_ns = SWITCH_NS,
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
            given.planned = command_line_option_name(long_options, option);
        }
        if (!goes_with_folder(option) && !given.invocations) {
            given.invocations = command_line_option_name(long_options, option);
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
        const char *option = options->resume ? given.invocations : given.planned;
        return !option ? 0
                       : error_set(err, -EINVAL,
                                   "--%s goes on with the plan of %.200s, so --%s says nothing; "
                                   "leave it out, or start a new run",
                                   options->resume ? "resume" : "append", options->append, option);
    }
    if (options->workload_count == 0 || options->mode_count == 0) {
        const char *missing = options->workload_count == 0 ? "--workload" : "--mode";
        return error_set(err, -EINVAL,
                         "%s is missing; for example: bench --workload cpu --mode process "
                         "(`bench list` names all)",
                         missing);
    }
    if (given.arrivals && options->rate == 0) {
        return error_set(err, -EINVAL,
                         "--arrivals tells how tasks arrive at a --rate; without one, say nothing");
    }
    int rc = options_check_modes(options, &given, err);
    if (rc != 0) {
        return rc;
    }
    rc = options_settle_runs(options, &given, err);
    return rc != 0 ? rc : options_check_sets(options, err);
}
