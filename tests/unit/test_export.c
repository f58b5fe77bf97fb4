/* A run as JSON, Markdown and trace events. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/export.h"
#include "bench/results/machine_file.h"
#include "tests/unit/report_rows.h"

static struct rows rows;
static struct compared_run run;
static struct task_row tasks[2000];
static char *text;
static json_t *json;

static int start(void **state)
{
    (void)state;
    memset(&rows, 0, sizeof rows);
    memset(&run, 0, sizeof run);
    text = NULL;
    json = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&run.table);
    json_decref(run.machine);
    json_decref(json);
    free(text);
    return 0;
}

static void gather(const char *machine)
{
    snprintf(run.label, sizeof run.label, "made");
    run.folder = "results/made";
    run.rows = rows.row;
    run.count = rows.count;
    run.invocations = 1;
    run.machine = machine ? json_loads(machine, 0, NULL) : NULL;
    assert_true(!machine || run.machine);
    assert_int_equal(cells_gather(&run.table, rows.row, rows.count, 0), 0);
}

static void write_text(int (*write)(FILE *, const struct compared_run *))
{
    size_t size = 0;
    free(text);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(write(out, &run), 0);
    fclose(out);
}

static void has(const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text);
}

static void has_not(const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in\n%s", part, text);
}

static void load(void)
{
    json_error_t why;
    json_decref(json);
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        fail_msg("%d:%d: %s\n%s", why.line, why.column, why.text, text);
}

static const json_t *cell(size_t group, size_t index)
{
    return json_array_get(
        json_object_get(json_array_get(json_object_get(json, "groups"), group), "cells"), index);
}

static double real(const json_t *object, const char *path)
{
    const json_t *value = machine_fact(object, path);
    if (!json_is_number(value))
        fail_msg("%s is no number", path);
    return json_number_value(value);
}

static void is_null(const json_t *object, const char *path)
{
    if (!json_is_null(machine_fact(object, path)))
        fail_msg("%s is not null", path);
}

static void is_text(const json_t *object, const char *path, const char *expected)
{
    const char *value = json_string_value(machine_fact(object, path));
    assert_non_null(value);
    assert_string_equal(value, expected);
}

/* --- JSON --- */

static void json_holds_the_figures(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 121, 1, 7);     /* median 124 */
    rows_add_runs(&rows, "cpu", "thread-pool", 2, 59, 1, 7); /* median 62, 59 .. 65 */
    rows_add(&rows, "cpu", "thread-pool", 2, 500)->status = STATUS_CRASHED;
    rows.row[rows.count - 1].reason = "signal 11";
    rows.row[rows.count - 1].warmup = 1;
    gather("{\"host\": \"h\", \"run\": {\"label\": \"l\", \"command\": [\"bench\", \"a b\"]}}");
    write_text(export_json);
    load();
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    is_text(json, "run.name", "unit-20260102T030405Z");
    is_text(json, "run.label", "l");
    is_text(json, "run.started", "2026-01-02T03:04:05Z");
    is_text(json, "machine.host", "h");
    is_null(json, "reference");
    const json_t *pool = cell(0, 0), *serial = cell(0, 1);
    is_text(pool, "name", "thread-pool");
    is_text(pool, "way.mode", "thread-pool");
    is_text(serial, "name", "serial");
    assert_true(real(pool, "wall.median_ns") == 62e6);
    assert_true(real(pool, "wall.speedup") == 2);
    assert_true(real(pool, "cpu.total_ns") == 124e6);
    assert_true(real(pool, "runs") == 7);
    is_null(pool, "peak_bytes");
    is_null(pool, "requests");
    const json_t *range = machine_fact(pool, "wall.interval_ns");
    assert_true(json_number_value(json_array_get(range, 0)) == 59e6);
    assert_true(json_number_value(json_array_get(range, 1)) == 65e6);
    const json_t *walls = machine_fact(pool, "measured.wall_ns");
    assert_int_equal(json_array_size(walls), 7);
    assert_int_equal(json_integer_value(json_array_get(walls, 6)), 65 * MS);
    assert_int_equal(json_array_size(machine_fact(pool, "measured.block")), 7);
    const json_t *troubled = json_object_get(pool, "troubled");
    assert_int_equal(json_array_size(troubled), 1);
    is_text(json_array_get(troubled, 0), "status", "crashed");
    is_text(json_array_get(troubled, 0), "reason", "signal 11");
    assert_true(json_is_true(json_object_get(json_array_get(troubled, 0), "warmup")));
    const json_t *group = json_array_get(json_object_get(json, "groups"), 0);
    is_text(group, "verdict.verdict", "winner");
    is_text(group, "verdict.winner", "thread-pool");
    is_text(group, "verdict.next", "serial");
    assert_true(real(group, "verdict.ratio") > 1.9);
    assert_true(real(group, "verdict.p") < 0.05);
}

/* What tasks did to each other and how long they waited; a seed that no double holds. */
static void json_has_what_tasks_shared(void **state)
{
    (void)state;
    rows_add_runs(&rows, "lock", "thread", 2, 50, 1, 6);
    for (size_t i = 0; i < 6; i++) {
        rows.row[i].lost_updates = i / 3 * (i + 1); /* 0 0 0 4 5 6 */
        rows.row[i].short_tasks = 6;
        rows.row[i].short_waiting_ns = 10 + i;
        rows.row[i].short_turnaround_ns = 20 + i;
        rows.row[i].long_tasks = 2;
        rows.row[i].long_waiting_ns = 30 + i;
    }
    rows_add_runs(&rows, "lock", "serial", 1, 70, 1, 6);
    rows.row[0].seed = UINT64_C(9223372036854775807);
    gather(NULL);
    write_text(export_json);
    load();
    is_text(json, "run.seed", "9223372036854775807");
    const json_t *thread = cell(0, 0);
    assert_true(real(thread, "observed.lost_updates.runs") == 6);
    assert_true(real(thread, "observed.lost_updates.above_zero") == 3);
    assert_true(real(thread, "observed.lost_updates.median") == 2);
    assert_true(real(thread, "observed.lost_updates.least") == 0);
    assert_true(real(thread, "observed.lost_updates.most") == 6);
    is_null(thread, "observed.peak_inside");
    assert_true(real(thread, "waiting.runs") == 6);
    assert_true(real(thread, "waiting.short.tasks") == 6);
    assert_true(real(thread, "waiting.short.waiting_ns") == 12.5);
    assert_true(real(thread, "waiting.short.turnaround_ns") == 22.5);
    assert_true(real(thread, "waiting.long.waiting_ns") == 32.5);
    const json_t *range = machine_fact(thread, "waiting.long.waiting_interval_ns");
    assert_true(json_number_value(json_array_get(range, 0)) == 30);
    is_null(thread, "waiting.long.turnaround_ns");
    is_null(cell(0, 1), "observed");
    is_null(cell(0, 1), "waiting");
}

/* The same files give the same bytes, and the keys come in the order that is documented. */
static void json_is_the_same_each_time(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 121, 1, 7);
    rows_add_runs(&rows, "sleep", "serial", 1, 10, 1, 7);
    gather("{\"z\": 1, \"a\": 2.5, \"m\": \"\"}");
    write_text(export_json);
    char *first = text;
    text = NULL;
    write_text(export_json);
    assert_string_equal(first, text);
    free(first);
    const char *const order[] = {"\"schema\"", "\"run\"",       "\"level\"",   "\"effect\"",
                                 "\"groups\"", "\"reference\"", "\"machine\"", "\"z\": 1",
                                 "\"a\": 2.5", "\"m\": \"\""};
    const char *at = text;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        if (!at)
            fail_msg("%s is not in its place", order[i]);
    }
}

static void json_has_scaling_and_requests(void **state)
{
    (void)state;
    for (uint64_t workers = 1; workers <= 6; workers++)
        rows_add_runs(&rows, "cpu", "thread-pool", workers, 60 + 600 / workers + 20 * workers, 1,
                      6);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].cores = 8;
    rows_add_runs(&rows, "tcp", "event", 1, 100, 1, 6);
    for (size_t i = rows.count - 6; i < rows.count; i++) {
        rows.row[i].requests = 1000;
        rows.row[i].latency_p50_ns = 2 * MS;
        rows.row[i].latency_max_ns = 9 * MS;
    }
    gather(NULL);
    write_text(export_json);
    load();
    is_null(json, "machine");
    const json_t *groups = json_object_get(json, "groups");
    const json_t *scaling = json_object_get(json_array_get(groups, 0), "scaling");
    assert_int_equal(json_array_size(scaling), 1);
    const json_t *line = json_array_get(scaling, 0);
    is_text(line, "name", "thread-pool");
    assert_true(real(line, "fitted") == 6);
    assert_true(real(line, "amdahl.kappa") == 0);
    assert_true(real(line, "usl.kappa") > 0.001);
    assert_true(json_is_true(machine_fact(line, "usl.preferred")));
    assert_true(json_is_false(machine_fact(line, "amdahl.preferred")));
    const json_t *served = json_object_get(cell(1, 0), "requests");
    assert_true(real(served, "latency.p50_ns") == 2e6);
    assert_true(real(served, "latency.max_ns") == 9e6);
    is_null(served, "latency.p99_ns");
    is_null(served, "rate_kept");
}

static void json_texts_may_be_any_bytes(void **state)
{
    (void)state;
    rows_add_runs(&rows, "a\"b\\\x1b", "m\xff", 1, 121, 1, 6);
    rows.row[0].run = "<\x80>\n caf\xc3\xa9";
    gather(NULL);
    write_text(export_json);
    load();
    is_text(json, "run.name", "<?>? caf\xc3\xa9");
    is_text(cell(0, 0), "way.mode", "m?");
    is_text(json_array_get(json_object_get(json, "groups"), 0), "work.workload", "a\"b\\?");
}

static void nothing_but_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        rows_add(&rows, "cpu", "thread", 2, 10)->status = STATUS_TIMEOUT;
        rows.row[i].wall_ns = FIGURE_OFF;
    }
    gather(NULL);
    write_text(export_json);
    load();
    is_null(cell(0, 0), "wall.median_ns");
    is_null(cell(0, 0), "wall.interval_ns");
    assert_int_equal(json_array_size(machine_fact(cell(0, 0), "measured.wall_ns")), 0);
    assert_int_equal(json_array_size(json_object_get(cell(0, 0), "troubled")), 3);
    is_text(json_array_get(json_object_get(json, "groups"), 0), "verdict.verdict",
            "nothing-measured");
    write_text(export_markdown);
    has("- thread: timeout (3 of 3 repetitions)\n");
    has("No winner: no measured run came out ok");
    has_not("| thread |");
}

/* --- Markdown --- */

static void markdown_has_tables_and_the_command(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 121, 1, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 2, 59, 1, 7);
    gather("{\"host\": \"box\", \"cpu\": {\"model\": \"Some CPU\"}, \"run\": {\"command\": "
           "[\"bench\", \"--label\", \"it's\", \"\", \"a```b\"]}}");
    write_text(export_markdown);
    has("## made on box, 2026-01-02\n\n- cpu rounds=1000, 8 tasks: Winner: thread-pool");
    has("\n### cpu rounds=1000, 8 tasks\n\n| mode |");
    has("| thread-pool | 2 | 62.0 ms \\[59.0, 65.0\\] ms | 2.00x | 2.00 | n/a | 7 | **winner** |");
    has("| serial | 1 | 124 ms \\[121, 127\\] ms | 1.00x | 1.00 | n/a | 7 |  |\n");
    has("| CPU | Some CPU |\n");
    /* The fence is longer than the backticks inside; the words are as a shell takes them. */
    has("\n````sh\nbench --label 'it'\\''s' '' 'a```b'\n````\n");
}

static void markdown_is_not_steered(void **state)
{
    (void)state;
    rows_add_runs(&rows, "<b>@all|`x`$y$", "1. *a*", 2, 59, 1, 7);
    rows_add(&rows, "cpu", "thread", 2, 1)->status = STATUS_FAILED;
    rows.row[rows.count - 1].reason = "<script>|\n# [x](http://y) \x1b[2J caf\xc3\xa9";
    gather("{\"host\": \"@root\\n# <i>\", \"cpu\": {\"model\": [1]}, \"run\": {\"command\": "
           "[\"a\\n```\\n# b\", 7]}}");
    write_text(export_markdown);
    has("- &lt;b&gt;@<!-- -->all\\|\\`x\\`\\$y\\$ rounds=1000");
    has("| 1\\. \\*a\\* | 2 |");
    has("thread: failed (1 of 1 repetitions): &lt;script&gt;\\|?\\# \\[x\\](http://y) ?\\[2J "
        "caf?\n");
    has("made on @<!-- -->root?\\# &lt;i&gt;, 2026");
    has("\n````sh\n'a?```?# b' '?'\n````\n");
    has_not("<b>");
    has_not("<script>");
    has_not("\x1b");
}

/* --- trace events --- */

static struct timing task_key(void)
{
    rows_add(&rows, "cpu", "thread-pool", 2, 1);
    return rows.row[rows.count - 1];
}

static void trace(const struct task_cell *cells, size_t count)
{
    size_t size = 0;
    free(text);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(export_perfetto(out, cells, count), 0);
    fclose(out);
    load();
}

static void add_task(struct task_cell *into, uint64_t worker, uint64_t queued, uint64_t from,
                     uint64_t until)
{
    into->rows = tasks;
    tasks[into->count] = (struct task_row){.task = into->count,
                                           .queued_ns = queued,
                                           .start_ns = from,
                                           .end_ns = until,
                                           .waited_ns = FIGURE_OFF,
                                           .worker = worker,
                                           .process = 7,
                                           .cpu = FIGURE_UNKNOWN,
                                           .start_cpu = 1};
    into->count++;
}

/* The nth event of that phase, NULL past the last. */
static const json_t *event(const char *phase, size_t nth)
{
    const json_t *list = json_object_get(json, "traceEvents");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(one, "ph")), phase) == 0 && nth-- == 0)
            return one;
    }
    return NULL;
}

static void tasks_become_events(void **state)
{
    (void)state;
    struct task_cell one = {.key = task_key()};
    add_task(&one, 1, 5, 1005, 3007);
    add_task(&one, 0, 7, 7, UINT64_C(9007199254740993)); /* no double holds it */
    trace(&one, 1);
    has("\"name\":\"cpu thread-pool x2 (rounds=1000, 8 tasks)\"");
    has("\"ts\":0.007,\"dur\":9007199254740.986,");
    const json_t *first = event("X", 0), *second = event("X", 1);
    is_text(first, "name", "task 1"); /* by worker */
    is_text(second, "name", "task 0");
    assert_true(real(second, "ts") == 1.005);
    assert_true(real(second, "dur") == 2.002);
    assert_true(real(second, "args.queued_us") == 1);
    assert_true(real(second, "args.process") == 7);
    assert_null(machine_fact(second, "args.cpu"));
    assert_null(machine_fact(second, "args.waited_for_turn_us"));
    assert_true(real(first, "pid") == real(second, "pid"));
    assert_true(real(first, "tid") != real(second, "tid"));
    has("\"args\":{\"name\":\"worker 0\"}");
    has("\"args\":{\"name\":\"worker 1\"}");
    const json_t *wait = event("b", 0);
    assert_true(real(wait, "ts") == 0.005);
    assert_true(real(wait, "args.task") == 0);
    assert_true(real(event("e", 0), "ts") == 1.005);
    assert_null(event("b", 1)); /* the other did not wait */
}

/* By work and way, whatever the order of the file. */
static void cells_come_in_order(void **state)
{
    (void)state;
    const struct {
        const char *workload, *mode;
        uint64_t workers, invocation;
    } keys[] = {{"sleep", "thread", 2, 1},
                {"cpu", "thread", 2, 2},
                {"cpu", "thread", 10, 1},
                {"cpu", "thread", 2, 1},
                {"sleep", "serial", 1, 1}};
    const char *const order[] = {"cpu thread x2 (rounds=1000, 8 tasks)",
                                 "cpu thread x2 (rounds=1000, 8 tasks, invocation 2)",
                                 "cpu thread x10 (rounds=1000, 8 tasks)",
                                 "sleep serial x1 (rounds=1000, 8 tasks)",
                                 "sleep thread x2 (rounds=1000, 8 tasks)"};
    struct task_cell cells[5];
    for (size_t i = 0; i < 5; i++) {
        rows_add(&rows, keys[i].workload, keys[i].mode, keys[i].workers, 1)->invocation =
            keys[i].invocation;
        cells[i] = (struct task_cell){.key = rows.row[rows.count - 1], .rows = tasks};
    }
    trace(cells, 5);
    for (size_t i = 0; i < 5; i++) {
        is_text(event("M", 2 * i), "args.name", order[i]);
        assert_true(real(event("M", 2 * i + 1), "args.sort_index") == (double)i + 1);
    }
}

/* What one worker runs at once lies in threads of its own, what comes after in the same. */
static void overlapping_tasks_get_tracks(void **state)
{
    (void)state;
    struct task_cell one = {.key = task_key()};
    add_task(&one, 0, 0, 0, 100);
    add_task(&one, 0, 0, 50, 150);
    add_task(&one, 0, 0, 100, 200);
    add_task(&one, 0, 0, 150, 160);
    trace(&one, 1);
    const double tid = real(event("X", 0), "tid"), other = real(event("X", 1), "tid");
    assert_true(tid != other);
    assert_true(real(event("X", 2), "tid") == tid);
    assert_true(real(event("X", 3), "tid") == other);
    has("\"args\":{\"name\":\"worker 0 (2)\"}");
    has_not("worker 0 (3)");
}

/* Of as many as ever overlap, and no more: the one that is free soonest is taken. */
static void tracks_are_as_few_as_can_be(void **state)
{
    (void)state;
    struct task_cell one = {.key = task_key()}, few = {.key = one.key};
    uint64_t seed = 1, tids[2000];
    size_t most = 0, found = 0;
    add_task(&few, 0, 0, 0, 100);
    add_task(&few, 0, 0, 1, 50);
    add_task(&few, 0, 0, 60, 70);
    trace(&few, 1);
    assert_true(real(event("X", 2), "tid") == real(event("X", 1), "tid"));
    for (uint64_t from = 0; one.count < 500; from += seed >> 60) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        add_task(&one, 0, 0, from, from + (seed >> 40) % 200);
    }
    for (size_t i = 0; i < one.count; i++) {
        size_t at_once = 1;
        for (size_t j = 0; j < i; j++)
            at_once += tasks[j].end_ns > tasks[i].start_ns;
        most = at_once > most ? at_once : most;
    }
    trace(&one, 1);
    for (size_t i = 0; i < one.count; i++) {
        const uint64_t tid = (uint64_t)real(event("X", i), "tid");
        size_t at = 0;
        while (at < found && tids[at] != tid)
            at++;
        tids[at] = tid;
        found += at == found;
    }
    assert_true(most > 10);
    assert_int_equal(found, most);
}

/* An end and a beginning at one moment may be read in either order. */
static void waits_that_touch_lie_apart(void **state)
{
    (void)state;
    struct task_cell one = {.key = task_key()};
    add_task(&one, 0, 0, 10, 20);
    add_task(&one, 0, 10, 20, 30);
    add_task(&one, 0, 11, 30, 40);
    trace(&one, 1);
    const char *const id = json_string_value(json_object_get(event("b", 0), "id"));
    assert_string_not_equal(id, json_string_value(json_object_get(event("b", 1), "id")));
    assert_string_equal(id, json_string_value(json_object_get(event("b", 2), "id")));
}

static void too_many_waits_are_told(void **state)
{
    (void)state;
    for (size_t most = 1024; most <= 1025; most++) {
        struct task_cell one = {.key = task_key()};
        for (size_t i = 0; i < most; i++)
            add_task(&one, 0, 0, 10 + i, 11 + i);
        trace(&one, 1);
        assert_int_equal(event("b", 1023) != NULL, most == 1024);
        assert_int_equal(strstr(text, "process_labels") != NULL, most == 1025);
        assert_non_null(event("X", most - 1));
    }
}

static void times_that_cannot_be_are_left_out(void **state)
{
    (void)state;
    struct task_cell one = {.key = task_key()};
    add_task(&one, 0, 0, 10, 9);
    add_task(&one, 0, 0, FIGURE_UNKNOWN, FIGURE_UNKNOWN);
    add_task(&one, 0, 0, 5, UINT64_C(1) << 63);
    add_task(&one, FIGURE_UNKNOWN, FIGURE_UNKNOWN, 5, 6);
    one.key.run = "a\"b\\c\x1b caf\xc3\xa9";
    one.key.workload = "\"\\\n";
    trace(&one, 1);
    assert_true(real(json, "otherData.tasks_left_out") == 3);
    is_text(json, "otherData.run", "a\"b\\c? caf\xc3\xa9");
    is_text(event("X", 0), "name", "task 3");
    assert_null(event("X", 1));
    assert_null(event("b", 0));
    has("\"name\":\"worker unknown\"");
    is_text(event("M", 0), "args.name", "\"\\? thread-pool x2 (rounds=1000, 8 tasks)");
}

static void write_errors_are_told(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    struct task_cell one = {.key = task_key()};
    add_task(&one, 0, 0, 1, 2);
    gather(NULL);
    assert_int_equal(export_json(full, &run), -EIO);
    assert_int_equal(export_markdown(full, &run), -EIO);
    assert_int_equal(export_perfetto(full, &one, 1), -EIO);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_holds_the_figures, start, stop),
        cmocka_unit_test_setup_teardown(json_has_what_tasks_shared, start, stop),
        cmocka_unit_test_setup_teardown(json_is_the_same_each_time, start, stop),
        cmocka_unit_test_setup_teardown(json_has_scaling_and_requests, start, stop),
        cmocka_unit_test_setup_teardown(json_texts_may_be_any_bytes, start, stop),
        cmocka_unit_test_setup_teardown(nothing_but_failures, start, stop),
        cmocka_unit_test_setup_teardown(markdown_has_tables_and_the_command, start, stop),
        cmocka_unit_test_setup_teardown(markdown_is_not_steered, start, stop),
        cmocka_unit_test_setup_teardown(tasks_become_events, start, stop),
        cmocka_unit_test_setup_teardown(cells_come_in_order, start, stop),
        cmocka_unit_test_setup_teardown(overlapping_tasks_get_tracks, start, stop),
        cmocka_unit_test_setup_teardown(tracks_are_as_few_as_can_be, start, stop),
        cmocka_unit_test_setup_teardown(waits_that_touch_lie_apart, start, stop),
        cmocka_unit_test_setup_teardown(too_many_waits_are_told, start, stop),
        cmocka_unit_test_setup_teardown(times_that_cannot_be_are_left_out, start, stop),
        cmocka_unit_test_setup_teardown(write_errors_are_told, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
