#include "bench/doctor.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/command_line.h"
#include "bench/doctor_floor.h"
#include "bench/doctor_print.h"
#include "bench/help.h"
#include "bench/machine/advice.h"
#include "bench/machine/identity.h"
#include "bench/machine/topology.h"
#include "bench/noise.h"
#include "bench/report/plain.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"
#include "bench/run.h"
#include "bench/say.h"
#include "bench/util/clock.h"
#include "bench/util/interrupt.h"
#include "bench/util/units.h"

#define DOCTOR_TIME_NS  (120 * NS_PER_SECOND)
#define DOCTOR_SHORT_NS (20 * NS_PER_SECOND) /* below it the work shrinks */
#define DOCTOR_DAY_S    86400

/* One block of four cells on two cores, with the starts of its processes, and with short work. */
#define DOCTOR_BLOCK_NS       UINT64_C(400000000)
#define DOCTOR_SHORT_BLOCK_NS UINT64_C(100000000)

enum { DOCTOR_RUNS = 10, DOCTOR_FEWEST_RUNS = 3, DOCTOR_WARMUP = 1 };
enum { DOCTOR_INVOCATIONS = 4, DOCTOR_MOST_INVOCATIONS = 20 };

/* --- how the time is spent --- */

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

struct doctor_schedule doctor_schedule_make(uint64_t time_ns)
{
    struct doctor_schedule schedule = {16, DOCTOR_RUNS, DOCTOR_INVOCATIONS, 0};
    uint64_t block_ns = DOCTOR_BLOCK_NS;
    if (time_ns < DOCTOR_SHORT_NS) {
        block_ns = DOCTOR_SHORT_BLOCK_NS;
        schedule.tasks = 4;
        schedule.runs = clamp(time_ns / (block_ns * DOCTOR_INVOCATIONS),
                              DOCTOR_FEWEST_RUNS + DOCTOR_WARMUP, DOCTOR_RUNS + DOCTOR_WARMUP) -
                        DOCTOR_WARMUP;
    }
    const uint64_t invocation_ns = (DOCTOR_WARMUP + schedule.runs) * block_ns;
    /* A third of the time is left to pauses: it is drift that is looked for. */
    if (time_ns >= DOCTOR_SHORT_NS)
        schedule.invocations =
            clamp(time_ns / 3 * 2 / invocation_ns, DOCTOR_INVOCATIONS, DOCTOR_MOST_INVOCATIONS);
    const uint64_t work_ns = schedule.invocations * invocation_ns;
    schedule.pause_ns = time_ns > work_ns ? (time_ns - work_ns) / (schedule.invocations - 1) : 0;
    return schedule;
}

/* --- the command line --- */

struct asked {
    uint64_t time_ns;
    const char *label, *output;
    bool exclusive, quiet;
};

enum { OPT_TIME = 1000, OPT_LABEL, OPT_OUTPUT, OPT_EXCLUSIVE, OPT_QUIET, OPT_HELP };

static const struct option long_options[] = {
    {"time", required_argument, NULL, OPT_TIME},
    {"label", required_argument, NULL, OPT_LABEL},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"exclusive", no_argument, NULL, OPT_EXCLUSIVE},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int take_option(struct asked *asked, int option, const char *text, struct error *err)
{
    switch (option) {
    case OPT_TIME:
        return command_line_time("--time", text, NS_PER_SECOND, &asked->time_ns, err);
    case OPT_LABEL:
        return command_line_label(text, &asked->label, err);
    case OPT_OUTPUT:
        return command_line_output(text, &asked->output, err);
    case OPT_EXCLUSIVE:
        asked->exclusive = true;
        return 0;
    default:
        asked->quiet = true;
        return 0;
    }
}

/* 1 where --help was asked for. */
static int take_all(struct asked *asked, int count, char **arguments, struct error *err)
{
    int rc = 0;
    optind = 0;
    opterr = 0;
    while (rc == 0) {
        const int at = optind > 0 ? optind : 1;
        const int option = getopt_long(count, arguments, "+:", long_options, NULL);
        if (option == -1)
            break;
        if (option == OPT_HELP)
            return 1;
        rc = option == '?' || option == ':'
                 ? command_line_bad(long_options, "doctor", arguments[at], option, err)
                 : take_option(asked, option, optarg, err);
    }
    if (rc == 0 && optind < count)
        rc = error_set(err, -EINVAL, "unexpected argument '%.60s'; see `bench help doctor`",
                       arguments[optind]);
    return rc;
}

/* --- what disturbs --- */

static int tell_advice(struct error *err)
{
    struct advice list[ADVICE_MOST];
    struct topology *topology;
    int rc = topology_load(&topology, NULL, NULL, err);
    if (rc != 0)
        return rc;
    json_t *facts = identity_collect(topology);
    if (facts)
        doctor_print_advice(stdout, list, advice_collect(facts, list, ADVICE_MOST));
    else
        rc = error_set(err, -ENOMEM, "no memory");
    json_decref(facts);
    topology_free(topology);
    if (rc == 0 && fflush(stdout) != 0)
        rc = error_set(err, -EIO, "what was found could not be written: %s", strerror(errno));
    return rc;
}

/* --- what was measured --- */

static json_t *floor_cells(const struct noise_floor *floor)
{
    json_t *list = json_array();
    for (size_t i = 0; i < floor->count; i++) {
        const struct floor_cell *cell = &floor->cells[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f, s:f}", "workload",
                                              cell->key->workload, "mode", cell->key->mode,
                                              "within_sd", cell->within, "successive_sd",
                                              cell->successive, "between_sd", cell->between));
    }
    return list;
}

/* NULL without memory. */
static json_t *floor_noise(const struct noise_floor *floor, time_t now)
{
    /* A spread of 0 is a clock that is too coarse for it. */
    const double least = 1e-6;
    const struct floor_cell *worst = floor->worst;
    struct tm utc;
    char measured[32];
    size_t runs = 0;
    for (size_t i = 0; i < floor->count; i++)
        runs += floor->cells[i].runs;
    strftime(measured, sizeof measured, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return json_pack("{s:f, s:I, s:s, s:f, s:I, s:I, s:o}", "sd",
                     worst->between > least ? worst->between : least, "degrees_of_freedom",
                     (json_int_t)worst->invocations - 1, "measured", measured, "span_s",
                     (double)floor->span_ns / (double)NS_PER_SECOND, "invocations",
                     (json_int_t)worst->invocations, "repetitions", (json_int_t)runs, "cells",
                     floor_cells(floor));
}

/* 0, or 1 where what was to be stored was not. */
static int store(const json_t *facts, json_t *noise, time_t now)
{
    char path[PATH_MAX], shown[PATH_MAX], until[32];
    struct error err;
    struct tm utc;
    const time_t end = now + (time_t)NOISE_DAYS * DOCTOR_DAY_S;
    const int rc = noise_store(facts, noise, &err);
    if (rc != 0) {
        say("the noise floor is not stored: %s", err.text);
        return rc != -ENOENT;
    }
    strftime(until, sizeof until, "%Y-%m-%d", gmtime_r(&end, &utc));
    if (noise_path(path, sizeof path) == 0)
        printf("Stored: %s\n", plain_text(shown, sizeof shown, path));
    printf("Runs of one invocation are compared with it until %s. Measure again after changes.\n",
           until);
    return 0;
}

/* Into the machine.json of the rows that it comes from, so that these can be compared, too. */
static int note(const char *folder, const json_t *facts, json_t *noise)
{
    struct error err;
    json_t *machine = json_deep_copy(facts);
    int rc = machine && json_object_set(machine, "noise", noise) == 0
                 ? machine_write(folder, machine, &err)
                 : error_set(&err, -ENOMEM, "no memory");
    json_decref(machine);
    if (rc != 0)
        say("%s", err.text);
    return rc != 0;
}

static int keep(const struct record *record, const struct noise_floor *floor, const json_t *facts)
{
    const time_t now = time(NULL);
    json_t *noise = floor_noise(floor, now);
    if (!noise) {
        say("the noise floor is not stored: no memory");
        return 1;
    }
    struct interrupt held;
    interrupt_hold(&held); /* a file that is being made must not stay lying about */
    int failed = note(record->folder, facts, noise);
    failed |= store(facts, noise, now);
    interrupt_release(&held);
    json_decref(noise);
    return failed;
}

/* Whether all of the schedule was measured: what failed half-way shows another machine. */
static bool is_whole(const struct noise_floor *floor, const struct doctor_schedule *schedule)
{
    for (size_t i = 0; i < floor->count; i++)
        if (floor->cells[i].invocations != schedule->invocations)
            return false;
    return floor->worst && floor->failed == 0;
}

/* A run_teller's. `user` is the schedule. */
static int tell_floor(void *user, const struct record *record, const json_t *facts,
                      bool interrupted)
{
    (void)interrupted;
    struct noise_floor floor;
    char folder[sizeof record->folder];
    int failed = 0;
    if (floor_make(&floor, record->rows, record->count) != 0) {
        say("no memory for the noise floor");
        return 1;
    }
    doctor_print_floor(stdout, &floor);
    if (is_whole(&floor, user)) {
        failed = keep(record, &floor, facts);
    } else {
        say("the noise floor is not stored: %s; see the status and reason of the rows in "
            "%s/timings.csv",
            floor.failed > 0 ? "a repetition failed" : "some of it was not measured",
            record->folder);
        failed = 1;
    }
    floor_free(&floor);
    printf("Results: %s\n", plain_text(folder, sizeof folder, record->folder));
    if (fflush(stdout) != 0) {
        say("the noise floor could not be written: %s", strerror(errno));
        failed = 1;
    }
    return failed;
}

/* --- the whole --- */

/* Serial is what one core does; all cores together share more, and so drift more. The workloads'
 * first parameters are `rounds`, left at some 10 ms, and `duration`. */
static void fill_options(struct options *options, const struct asked *asked,
                         const struct doctor_schedule *schedule, const char *label)
{
    const uint64_t longest = 2 * asked->time_ns, least = 60 * NS_PER_SECOND;
    *options = (struct options){
        .workloads = {registry_workload("cpu"), registry_workload("sleep")},
        .workload_count = 2,
        .modes = {registry_mode("serial"), registry_mode("thread-pool")},
        .mode_count = 2,
        .tasks = {{schedule->tasks, false}},
        .tasks_count = 1,
        .sets = {{registry_workload("sleep"), 0, {UINT64_C(5000000)}, 1}},
        .set_count = 1,
        .warmup = DOCTOR_WARMUP,
        .min_runs = schedule->runs,
        .max_runs = schedule->runs,
        .invocations = schedule->invocations,
        .pause_ns = schedule->pause_ns,
        /* A machine that is far slower than the schedule thinks gives up in time. */
        .max_time_ns = longest > least ? longest : least,
        .seed = 1,
        .queue = 4096,
        .pin = PIN_NONE,
        .no_reference = true,
        .exclusive = asked->exclusive,
        .quiet = asked->quiet,
        .label = label,
        .output = asked->output};
}

static void tell_schedule(const struct asked *asked, const struct doctor_schedule *schedule)
{
    char whole[32], time[32], pause[48] = "";
    if (asked->quiet)
        return;
    if (schedule->pause_ns > 0)
        snprintf(pause, sizeof pause, ", %s apart",
                 units_human_time(time, sizeof time, (double)schedule->pause_ns));
    say("measuring the noise floor for about %s: %llu invocations of %llu runs%s",
        units_human_time(whole, sizeof whole, (double)asked->time_ns),
        (unsigned long long)schedule->invocations, (unsigned long long)schedule->runs, pause);
    if (asked->time_ns < DOCTOR_SHORT_NS)
        say("a short time measures little, and no drift: leave --time out, or give more");
}

static int measure(const struct asked *asked, int count, char **arguments)
{
    struct doctor_schedule schedule = doctor_schedule_make(asked->time_ns);
    const struct run_teller teller = {.tell = tell_floor, .user = &schedule};
    struct options options;
    char host[FOLDER_LABEL_MAX + 1], name[FOLDER_LABEL_MAX + 16], label[FOLDER_LABEL_MAX + 1];
    snprintf(name, sizeof name, "doctor-%s", folder_default_label(host, sizeof host));
    fill_options(&options, asked, &schedule,
                 asked->label ? asked->label : folder_label_from(name, label, sizeof label));
    tell_schedule(asked, &schedule);
    const int status = run_options(&options, 1, count, arguments, &teller);
    if (status == EXIT_INTERRUPTED)
        say("interrupted: no noise floor is told or stored");
    return status;
}

int doctor_command(int count, char **arguments)
{
    struct asked asked = {.time_ns = DOCTOR_TIME_NS};
    struct error err;
    int rc = take_all(&asked, count, arguments, &err);
    if (rc == 1)
        return help_print("doctor");
    if (rc == 0)
        rc = tell_advice(&err);
    if (rc != 0) {
        say("doctor: %s", err.text);
        return rc == -EINVAL ? 2 : 1;
    }
    return measure(&asked, count, arguments);
}
