/* states.csv: what was written comes back, what is wrong is refused with its place, and what adds
 * up to nothing sensible is known as such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/states.h"

static char folder[64], path[96];
static struct texts *texts;
static struct state_cell *cells;
static size_t count;
static struct error err;

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_states_read.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/states.csv", folder);
    texts = texts_new();
    cells = NULL;
    count = 0;
    err.text[0] = '\0';
    return texts ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    states_read_free(cells, count);
    texts_free(texts);
    unlink(path);
    return rmdir(folder);
}

#define NAMES                                                                                  \
    "schema,run,workload,params,mode,wait,workers,width,tasks,pin,submit,stack,schedule,rate," \
    "arrivals,invocation,block,rep,task,worker,queued_ns,from_ns,to_ns,running_ns,ready_ns,"   \
    "blocked_ns,unknown_ns,doing,joined"
#define CELL(mode) "4,r,cpu,\"a=1;b=x,y\"," mode ",blocking,2,1,3,none,off,off,off,off,off,1,1,1,"

static int read_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return states_read(path, texts, &cells, &count, &err);
}

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

static void what_was_written_comes_back(void **state)
{
    (void)state;
    struct cell_rows_writer *writer = NULL;
    struct timing cell = {.schema = TIMINGS_SCHEMA,
                          .run = "r",
                          .workload = "cpu",
                          .params = "a=1;b=x,y",
                          .mode = "thread",
                          .wait = "blocking",
                          .workers = 2,
                          .width = 1,
                          .tasks = 3,
                          .pin = "none",
                          .rate = FIGURE_OFF,
                          .invocation = 1,
                          .block = 1,
                          .rep = 1};
    assert_int_equal(states_create(&writer, path, &err), 0);
    for (uint64_t i = 0; i < 6; i++) {
        const struct state_row row = {.task = i % 3,
                                      .worker = 1,
                                      .queued_ns = 5,
                                      .from_ns = 10 * i,
                                      .to_ns = 10 * i + 10,
                                      .running_ns = 4,
                                      .ready_ns = 3,
                                      .blocked_ns = 2,
                                      .unknown_ns = 1,
                                      .doing = "sleep",
                                      .joined = 7};
        cell.mode = i < 3 ? "thread" : "process";
        assert_int_equal(states_append(writer, &cell, &row, &err), 0);
    }
    assert_int_equal(cell_rows_close(writer, &err), 0);
    assert_int_equal(states_read(path, texts, &cells, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(cells[0].key.mode, "thread");
    assert_string_equal(cells[1].key.params, "a=1;b=x,y");
    assert_int_equal(cells[1].count, 3);
    const struct state_row *row = &cells[1].rows[2];
    assert_int_equal(row->task, 2);
    assert_int_equal(row->worker, 1);
    assert_int_equal(row->queued_ns, 5);
    assert_int_equal(row->from_ns, 50);
    assert_int_equal(row->to_ns, 60);
    assert_int_equal(row->running_ns, 4);
    assert_int_equal(row->ready_ns, 3);
    assert_int_equal(row->blocked_ns, 2);
    assert_int_equal(row->unknown_ns, 1);
    assert_string_equal(row->doing, "sleep");
    assert_int_equal(row->joined, 7);
    assert_true(state_row_valid(row));
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    refused("", "1:1", "the file is empty");
    refused("schema,run\n", "1:3", "is missing");
    refused(NAMES ",doing\n", "1:30", "a second column 'doing'");
    refused(NAMES "\n" CELL("thread") "0,0,0,0\n", "2:23", "the row ends after 22 of 29 fields");
    refused(NAMES "\n" CELL("thread") "0,0,0,-1,1,1,0,0,0,sleep,1\n", "2:22",
            "'from_ns' must be a whole number");
    refused(NAMES "\n" CELL("thread") "0,0,0,0,1,1,0,0,99999999999999999999,sleep,1\n", "2:27",
            "'unknown_ns'");
    refused(NAMES "\n" CELL("thread") "0,0,0,0,1,1,0,0,0,\x1b[2J,1\n", "2:28",
            "control characters");
    refused(NAMES "\n99,r\n", "2:1", "schema 99 is newer than this program");
    assert_int_equal(read_text(NAMES "\n"), 0);
    assert_int_equal(count, 0);
    states_read_free(cells, count);
    unlink(path);
    assert_int_equal(states_read(path, texts, &cells, &count, &err), -ENOENT);
}

static void only_what_adds_up_is_valid(void **state)
{
    (void)state;
    const struct state_row good = {.from_ns = 10,
                                   .to_ns = 20,
                                   .running_ns = 1,
                                   .ready_ns = 2,
                                   .blocked_ns = 3,
                                   .unknown_ns = 4};
    assert_true(state_row_valid(&good));
    struct state_row row = good;
    row.to_ns = 21;
    assert_false(state_row_valid(&row));
    row.to_ns = 5;
    assert_false(state_row_valid(&row));
    row = good;
    row.ready_ns = UINT64_MAX - 8; /* in all it would add up, going round */
    row.unknown_ns = 15;
    assert_false(state_row_valid(&row));
    uint64_t *const figures[] = {&row.worker,   &row.from_ns,    &row.to_ns,     &row.running_ns,
                                 &row.ready_ns, &row.blocked_ns, &row.unknown_ns};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        row = good;
        *figures[i] = FIGURE_OFF;
        assert_false(state_row_valid(&row));
        *figures[i] = FIGURE_UNKNOWN;
        assert_false(state_row_valid(&row));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_comes_back),
        TEST(what_is_wrong_is_refused),
        cmocka_unit_test(only_what_adds_up_is_valid),
    };
    return cmocka_run_group_tests_name("states_read", tests, NULL, NULL);
}
