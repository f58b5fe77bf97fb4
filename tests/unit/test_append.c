/* A run that is gone on with: what is taken from its folder, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/append.h"
#include "bench/results/machine_file.h"

#define COMMAND                                                                             \
    "run", "--workload", "cpu", "--set", "cpu.rounds=1000", "--mode", "thread-pool,serial", \
        "--workers", "2", "--tasks", "4", "--runs", "3", "--seed", "77"

enum { ROWS = 16 };

static char folder[64], path[96];
static struct texts *texts;
static struct options options;
static struct append append;
static struct error err;
static struct plan plan;
static struct timing rows[ROWS];
static size_t row_count;

/* --- the folder --- */

static const struct {
    const char *group, *key, *then, *other;
} facts_same[] = {
    {"cpu", "model", "Small CPU", "Big CPU"},  {"kernel", "release", "6.1.0", "6.12.0"},
    {"build", "commit", "abc1234", "def5678"}, {"build", "compiler", "gcc 12", "clang 14"},
    {"build", "flags", "-O2", "-O3"},          {"build", "type", "Release", "Debug"}};

/* What a machine.json tells, without the run. */
static json_t *facts_make(void)
{
    json_t *facts = json_pack("{s:s, s:{}, s:{s:i}, s:{}, s:{}, s:b}", "host", "here", "cpu",
                              "cores", "usable", 2, "kernel", "build", "simulated", 0);
    for (size_t i = 0; i < sizeof facts_same / sizeof *facts_same; i++)
        json_object_set_new(json_object_get(facts, facts_same[i].group), facts_same[i].key,
                            json_string(facts_same[i].then));
    return facts;
}

static json_t *words_make(const char *const *words)
{
    json_t *list = json_array();
    for (; *words; words++)
        json_array_append_new(list, json_string(*words));
    return list;
}

/* Takes over `command`. */
static void put_machine(json_t *command)
{
    json_t *machine = facts_make();
    json_object_set_new(machine, "run", json_pack("{s:o}", "command", command));
    if (machine_write(folder, machine, &err) != 0)
        fail_msg("%s", err.text);
    json_decref(machine);
}

#define PUT_COMMAND(...) put_machine(words_make((const char *const[]){__VA_ARGS__, NULL}))

static void put_rows(void)
{
    struct timings_writer *writer = NULL;
    unlink(path);
    int rc = timings_create(&writer, path, &err);
    for (size_t i = 0; i < row_count && rc == 0; i++)
        rc = timings_append(writer, &rows[i], &err);
    if (rc != 0 || timings_close(writer, &err) != 0)
        fail_msg("%s", err.text);
}

/* A row of every cell of the plan that COMMAND makes on 2 cores. */
static void make_rows(void)
{
    static const char *const command[] = {COMMAND};
    enum { COUNT = sizeof command / sizeof *command };
    char *words[COUNT + 1] = {NULL}, note[256];
    const struct topology_counts counts = {.usable = 2};
    struct options planned;
    for (size_t i = 0; i < COUNT; i++)
        words[i] = strdup(command[i]);
    if (options_parse(&planned, COUNT, words, &err) != 0 ||
        plan_make(&plan, &planned, &counts, false, note, sizeof note, &err) != 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT; i++)
        free(words[i]);
    for (row_count = 0; row_count < plan.count; row_count++) {
        const struct cell *cell = &plan.cells[row_count];
        char params[TEXT_PARAMS];
        rows[row_count] =
            (struct timing){.schema = TIMINGS_SCHEMA,
                            .run = "unit",
                            .workload = cell->workload->name,
                            .workload_version = cell->workload->version,
                            .params = texts_keep(texts, plan_params(cell, params, sizeof params)),
                            .mode = cell->mode->name,
                            .wait = cell->wait->name,
                            .workers = cell->workers,
                            .width = cell->width,
                            .stack = plan_stack(cell),
                            .schedule = "off",
                            .rate = plan_rate(&plan, cell),
                            .arrivals = plan_arrivals(&plan, cell),
                            .tasks = cell->tasks,
                            .pin = pin_names[plan.pin],
                            .submit = plan_submit(cell),
                            .cores = plan.cores,
                            .reference = cell->reference,
                            .invocation = 1,
                            .block = 1,
                            .rep = 1,
                            .reason = "off",
                            .wall_ns = 1000000,
                            .seed = plan.seed};
    }
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_append.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/timings.csv", folder);
    texts = texts_new();
    append = (struct append){0};
    options = (struct options){.append = folder, .invocations = 1};
    make_rows();
    put_rows();
    PUT_COMMAND(COMMAND);
    return 0;
}

static int stop(void **state)
{
    char name[96];
    (void)state;
    append_close(&append);
    plan_free(&plan);
    texts_free(texts);
    unlink(path);
    snprintf(name, sizeof name, "%s/machine.json", folder);
    unlink(name);
    return rmdir(folder);
}

static void opened(void)
{
    if (append_open(&append, &options, texts, &err) != 0 ||
        append_options(&append, &options, texts, &err) != 0)
        fail_msg("refused: %s", err.text);
}

/* Refused in one line that holds both texts. */
static void refused(int rc, const char *one, const char *other)
{
    if (rc != -EINVAL || !strstr(err.text, one) || !strstr(err.text, other) ||
        strchr(err.text, '\n'))
        fail_msg("%d, '%s' and '%s' in: %s", rc, one, other, err.text);
}

static void refuses_to_open(const char *one, const char *other)
{
    options = (struct options){.append = folder, .invocations = 1};
    int rc = append_open(&append, &options, texts, &err);
    if (rc == 0)
        rc = append_options(&append, &options, texts, &err);
    refused(rc, one, other);
    append_close(&append);
}

/* --- opening --- */

static void the_options_come_from_the_command_line(void **state)
{
    (void)state;
    opened();
    assert_int_equal(options.workload_count, 1);
    assert_string_equal(options.workloads[0]->name, "cpu");
    assert_int_equal(options.mode_count, 2);
    assert_string_equal(options.modes[0]->name, "thread-pool");
    assert_int_equal(options.workers_count, 1);
    assert_int_equal(options.workers[0].from.number, 2);
    assert_int_equal(options.tasks[0].number, 4);
    assert_int_equal(options.min_runs, 3);
    assert_int_equal(options.max_runs, 3);
    assert_int_equal(options.seed, 77);
    assert_int_equal(options.set_count, 1);
    assert_int_equal(options.sets[0].values[0], 1000);
    assert_int_equal(append.count, row_count);
}

static void paths_and_labels_are_not_followed(void **state)
{
    (void)state;
    PUT_COMMAND(COMMAND, "--output", "/elsewhere", "--label", "mine", "--topology", "core:3");
    opened();
    assert_null(options.output);
    assert_null(options.label);
    assert_ptr_equal(options.append, folder);
    append_close(&append); /* the machine's own texts go with it */
    assert_string_equal(options.topology, "core:3");
}

static void how_often_and_how_far_apart_is_the_new_ones(void **state)
{
    (void)state;
    PUT_COMMAND(COMMAND, "--invocations", "7", "--pause", "7s", "--max-time", "70s", "--quiet");
    options = (struct options){
        .append = folder, .invocations = 3, .pause_ns = 5, .max_time_ns = 9, .dry_run = true};
    opened();
    assert_int_equal(options.invocations, 3);
    assert_int_equal(options.pause_ns, 5);
    assert_int_equal(options.max_time_ns, 9);
    assert_true(options.dry_run);
    assert_false(options.quiet);
    append_close(&append);

    PUT_COMMAND(COMMAND, "--dry-run");
    options = (struct options){.append = folder, .invocations = 1, .quiet = true};
    opened();
    assert_false(options.dry_run);
    assert_true(options.quiet);
}

static void invocations_are_counted(void **state)
{
    (void)state;
    opened();
    assert_int_equal(append.invocations, 1);
    append_close(&append);

    rows[0].invocation = 5;
    rows[1].invocation = 3;
    put_rows();
    options = (struct options){.append = folder, .invocations = 1};
    opened();
    assert_int_equal(append.invocations, 5);
    append_close(&append);

    rows[1].invocation = UINT32_MAX;
    put_rows();
    refuses_to_open("timings.csv", "no more invocations");
    rows[1].invocation = UINT32_MAX - 1;
    put_rows();
    options = (struct options){.append = folder, .invocations = 1};
    opened();
}

static void what_is_no_list_of_words_is_refused(void **state)
{
    (void)state;
    json_t *many = json_array();
    for (int i = 0; i < 5000; i++)
        json_array_append_new(many, json_string("run"));
    json_t *const commands[] = {json_string("run --workload cpu"),
                                json_array(),
                                json_object(),
                                json_integer(7),
                                json_null(),
                                json_pack("[s, s, i]", "run", "--runs", 3),
                                json_pack("[s, [s]]", "run", "--quiet"),
                                json_pack("[s, n]", "run"),
                                many};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        put_machine(commands[i]);
        refuses_to_open("run.command", "start a new run");
    }
}

/* The list may be as long as it may be: then it is the words that are bad. */
static void the_longest_list_is_read(void **state)
{
    (void)state;
    json_t *list = json_array();
    for (int i = 0; i < 4096; i++)
        json_array_append_new(list, json_string("--quiet"));
    put_machine(list);
    refuses_to_open("none that this version", "start a new run");
}

static void bad_command_lines_are_refused(void **state)
{
    (void)state;
    PUT_COMMAND(COMMAND, "--help");
    refuses_to_open("machine.json", "it asks for help");
    PUT_COMMAND("run", "--append", "/elsewhere");
    refuses_to_open("machine.json", "it was itself made by --append");
    PUT_COMMAND(COMMAND, "--frobnicate");
    refuses_to_open("machine.json", "--frobnicate");
    PUT_COMMAND("run", "--workload", "no-such", "--mode", "serial");
    refuses_to_open("unknown workload", "no-such");
    PUT_COMMAND("run");
    refuses_to_open("none that this version", "start a new run");
    PUT_COMMAND("");
    refuses_to_open("none that this version", "start a new run");
}

static void files_must_be_there(void **state)
{
    char name[96];
    (void)state;
    const size_t all = row_count;
    row_count = 0;
    put_rows();
    refuses_to_open("timings.csv", "no rows");
    unlink(path);
    assert_int_not_equal(append_open(&append, &options, texts, &err), 0);
    append_close(&append);
    row_count = all;
    put_rows();
    snprintf(name, sizeof name, "%s/machine.json", folder);
    unlink(name);
    refuses_to_open(folder, "machine.json is missing");
    options.append = "/nowhere/at/all";
    refused(append_open(&append, &options, texts, &err), "/nowhere/at/all", "cannot open");
}

static void one_at_a_time(void **state)
{
    (void)state;
    struct append second = {0};
    struct options again = options;
    opened();
    assert_int_equal(append_open(&second, &again, texts, &err), -EBUSY);
    assert_non_null(strstr(err.text, folder));
    append_close(&second); /* of one that has no lock: the first one's stays */
    assert_int_equal(append_open(&second, &again, texts, &err), -EBUSY);
    append_close(&second);
    append_close(&append);
    assert_int_equal(append_open(&second, &again, texts, &err), 0);
    append_close(&second);
}

/* --- is it the same? --- */

static void checks_refuse(const json_t *facts, const char *one, const char *other)
{
    err.text[0] = '\0';
    refused(append_check(&append, &plan, facts, &err), one, other);
}

static void the_same_machine_and_plan_will_do(void **state)
{
    (void)state;
    opened();
    json_t *facts = facts_make();
    json_object_set_new(facts, "conditions", json_string("warmer than then"));
    if (append_check(&append, &plan, facts, &err) != 0)
        fail_msg("refused: %s", err.text);
    json_decref(facts);
}

static void each_fact_must_be_the_same(void **state)
{
    (void)state;
    opened();
    for (size_t i = 0; i < sizeof facts_same / sizeof *facts_same; i++) {
        char name[64];
        json_t *facts = facts_make(), *group = json_object_get(facts, facts_same[i].group);
        snprintf(name, sizeof name, "%s.%s", facts_same[i].group, facts_same[i].key);
        json_object_set_new(group, facts_same[i].key, json_string(facts_same[i].other));
        checks_refuse(facts, name, facts_same[i].other);
        assert_non_null(strstr(err.text, facts_same[i].then));
        json_object_del(group, facts_same[i].key);
        checks_refuse(facts, name, "nothing now");
        json_decref(facts);
    }
    json_t *facts = facts_make();
    json_object_set_new(json_object_get(facts, "cores"), "usable", json_integer(4));
    checks_refuse(facts, "cores.usable", "2 then, 4 now");
    json_decref(facts);
    facts = facts_make();
    json_object_set_new(facts, "host", json_string("there"));
    checks_refuse(facts, "host", "\"here\" then, \"there\" now");
    json_decref(facts);
    facts = facts_make();
    json_object_set_new(facts, "simulated", json_true());
    checks_refuse(facts, "simulated", "false then, true now");
    json_decref(facts);
}

/* Two machines that tell nothing of themselves are not known to be one. */
static void what_neither_tells_is_not_the_same(void **state)
{
    (void)state;
    opened();
    json_object_del(json_object_get(append.machine, "cpu"), "model");
    json_t *facts = facts_make();
    json_object_del(json_object_get(facts, "cpu"), "model");
    checks_refuse(facts, "cpu.model", "nothing then, nothing now");
    json_decref(facts);
}

static void hostile_facts_are_shown_plain(void **state)
{
    (void)state;
    char long_name[2000] = "";
    memset(long_name, 'x', sizeof long_name - 1);
    opened();
    json_t *cpu = json_object_get(append.machine, "cpu");
    json_object_set_new(cpu, "model", json_string("\x1b[2J\n\x7f"));
    json_t *facts = facts_make();
    checks_refuse(facts, "cpu.model", "Small CPU");
    for (const char *c = err.text; *c; c++)
        assert_in_range(*c, ' ', '~');
    json_object_set_new(cpu, "model", json_string(long_name));
    checks_refuse(facts, "Small CPU", "start a new run"); /* the long one leaves room */
    json_decref(facts);
}

/* Every row must belong to a cell: one that differs from all of them in one thing does not. */
static void a_row_of_no_cell_is_refused(void **state)
{
    (void)state;
    const struct timing good = rows[0];
    struct timing bad[19];
    size_t n = 0;
    for (; n < sizeof bad / sizeof *bad; n++)
        bad[n] = good;
    bad[0].workload = "sleep";
    bad[1].workload_version = good.workload_version + 1;
    bad[2].params = "rounds=1001";
    bad[3].tasks = good.tasks + 1;
    bad[4].mode = "process";
    bad[5].wait = "epoll";
    bad[6].workers = good.workers + 1;
    bad[7].pin = "core";
    bad[8].cores = good.cores + 1;
    bad[9].seed = good.seed + 1;
    bad[10].reference = !good.reference;
    bad[11].pin = "simulated";
    bad[12].params = "rounds=1000;more=1";
    bad[13].width = good.width + 1;
    bad[14].stack = "own";
    bad[15].rate = 1000;
    bad[16].arrivals = "constant";
    bad[17].schedule = "rr;slice=1ms";
    bad[18].submit = strcmp(good.submit, "sync") == 0 ? "async" : "sync";
    json_t *facts = facts_make();
    for (size_t i = 0; i < n; i++) {
        rows[row_count++] = bad[i];
        put_rows();
        row_count--;
        options = (struct options){.append = folder, .invocations = 1};
        opened();
        refused(append_check(&append, &plan, facts, &err), "--append: 1 rows", "belong to no cell");
        append_close(&append);
    }
    json_decref(facts);
}

static void a_cell_without_rows_is_refused(void **state)
{
    (void)state;
    json_t *facts = facts_make();
    assert_in_range(plan.count, 3, ROWS - 1); /* two modes and the reference */
    for (size_t missing = 0; missing < plan.count; missing++) {
        const struct timing kept = rows[missing];
        rows[missing] = rows[(missing + 1) % plan.count];
        put_rows();
        rows[missing] = kept;
        options = (struct options){.append = folder, .invocations = 1};
        opened();
        checks_refuse(facts, "has no rows of", plan.cells[missing].mode->name);
        append_close(&append);
    }
    json_decref(facts);
}

static void another_plan_is_refused(void **state)
{
    (void)state;
    json_t *facts = facts_make();
    opened();
    plan.seed++;
    checks_refuse(facts, "--append", "has no rows of cpu");
    plan.seed--;
    plan.pin = plan.pin == PIN_NONE ? PIN_CORE : PIN_NONE;
    checks_refuse(facts, "--append", "has no rows of cpu");
    plan.pin = PIN_NONE;
    plan.simulated = true;
    checks_refuse(facts, "--append", "has no rows of cpu");
    plan.simulated = false;
    plan.rate = 1000;
    checks_refuse(facts, "--append", "has no rows of cpu");
    plan.rate = 0;
    assert_int_equal(append_check(&append, &plan, facts, &err), 0);
    json_decref(facts);
}

/* Rows of a paced run: the reference cell is not paced, and what says how tasks arrive counts. */
static void a_paced_run_is_gone_on_with(void **state)
{
    (void)state;
    json_t *facts = facts_make();
    plan.rate = 1000;
    plan.poisson = true;
    for (size_t i = 0; i < row_count; i++) {
        rows[i].rate = rows[i].reference ? FIGURE_OFF : 1000;
        rows[i].arrivals = rows[i].reference ? "off" : "poisson";
    }
    put_rows();
    opened();
    if (append_check(&append, &plan, facts, &err) != 0)
        fail_msg("refused: %s", err.text);
    plan.poisson = false;
    checks_refuse(facts, "--append", "has no rows of cpu");
    json_decref(facts);
}

/* The schedule is a part of the way, with all that belongs to it. */
static void a_scheduled_run_is_gone_on_with(void **state)
{
    (void)state;
    json_t *facts = facts_make();
    const struct schedule good = {SCHEDULE_MLFQ, 2000000, 4, 0};
    const struct schedule others[] = {{SCHEDULE_OFF, 0, 0, 0},
                                      {SCHEDULE_RR, 2000000, 0, 0},
                                      {SCHEDULE_MLFQ, 2000001, 4, 0},
                                      {SCHEDULE_MLFQ, 2000000, 5, 0},
                                      {SCHEDULE_MLFQ, 2000000, 4, 1000000}};
    size_t scheduled = 0;
    while (plan.cells[scheduled].reference || !plan.cells[scheduled].mode->queue)
        scheduled++;
    plan.cells[scheduled].schedule = good;
    rows[scheduled].schedule = "mlfq;levels=4;slice=2ms;boost=off";
    put_rows();
    opened();
    if (append_check(&append, &plan, facts, &err) != 0)
        fail_msg("refused: %s", err.text);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        plan.cells[scheduled].schedule = others[i];
        checks_refuse(facts, "--append", "has no rows of cpu");
    }
    json_decref(facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_options_come_from_the_command_line),
        TEST(paths_and_labels_are_not_followed),
        TEST(how_often_and_how_far_apart_is_the_new_ones),
        TEST(invocations_are_counted),
        TEST(what_is_no_list_of_words_is_refused),
        TEST(the_longest_list_is_read),
        TEST(bad_command_lines_are_refused),
        TEST(files_must_be_there),
        TEST(one_at_a_time),
        TEST(the_same_machine_and_plan_will_do),
        TEST(each_fact_must_be_the_same),
        TEST(what_neither_tells_is_not_the_same),
        TEST(hostile_facts_are_shown_plain),
        TEST(a_row_of_no_cell_is_refused),
        TEST(a_cell_without_rows_is_refused),
        TEST(another_plan_is_refused),
        TEST(a_paced_run_is_gone_on_with),
        TEST(a_scheduled_run_is_gone_on_with),
    };
    return cmocka_run_group_tests_name("append", tests, NULL, NULL);
}
