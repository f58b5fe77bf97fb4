/* Reading tasks.csv back: what was written, what others made of it, and where it is wrong. */
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

#include "bench/results/tasks.h"

static char folder[64], path[96];
static struct texts *texts;
static struct task_cell *cells;
static size_t count;
static struct error err;

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_tasks_read.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/tasks.csv", folder);
    texts = texts_new();
    cells = NULL;
    count = 0;
    err.text[0] = '\0';
    return texts ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    tasks_read_free(cells, count);
    texts_free(texts);
    unlink(path);
    return rmdir(folder);
}

#define CELL_NAMES                                                                             \
    "schema,run,workload,params,mode,wait,workers,width,tasks,pin,submit,stack,schedule,rate," \
    "arrivals,invocation,block,rep,"
#define OLD_NAMES \
    CELL_NAMES "task,queued_ns,start_ns,end_ns,worker,process,cpu,start_cpu,pin_cpus,pinned"
#define NAMES  \
    CELL_NAMES \
    "task,queued_ns,waited_ns,start_ns,end_ns,worker,process,cpu,start_cpu,pin_cpus,pinned"
#define CELL(mode, rep) \
    "4,r,cpu,\"a=1;b=x,y\"," mode ",blocking,2,1,3,none,off,off,off,off,off,1,2," rep ","
#define TASK(task) task ",10,off,20,30,1,4711,0,unknown,off,off\n"

static int read_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return tasks_read(path, texts, &cells, &count, &err);
}

/* The place is line:field after the file's name. */
static void refused(const char *text, const char *place, const char *why)
{
    char start_of_line[160];
    assert_int_equal(read_text(text), -EINVAL);
    snprintf(start_of_line, sizeof start_of_line, "%s:%s: ", path, place);
    if (strncmp(err.text, start_of_line, strlen(start_of_line)) != 0 || !strstr(err.text, why))
        fail_msg("\"%s\" is not \"%s ... %s\"", err.text, start_of_line, why);
    assert_null(cells);
    assert_int_equal(count, 0);
}

static const struct timing cell = {
    .schema = TIMINGS_SCHEMA,
    .run = "host-20240101T000000Z",
    .workload = "cpu",
    .params = "rounds=5;kind=a,b",
    .mode = "thread",
    .wait = "blocking",
    .workers = 2,
    .width = 3,
    .tasks = 100,
    .pin = "core",
    .submit = "off",
    .stack = "shared",
    .schedule = "rr;slice=1ms",
    .rate = 5000,
    .arrivals = "poisson",
    .invocation = 1,
    .block = 3,
    .rep = 4,
};

static void what_was_written_comes_back(void **state)
{
    (void)state;
    enum { TASKS = 100 };
    struct cell_rows_writer *writer = NULL;
    struct timing other = cell;
    other.mode = "process";
    assert_int_equal(tasks_create(&writer, path, &err), 0);
    for (uint64_t i = 0; i < 2 * TASKS; i++) {
        const struct task_row row = {
            .task = i % TASKS,
            .queued_ns = 10 + i,
            .start_ns = 20 + i,
            .end_ns = i == 7 ? FIGURE_OFF : 30 + i,
            .waited_ns = 9,
            .worker = i % 3,
            .process = 4711,
            .cpu = 6,
            .start_cpu = FIGURE_UNKNOWN,
            .pin_cpus = i % 2 ? "6 7" : NULL,
            .pinned = "yes",
        };
        assert_int_equal(tasks_append(writer, i < TASKS ? &cell : &other, &row, &err), 0);
    }
    assert_int_equal(cell_rows_close(writer, &err), 0);
    assert_int_equal(tasks_read(path, texts, &cells, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(cells[0].key.params, cell.params);
    assert_string_equal(cells[0].key.mode, "thread");
    assert_string_equal(cells[0].key.schedule, "rr;slice=1ms");
    assert_int_equal(cells[0].key.rate, 5000);
    assert_int_equal(cells[0].key.width, 3);
    assert_int_equal(cells[0].key.rep, 4);
    assert_string_equal(cells[1].key.mode, "process");
    for (size_t c = 0; c < 2; c++) {
        assert_int_equal(cells[c].count, TASKS);
        for (size_t i = 0; i < TASKS; i++) {
            const struct task_row *row = &cells[c].rows[i];
            const uint64_t n = i + c * TASKS;
            assert_int_equal(row->task, i);
            assert_int_equal(row->queued_ns, 10 + n);
            assert_int_equal(row->start_ns, 20 + n);
            assert_int_equal(row->end_ns, n == 7 ? FIGURE_OFF : 30 + n);
            assert_int_equal(row->waited_ns, 9);
            assert_int_equal(row->worker, n % 3);
            assert_int_equal(row->process, 4711);
            assert_int_equal(row->cpu, 6);
            assert_int_equal(row->start_cpu, FIGURE_UNKNOWN);
            assert_string_equal(row->pin_cpus, n % 2 ? "6 7" : "off");
            assert_string_equal(row->pinned, "yes");
        }
    }
}

static void each_repetition_is_a_cell(void **state)
{
    (void)state;
    assert_int_equal(read_text(NAMES "\n" CELL("thread", "1") TASK("0") CELL("thread", "1") TASK(
                         "1") CELL("thread", "2") TASK("0") CELL("process", "2") TASK("0")),
                     0);
    assert_int_equal(count, 3);
    assert_int_equal(cells[0].count, 2);
    assert_int_equal(cells[0].rows[1].task, 1);
    assert_int_equal(cells[1].count, 1);
    assert_int_equal(cells[1].key.rep, 2);
    assert_string_equal(cells[2].key.mode, "process");
}

#define VALUES "10,off,20,30,1,4711,0,unknown,off,off"

static void foreign_columns_are_passed_over(void **state)
{
    (void)state;
    static const char file[] =
        "note," NAMES ",more\r\n"
        "\"a,b\"," CELL("thread", "1") "0," VALUES ",thing\r\n"
                                       "c," CELL("thread", "1") "1," VALUES ",";
    assert_int_equal(read_text(file), 0);
    assert_int_equal(count, 1);
    assert_int_equal(cells[0].count, 2);
    assert_int_equal(cells[0].rows[1].task, 1);
    assert_int_equal(cells[0].rows[1].end_ns, 30);
}

static void an_older_schema_lacks_the_waiting(void **state)
{
    (void)state;
    assert_int_equal(read_text(OLD_NAMES "\n3,r,cpu,off,thread,blocking,2,1,3,none,off,off,off,off,"
                                         "off,1,2,1,0,10,20,30,1,4711,0,unknown,off,off\n"),
                     0);
    assert_int_equal(cells[0].rows[0].waited_ns, FIGURE_OFF);
    assert_int_equal(cells[0].rows[0].start_ns, 20);
}

static void the_waiting_is_missing_from_a_newer_one(void **state)
{
    (void)state;
    refused(OLD_NAMES "\n" CELL("thread", "1") "0,10,20,30,1,4711,0,unknown,off,off\n", "1:29",
            "the column 'waited_ns' is missing");
}

static void columns_must_be_there_once(void **state)
{
    (void)state;
    refused(CELL_NAMES "task,queued_ns\n", "1:21", "the column 'start_ns' is missing; put it back");
    refused("schema;run\n", "1:2", "the column 'schema' is missing; are the columns separated");
    refused(NAMES ",end_ns\n", "1:30", "a second column 'end_ns'; rename or delete one");
}

static void rows_must_be_whole(void **state)
{
    (void)state;
    refused(NAMES "\n" CELL("thread", "1") TASK("0") CELL("thread", "1") "1,10,off\n", "3:22",
            "the row ends after 21 of 29 fields");
    refused(NAMES "\n" CELL("thread", "1") "0,10,off,20,30,1,4711,0,unknown,off,off,more\n", "2:30",
            "more than the header's 29 fields");
}

static void values_must_be_right(void **state)
{
    (void)state;
    refused(NAMES "\n" CELL("thread", "1") TASK("-1"), "2:19", "'task' must be a whole number");
    refused(NAMES "\n" CELL("thread", "1") TASK("off"), "2:19", "'task' must be a whole number");
    refused(NAMES "\n" CELL("thread", "1") "0,10,off,2e9,30,1,4711,0,unknown,off,off\n", "2:22",
            "'start_ns' must be a whole number");
    refused(NAMES "\n" CELL("", "1") TASK("0"), "2:5", "'mode' is empty");
    refused(NAMES "\n" CELL("\x1b[2J", "1") TASK("0"), "2:5", "control characters");
}

static void only_known_schemas_are_read(void **state)
{
    (void)state;
    refused(NAMES "\n0,r\n", "2:1", "there is no schema 0");
    refused(NAMES "\n99,r,of,another,kind\n", "2:1", "schema 99 is newer than this program");
}

static void a_header_alone_has_no_cells(void **state)
{
    (void)state;
    assert_int_equal(read_text(NAMES "\n"), 0);
    assert_int_equal(count, 0);
}

static void nothing_to_read(void **state)
{
    (void)state;
    assert_int_equal(tasks_read(path, texts, &cells, &count, &err), -ENOENT);
    assert_non_null(strstr(err.text, path));
    refused("", "1:1", "the file is empty");
    assert_int_equal(tasks_read(folder, texts, &cells, &count, &err), -EINVAL);
    assert_null(cells);
    tasks_read_free(NULL, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_comes_back),
        TEST(each_repetition_is_a_cell),
        TEST(foreign_columns_are_passed_over),
        TEST(an_older_schema_lacks_the_waiting),
        TEST(the_waiting_is_missing_from_a_newer_one),
        TEST(columns_must_be_there_once),
        TEST(rows_must_be_whole),
        TEST(values_must_be_right),
        TEST(only_known_schemas_are_read),
        TEST(a_header_alone_has_no_cells),
        TEST(nothing_to_read),
    };
    return cmocka_run_group_tests_name("tasks_read", tests, NULL, NULL);
}
