#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/options.h"

enum { WORDS_MAX = 200 };

static struct options options;
static struct error err;

/* Parses the words, NULL-terminated, behind a program's name. */
static int parse(const char *const *words)
{
    static char buffer[16384];
    static char *arguments[WORDS_MAX + 2];
    char *at = buffer;
    int count = 1;
    arguments[0] = at;
    at += snprintf(at, 8, "run") + 1;
    for (; *words; words++) {
        arguments[count++] = at;
        at += snprintf(at, (size_t)(buffer + sizeof buffer - at), "%s", *words) + 1;
        assert_true(at < buffer + sizeof buffer && count <= WORDS_MAX);
    }
    arguments[count] = NULL;
    memset(&options, 0xaa, sizeof options); /* nothing may be left as it was */
    memset(&err, 0, sizeof err);
    return options_parse(&options, count, arguments, &err);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})
/* With the two that every run needs. */
#define RUN(...) PARSE("--workload", "cpu", "--mode", "coroutine", __VA_ARGS__)

static void accepted(int rc)
{
    if (rc != 0) {
        fail_msg("refused: %s", err.text);
    }
}

/* Refused in one line that holds both words. */
static void refused(int rc, const char *one, const char *other)
{
    if (rc != -EINVAL || !strstr(err.text, one) || !strstr(err.text, other) ||
        strchr(err.text, '\n')) {
        fail_msg("%d, '%s' and '%s' in: %s", rc, one, other, err.text);
    }
}

static size_t count_workloads(void)
{
    size_t count = 0;
    while (registry_workloads[count]) {
        count++;
    }
    return count;
}

static size_t count_modes(void)
{
    size_t count = 0;
    while (registry_modes[count]) {
        count++;
    }
    return count;
}

/* --- the whole --- */

static void two_options_are_enough(void **state)
{
    (void)state;
    accepted(PARSE("--workload", "cpu", "--mode", "process"));
    assert_int_equal(options.workload_count, 1);
    assert_ptr_equal(options.workloads[0], registry_workload("cpu"));
    assert_int_equal(options.mode_count, 1);
    assert_ptr_equal(options.modes[0], registry_mode("process"));
    assert_int_equal(options.workers_count, 0);
    assert_int_equal(options.set_count, 0);
    assert_int_equal(options.tasks_count, 0); /* the workload's own default */
    assert_false(options.tasks[0].per_core);
    assert_true(options.precision == 0.02);
    assert_int_equal(options.min_runs, 10);
    assert_int_equal(options.max_runs, 50);
    assert_int_equal(options.max_time_ns, 0);
    assert_int_equal(options.invocations, 1);
    assert_int_equal(options.pause_ns, UINT64_C(10000000000));
    assert_false(options.no_reference);
    assert_null(options.append);
    assert_int_equal(options.warmup, 1);
    assert_int_equal(options.timeout_ns, 0);
    assert_int_equal(options.pin, PIN_NONE);
    assert_int_equal(options.wait_count, 0);
    assert_null(options.waits[0]); /* auto */
    assert_int_equal(options.width, 0);
    assert_int_equal(options.stacks, STACKS_AUTO);
    assert_int_equal(options.stack_bytes, 0);
    assert_int_equal(options.rate, 0);
    assert_false(options.poisson);
    assert_false(options.sync || options.dry_run || options.quiet);
    assert_true(!options.label && !options.output && !options.topology);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    refused(PARSE("--mode", "thread"), "--workload is missing", "bench --workload");
    refused(PARSE("--workload", "cpu"), "--mode is missing", "bench --workload");
    refused(PARSE("--quiet"), "is missing", "bench list");
}

static void help_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--help"), 1);
    assert_int_equal(RUN("--help"), 1);
}

static void unknown_options_get_a_guess(void **state)
{
    (void)state;
    refused(RUN("--wrkers", "3"), "unknown option '--wrkers'", "'--workers'");
    refused(RUN("--wrkers=3"), "unknown option", "");
    refused(RUN("--xyzzyxyzzy"), "unknown option '--xyzzyxyzzy'", "bench help run");
    refused(RUN("-w"), "unknown option '-w'", "bench help run");
    refused(RUN("-"), "unexpected argument '-'", "");
    refused(RUN("cpu"), "unexpected argument 'cpu'", "bench help run");
    refused(RUN("--", "cpu"), "unexpected argument 'cpu'", "");
}

static void values_are_there_where_they_are_needed(void **state)
{
    static const char *const with[] = {
        "--workers", "--tasks", "--runs",       "--warmup", "--pin",     "--seed",     "--label",
        "--output",  "--set",   "--submit",     "--queue",  "--timeout", "--topology", "--wait",
        "--width",   "--stack", "--stack-size", "--rate",   "--arrivals"};
    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        refused(RUN(with[i]), with[i], "needs a value");
    }
    refused(PARSE("--workload"), "--workload", "needs a value");
    refused(PARSE("--mode"), "--mode", "needs a value");
    refused(RUN("--quiet=yes"), "--quiet", "takes no value");
    refused(RUN("--dry-run=1"), "--dry-run", "takes no value");
}

static void flags_and_texts(void **state)
{
    (void)state;
    accepted(RUN("--dry-run", "--quiet", "--label", "my-host_1.x", "--output", "a/b", "--topology",
                 "core:4 pu:2"));
    assert_true(options.dry_run && options.quiet);
    assert_string_equal(options.label, "my-host_1.x");
    assert_string_equal(options.output, "a/b");
    assert_string_equal(options.topology, "core:4 pu:2");
    accepted(RUN("--output=x"));
    assert_string_equal(options.output, "x");
    assert_false(options.dry_run || options.quiet);
    refused(RUN("--output", ""), "--output", "empty");
    refused(RUN("--label", ""), "--label", "letters");
    refused(RUN("--label", "a b"), "--label: 'a b'", "letters");
    refused(RUN("--label", "-x"), "--label", "letters");
    refused(RUN("--label", "../x"), "--label", "letters");
}

/* --- names --- */

static void lists_keep_their_order_without_repetitions(void **state)
{
    (void)state;
    accepted(PARSE("--workload", "sleep,cpu,sleep", "--mode", "thread,serial,thread,process"));
    assert_int_equal(options.workload_count, 2);
    assert_ptr_equal(options.workloads[0], registry_workload("sleep"));
    assert_ptr_equal(options.workloads[1], registry_workload("cpu"));
    assert_int_equal(options.mode_count, 3);
    assert_ptr_equal(options.modes[0], registry_mode("thread"));
    assert_ptr_equal(options.modes[1], registry_mode("serial"));
    assert_ptr_equal(options.modes[2], registry_mode("process"));
}

static void all_is_every_one_once(void **state)
{
    (void)state;
    accepted(PARSE("--workload", "all", "--mode", "all"));
    assert_int_equal(options.workload_count, count_workloads());
    assert_int_equal(options.mode_count, count_modes());
    for (size_t i = 0; i < count_modes(); i++) {
        assert_ptr_equal(options.modes[i], registry_modes[i]);
    }
    accepted(PARSE("--workload", "file,all,cpu", "--mode", "thread"));
    assert_int_equal(options.workload_count, count_workloads());
    assert_ptr_equal(options.workloads[0], registry_workload("file"));
}

static void unknown_names_get_the_list_and_the_nearest(void **state)
{
    (void)state;
    refused(PARSE("--workload", "cpuu", "--mode", "thread"), "unknown workload 'cpuu'",
            "did you mean 'cpu'");
    for (size_t i = 0; i < count_workloads(); i++) {
        assert_non_null(strstr(err.text, registry_workloads[i]->name));
    }
    refused(PARSE("--workload", "cpu", "--mode", "thraed"), "unknown mode 'thraed'",
            "did you mean 'thread'");
    refused(PARSE("--workload", "cpu", "--mode", "thread,zzzzzzzzzz"), "unknown mode 'zzzzzzzzzz'",
            "known: serial");
    assert_null(strstr(err.text, "did you mean"));
    refused(PARSE("--workload", "CPU", "--mode", "thread"), "unknown workload 'CPU'", "'cpu'");
}

static size_t count_waits(void)
{
    size_t count = 0;
    while (registry_waits[count]) {
        count++;
    }
    return count;
}

/* auto is NULL: what it stands for depends on the cell. */
static void waits_are_a_list_with_auto(void **state)
{
    (void)state;
    accepted(RUN("--wait", "epoll,auto,blocking,epoll,auto"));
    assert_int_equal(options.wait_count, 3);
    assert_ptr_equal(options.waits[0], registry_wait("epoll"));
    assert_null(options.waits[1]);
    assert_ptr_equal(options.waits[2], registry_wait("blocking"));
    accepted(RUN("--wait", "auto"));
    assert_int_equal(options.wait_count, 1);
    assert_null(options.waits[0]);
    accepted(RUN("--wait", "all"));
    assert_int_equal(options.wait_count, count_waits());
    for (size_t i = 0; i < count_waits(); i++) {
        assert_ptr_equal(options.waits[i], registry_waits[i]);
        accepted(RUN("--wait", registry_waits[i]->name));
        assert_int_equal(options.wait_count, 1);
        assert_ptr_equal(options.waits[0], registry_waits[i]);
        accepted(RUN("--wait", "all"));
    }
    refused(RUN("--wait", "epol"), "unknown wait 'epol'", "did you mean 'epoll'");
    for (size_t i = 0; i < count_waits(); i++) {
        assert_non_null(strstr(err.text, registry_waits[i]->name));
    }
    assert_non_null(strstr(err.text, "auto"));
    refused(RUN("--wait", "poll,bloking"), "unknown wait 'bloking'", "'blocking'");
    refused(RUN("--wait", "poll,"), "--wait", "empty value");
    refused(RUN("--wait", ""), "--wait", "empty value");
    refused(RUN("--wait", "poll", "--wait", "epoll"), "--wait", "given twice");
    refused(RUN("--wait", "auto", "--wait", "auto"), "--wait", "given twice");
}

static void lists_have_no_holes(void **state)
{
    static const char *const bad[] = {"", ",", "cpu,", ",cpu", "cpu,,sleep"};
    char word[300];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(PARSE("--workload", bad[i], "--mode", "thread"), "--workload", "empty value");
    }
    refused(RUN("--workers", "1,,2"), "--workers", "empty value");
    refused(RUN("--set", "cpu.rounds=1,,2"), "--set", "empty value");
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    refused(PARSE("--workload", word, "--mode", "thread"), "--workload", "too long");
}

static void a_list_is_given_once(void **state)
{
    (void)state;
    refused(PARSE("--workload", "cpu", "--workload", "sleep", "--mode", "thread"), "--workload",
            "given twice");
    refused(RUN("--mode", "serial"), "--mode", "given twice");
    refused(RUN("--workers", "1", "--workers", "2"), "--workers", "given twice");
    accepted(RUN("--runs", "3", "--runs", "4"));
    assert_int_equal(options.max_runs, 4);
}

/* --- workers and tasks --- */

static void check_workers(size_t index, uint64_t from, bool from_per_core, uint64_t to,
                          bool to_per_core)
{
    const struct amount_range *range = &options.workers[index];
    assert_int_equal(range->from.number, from);
    assert_int_equal(range->from.per_core, from_per_core);
    assert_int_equal(range->to.number, to);
    assert_int_equal(range->to.per_core, to_per_core);
}

static void workers_are_numbers_ranges_and_multiples(void **state)
{
    (void)state;
    accepted(RUN("--workers", "1,3..5,2x,auto,1..2x,1e3"));
    assert_int_equal(options.workers_count, 6);
    check_workers(0, 1, false, 1, false);
    check_workers(1, 3, false, 5, false);
    check_workers(2, 2, true, 2, true);
    check_workers(3, 0, false, 0, false);
    check_workers(4, 1, false, 2, true);
    check_workers(5, 1000, false, 1000, false);
}

static void other_workers_are_refused(void **state)
{
    static const char *const bad[] = {"0",   "0x", "-1",  "x",   "1.5",   "two", "1..",
                                      "..2", "..", "1x2", "1-4", "autox", "1 ",  "100000001"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "'%s'", bad[i]);
        refused(RUN("--workers", bad[i]), "--workers", quoted);
        refused(RUN("--workers", bad[i]), "1 to 100000000", "A..B");
    }
    accepted(RUN("--workers", "100000000"));
}

static void no_list_is_longer_than_there_is_room(void **state)
{
    char text[1024] = "1";
    (void)state;
    for (int i = 2; i <= LIST_MAX; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), ",%d", i);
    }
    accepted(RUN("--workers", text));
    assert_int_equal(options.workers_count, LIST_MAX);
    snprintf(text + strlen(text), sizeof text - strlen(text), ",99");
    refused(RUN("--workers", text), "--workers", "more than 64");
}

static void tasks_are_a_number_or_a_multiple(void **state)
{
    static const char *const bad[] = {"0",    "auto",      "-5", "1.5", "x",
                                      "1..2", "100000001", "8X", "8,0"};
    (void)state;
    accepted(RUN("--tasks", "8x"));
    assert_int_equal(options.tasks[0].number, 8);
    assert_true(options.tasks[0].per_core);
    assert_int_equal(options.tasks_count, 1);
    accepted(RUN("--tasks", "10,1k,2x"));
    assert_int_equal(options.tasks_count, 3);
    assert_int_equal(options.tasks[1].number, 1000);
    assert_true(options.tasks[2].per_core);
    accepted(RUN("--tasks", "2k"));
    assert_int_equal(options.tasks[0].number, 2000);
    assert_false(options.tasks[0].per_core);
    accepted(RUN("--tasks", "100000000"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(RUN("--tasks", bad[i]), "--tasks", "1 to 100000000");
    }
    refused(RUN("--tasks", ""), "--tasks", "empty");
    refused(RUN("--tasks", "8,,9"), "--tasks", "empty");
}

/* --- within a worker --- */

static void a_width_is_a_number_or_auto(void **state)
{
    static const char *const bad[] = {"0", "", "-1", "x", "8x", "1..2", "100000001", "AUTO"};
    (void)state;
    accepted(RUN("--width", "17"));
    assert_int_equal(options.width, 17);
    accepted(RUN("--width", "100000000"));
    assert_int_equal(options.width, 100000000);
    accepted(RUN("--width", "17", "--width", "auto")); /* the last one counts */
    assert_int_equal(options.width, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(RUN("--width", bad[i]), "--width", "from 1 to 100000000");
    }
}

static void stacks_are_by_name_and_size(void **state)
{
    static const char *const bad[] = {"8191", "7KiB", "65MiB", "67108865", "0",
                                      "",     "-1",   "big",   "64 KiB",   "1e99"};
    (void)state;
    accepted(RUN("--stack", "own"));
    assert_int_equal(options.stacks, STACKS_OWN);
    accepted(RUN("--stack", "shared"));
    assert_int_equal(options.stacks, STACKS_SHARED);
    accepted(RUN("--stack", "auto"));
    assert_int_equal(options.stacks, STACKS_AUTO);
    refused(RUN("--stack", "share"), "--stack", "'shared'");
    refused(RUN("--stack", ""), "--stack", "own");
    accepted(RUN("--stack-size", "8KiB"));
    assert_int_equal(options.stack_bytes, 8192);
    accepted(RUN("--stack-size", "64MiB"));
    assert_int_equal(options.stack_bytes, 64 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "--stack-size: '%s'", bad[i]);
        refused(RUN("--stack-size", bad[i]), quoted, "8KiB to 64MiB");
    }
}

/* --- arrivals --- */

static void arrivals_belong_to_a_rate(void **state)
{
    (void)state;
    accepted(RUN("--rate", "5000"));
    assert_int_equal(options.rate, 5000);
    assert_false(options.poisson);
    accepted(RUN("--arrivals", "poisson", "--rate", "1e9")); /* in any order */
    assert_int_equal(options.rate, 1000000000);
    assert_true(options.poisson);
    accepted(RUN("--rate", "1", "--arrivals", "constant"));
    assert_false(options.poisson);
    accepted(RUN("--rate", "1", "--arrivals", "poisson", "--arrivals", "constant"));
    assert_false(options.poisson);
    refused(RUN("--arrivals", "poisson"), "--arrivals", "--rate");
    refused(RUN("--arrivals", "constant"), "--arrivals", "--rate");
    refused(RUN("--rate", "1", "--arrivals", "poison"), "--arrivals", "'poisson'");
    refused(RUN("--rate", "1", "--arrivals", ""), "--arrivals", "constant");
}

/* --- schedules --- */

static void schedules_are_a_list(void **state)
{
    (void)state;
    accepted(RUN("--quiet"));
    assert_int_equal(options.schedule_count, 0);
    assert_int_equal(options.schedules[0], SCHEDULE_OFF);
    assert_int_equal(options.slice_ns, 1000000);
    assert_int_equal(options.levels, 3);
    assert_int_equal(options.boost_ns, 100000000);
    assert_int_equal(options.switch_ns, 5000000);
    accepted(RUN("--schedule", "mlfq,fcfs,sjf,fcfs"));
    assert_int_equal(options.schedule_count, 3);
    assert_int_equal(options.schedules[0], SCHEDULE_MLFQ);
    assert_int_equal(options.schedules[1], SCHEDULE_FCFS);
    assert_int_equal(options.schedules[2], SCHEDULE_SJF);
    accepted(RUN("--schedule", "all"));
    assert_int_equal(options.schedule_count, SCHEDULE_MLFQ);
    for (size_t i = 0; i < SCHEDULE_MLFQ; i++) {
        assert_int_equal(options.schedules[i], SCHEDULE_FCFS + i);
        refused(RUN("--schedule", "fsfc"), "unknown schedule 'fsfc'", schedule_names[i]);
        accepted(RUN("--schedule", schedule_names[i]));
        assert_int_equal(options.schedules[0], SCHEDULE_FCFS + i);
        accepted(RUN("--schedule", "all"));
    }
    refused(RUN("--schedule", "mflq"), "unknown schedule 'mflq'", "did you mean 'mlfq'");
    refused(RUN("--schedule", "gil"), "unknown schedule 'gil'", "known: fcfs");
    refused(RUN("--schedule", "fcfs,"), "--schedule", "empty value");
    refused(RUN("--schedule", ""), "--schedule", "empty value");
    refused(RUN("--schedule", "fcfs", "--schedule", "sjf"), "--schedule", "given twice");
}

static void a_schedule_needs_a_mode_that_takes_it(void **state)
{
    static const char *const with[] = {"thread-pool",      "process-pool",      "coroutine",
                                       "thread-coroutine", "process-coroutine", "serial,coroutine"};
    static const char *const without[] = {
        "serial", "thread", "process", "process-spawn", "process-thread", "event", "serial,event"};
    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        accepted(PARSE("--workload", "cpu", "--mode", with[i], "--schedule", "fcfs"));
    }
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        refused(PARSE("--workload", "cpu", "--mode", without[i], "--schedule", "fcfs"),
                "--schedule", "leave it out");
    }
}

/* In any order, and not where nothing would come of them. */
static void slices_levels_and_boosts_are_of_those_that_have_them(void **state)
{
    static const char *const sliced[] = {"rr", "mlfq", "fcfs,mlfq"};
    static const char *const others[] = {"fcfs", "sjf", "priority", "lifo", "fcfs,lifo"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        accepted(RUN("--slice", "2ms", "--schedule", sliced[i]));
        assert_int_equal(options.slice_ns, 2000000);
    }
    accepted(RUN("--schedule", "mlfq", "--levels", "5", "--boost", "7ms"));
    assert_int_equal(options.levels, 5);
    assert_int_equal(options.boost_ns, 7000000);
    accepted(RUN("--schedule", "rr,mlfq", "--boost", "off"));
    assert_int_equal(options.boost_ns, 0);
    accepted(RUN("--schedule", "mlfq", "--boost", "off", "--boost", "3ms")); /* the last counts */
    assert_int_equal(options.boost_ns, 3000000);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        refused(RUN("--schedule", others[i], "--slice", "2ms"), "--slice", "rr and mlfq");
        refused(RUN("--schedule", others[i], "--levels", "3"), "--levels", "mlfq; add it");
        refused(RUN("--boost", "off", "--schedule", others[i]), "--boost", "mlfq; add it");
    }
    refused(RUN("--schedule", "rr", "--levels", "3"), "--levels", "mlfq; add it");
    refused(RUN("--schedule", "rr", "--boost", "3ms"), "--boost", "mlfq; add it");
    refused(RUN("--slice", "2ms"), "--slice", "leave it out");
    refused(RUN("--levels", "3"), "--levels", "leave them out");
    refused(RUN("--boost", "off"), "--boost", "leave them out");
}

static void slices_levels_and_boosts_have_ranges(void **state)
{
    static const char *const times[] = {"", "0", "1", "999ns", "-1ms", "1 ms", "169h", "ms", "on"};
    static const char *const numbers[] = {"", "0", "1", "17", "-2", "2.5", "two", "off"};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        refused(RUN("--schedule", "rr", "--slice", times[i]), "--slice", "from 1us to 168h");
        refused(RUN("--schedule", "mlfq", "--boost", times[i]), "--boost", "from 1us to 168h");
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        refused(RUN("--schedule", "mlfq", "--levels", numbers[i]), "--levels", "from 2 to 16");
    }
    refused(RUN("--schedule", "rr", "--slice", "off"), "--slice", "'off'");
    refused(RUN("--schedule", "mlfq", "--boost", "of"), "--boost", "or off");
    accepted(RUN("--schedule", "mlfq", "--slice", "1us", "--levels", "2", "--boost", "168h"));
    assert_int_equal(options.slice_ns, 1000);
    assert_int_equal(options.levels, 2);
    assert_int_equal(options.boost_ns, 604800 * UINT64_C(1000000000));
    accepted(RUN("--schedule", "mlfq", "--slice", "168h", "--levels", "16", "--boost", "1us"));
    assert_int_equal(options.levels, 16);
}

/* --- how many runs --- */

static void runs_fit_together(void **state)
{
    (void)state;
    accepted(RUN("--runs", "7"));
    assert_int_equal(options.min_runs, 7);
    assert_int_equal(options.max_runs, 7);
    assert_true(options.precision == 0);
    accepted(RUN("--max-runs", "5"));
    assert_int_equal(options.min_runs, 5);
    accepted(RUN("--min-runs", "70"));
    assert_int_equal(options.max_runs, 70);
    accepted(RUN("--min-runs", "3", "--max-runs", "4", "--precision", "0.5%"));
    assert_int_equal(options.min_runs, 3);
    assert_int_equal(options.max_runs, 4);
    assert_true(options.precision == 0.005);
    refused(RUN("--min-runs", "5", "--max-runs", "4"), "--min-runs 5", "--max-runs 4");
    refused(RUN("--runs", "5", "--max-runs", "9"), "--runs", "one or the other");
    refused(RUN("--runs", "5", "--min-runs", "2"), "--runs", "one or the other");
    refused(RUN("--precision", "2%", "--runs", "5"), "--runs", "one or the other");
}

static void precision_is_a_percentage(void **state)
{
    static const char *const bad[] = {"",    "%",    "0",   "0%",  "0.001%", "101%",
                                      "2%%", "-1%",  "1e1", "2 %", ".5%",    "5.%",
                                      "nan", "inf%", "2x",  "0x2", "1,5%",   "1.2.3"};
    (void)state;
    accepted(RUN("--precision", "100"));
    assert_true(options.precision == 1);
    accepted(RUN("--precision", "0.01%"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(RUN("--precision", bad[i]), "--precision", "0.01% to 100%");
    }
}

static void appending_says_nothing_of_the_plan(void **state)
{
    (void)state;
    accepted(PARSE("--append", "results/x", "--invocations", "3", "--pause", "0", "--max-time",
                   "1m", "--quiet", "--dry-run"));
    assert_string_equal(options.append, "results/x");
    assert_int_equal(options.pause_ns, 0);
    assert_int_equal(options.max_time_ns, UINT64_C(60000000000));
    refused(RUN("--append", "results/x"), "--append", "--workload says nothing");
    refused(PARSE("--append", "results/x", "--runs", "3"), "--append", "--runs says nothing");
    refused(PARSE("--append", "x", "--wait", "epoll"), "--append", "--wait says nothing");
    refused(PARSE("--width", "3", "--append", "x"), "--append", "--width says nothing");
    refused(PARSE("--append", "x", "--stack", "own"), "--append", "--stack says nothing");
    refused(PARSE("--append", "x", "--stack-size", "1MiB"), "x,", "--stack-size says nothing");
    refused(PARSE("--append", "x", "--rate", "5"), "--append", "--rate says nothing");
    refused(PARSE("--append", "x", "--schedule", "rr"), "--append", "--schedule says nothing");
    refused(PARSE("--slice", "1ms", "--append", "x"), "--append", "--slice says nothing");
    refused(PARSE("--append", "x", "--arrivals", "poisson"), "x,", "--arrivals says nothing");
    refused(PARSE("--append", ""), "--append", "empty");
}

/* --- single numbers --- */

static void numbers_have_ranges(void **state)
{
    static const struct {
        const char *option, *least, *most, *under, *over;
        uint64_t *value, low, high;
    } all[] = {
        {"--runs", "1", "1e6", "0", "1000001", &options.max_runs, 1, 1000000},
        {"--min-runs", "1", "1e6", "0", "1000001", &options.min_runs, 1, 1000000},
        {"--max-runs", "1", "1e6", "0", "1000001", &options.max_runs, 1, 1000000},
        {"--invocations", "1", "10000", "0", "10001", &options.invocations, 1, 10000},
        {"--warmup", "0", "1000000", "-1", "1000001", &options.warmup, 0, 1000000},
        {"--queue", "1", "16777216", "0", "16777217", &options.queue, 1, 1 << 24},
        {"--width", "1", "1e8", "0", "100000001", &options.width, 1, 100000000},
        {"--rate", "1", "1e9", "0", "1000000001", &options.rate, 1, 1000000000},
        {"--seed", "0", "9223372036854775807", "-1", "9223372036854775808", &options.seed, 0,
         INT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        accepted(RUN(all[i].option, all[i].least));
        assert_int_equal(*all[i].value, all[i].low);
        accepted(RUN(all[i].option, all[i].most));
        assert_int_equal(*all[i].value, all[i].high);
        refused(RUN(all[i].option, all[i].under), all[i].option, "from");
        refused(RUN(all[i].option, all[i].over), all[i].option, "from");
        refused(RUN(all[i].option, ""), all[i].option, "from");
        refused(RUN(all[i].option, "many"), all[i].option, "'many'");
        refused(RUN(all[i].option, "99999999999999999999"), all[i].option, "from");
    }
}

static void a_timeout_has_a_unit(void **state)
{
    static const char *const bad[] = {"5", "0", "", "999us", "169h", "-1s", "soon", "5 s"};
    (void)state;
    accepted(RUN("--timeout", "1ms"));
    assert_int_equal(options.timeout_ns, 1000000);
    accepted(RUN("--timeout", "1.5m"));
    assert_int_equal(options.timeout_ns, UINT64_C(90000000000));
    accepted(RUN("--timeout", "168h"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(RUN("--timeout", bad[i]), "--timeout", "1ms to 168h");
    }
}

static void choices_are_by_name(void **state)
{
    (void)state;
    for (int i = 0; pin_names[i]; i++) {
        accepted(RUN("--pin", pin_names[i]));
        assert_int_equal(options.pin, i);
    }
    refused(RUN("--pin", "cores"), "--pin", "'core'");
    refused(RUN("--pin", ""), "--pin", "none");
    accepted(RUN("--submit", "sync"));
    assert_true(options.sync);
    accepted(RUN("--submit", "async"));
    assert_false(options.sync);
    refused(RUN("--submit", "synch"), "--submit", "'sync'");
}

/* --- parameters --- */

static void sets_hold_the_values_in_their_order(void **state)
{
    (void)state;
    accepted(RUN("--set", "cpu.rounds=1e6,5,1000000"));
    assert_int_equal(options.set_count, 1);
    assert_ptr_equal(options.sets[0].workload, registry_workload("cpu"));
    assert_string_equal(options.sets[0].workload->params[options.sets[0].param].name, "rounds");
    assert_int_equal(options.sets[0].count, 2); /* 1e6 is 1000000 */
    assert_int_equal(options.sets[0].values[0], 1000000);
    assert_int_equal(options.sets[0].values[1], 5);

    accepted(PARSE("--set", "sleep.duration=1.5ms", "--workload", "sleep", "--mode", "thread"));
    assert_int_equal(options.sets[0].values[0], 1500000);
}

static void bad_sets_say_why(void **state)
{
    static const char *const forms[] = {"",      "cpu",         "cpu.rounds", "rounds=1",
                                        "cpu=1", "cpu.rounds=", "=",          "cpu=1.5"};
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        refused(RUN("--set", forms[i]), "--set", "WORKLOAD.PARAM=VALUE");
    }
    refused(RUN("--set", "cpuu.rounds=1"), "unknown workload 'cpuu'", "'cpu'");
    refused(RUN("--set", "cpu.ronds=1"), "'ronds'", "'rounds'");
    refused(RUN("--set", "empty.x=1"), "empty", "no parameters");
    refused(RUN("--set", "cpu.rounds=lots"), "--set cpu.rounds", "lots");
    refused(RUN("--set", "cpu.rounds=0"), "--set cpu.rounds", "out of range");
    refused(RUN("--set", "sleep.duration=1ms"), "sleep is not run", "--workload");
    refused(RUN("--set", "cpu.rounds=1", "--set", "cpu.rounds=2"), "given twice", "A,B");
}

static void sets_have_room_for_so_many(void **state)
{
    char text[1024] = "cpu.rounds=1";
    (void)state;
    for (int i = 2; i <= LIST_MAX; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), ",%d", i);
    }
    accepted(RUN("--set", text));
    assert_int_equal(options.sets[0].count, LIST_MAX);
    snprintf(text + strlen(text), sizeof text - strlen(text), ",99");
    refused(RUN("--set", text), "--set", "more than 64");

    const char *words[WORDS_MAX] = {"--workload", "cpu", "--mode", "serial"};
    for (size_t i = 0; i <= LIST_MAX; i++) {
        words[4 + 2 * i] = "--set";
        words[5 + 2 * i] = "cpu.rounds=1";
    }
    words[6 + 2 * LIST_MAX] = NULL;
    refused(parse(words), "--set", "more than 64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_options_are_enough),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(help_is_asked_for),
        cmocka_unit_test(unknown_options_get_a_guess),
        cmocka_unit_test(values_are_there_where_they_are_needed),
        cmocka_unit_test(flags_and_texts),
        cmocka_unit_test(lists_keep_their_order_without_repetitions),
        cmocka_unit_test(all_is_every_one_once),
        cmocka_unit_test(unknown_names_get_the_list_and_the_nearest),
        cmocka_unit_test(waits_are_a_list_with_auto),
        cmocka_unit_test(lists_have_no_holes),
        cmocka_unit_test(a_list_is_given_once),
        cmocka_unit_test(workers_are_numbers_ranges_and_multiples),
        cmocka_unit_test(other_workers_are_refused),
        cmocka_unit_test(no_list_is_longer_than_there_is_room),
        cmocka_unit_test(tasks_are_a_number_or_a_multiple),
        cmocka_unit_test(a_width_is_a_number_or_auto),
        cmocka_unit_test(stacks_are_by_name_and_size),
        cmocka_unit_test(arrivals_belong_to_a_rate),
        cmocka_unit_test(schedules_are_a_list),
        cmocka_unit_test(a_schedule_needs_a_mode_that_takes_it),
        cmocka_unit_test(slices_levels_and_boosts_are_of_those_that_have_them),
        cmocka_unit_test(slices_levels_and_boosts_have_ranges),
        cmocka_unit_test(runs_fit_together),
        cmocka_unit_test(precision_is_a_percentage),
        cmocka_unit_test(appending_says_nothing_of_the_plan),
        cmocka_unit_test(numbers_have_ranges),
        cmocka_unit_test(a_timeout_has_a_unit),
        cmocka_unit_test(choices_are_by_name),
        cmocka_unit_test(sets_hold_the_values_in_their_order),
        cmocka_unit_test(bad_sets_say_why),
        cmocka_unit_test(sets_have_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
