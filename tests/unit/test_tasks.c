/* tasks.csv: the columns, the text of a row, and whole rows only, whatever fails. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/results/tasks.h"

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_tasks.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/tasks.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static const struct timing cell = {
    .schema = 1,
    .run = "host-20240101T000000Z",
    .workload = "cpu",
    .params = "rounds=5;kind=a,b",
    .mode = "thread",
    .wait = "blocking",
    .workers = 2,
    .width = 3,
    .tasks = 100000,
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

static struct task_row sample(uint64_t task)
{
    return (struct task_row){
        .task = task,
        .queued_ns = 10,
        .start_ns = 20,
        .end_ns = 30,
        .waited_ns = 9,
        .worker = 1,
        .process = 4711,
        .cpu = 6,
        .start_cpu = FIGURE_UNKNOWN,
        .pin_cpus = "6 7",
        .pinned = "yes",
    };
}

#define HEADER                                                                                    \
    "schema,run,workload,params,mode,wait,workers,width,tasks,pin,submit,stack,schedule,rate,"    \
    "arrivals,"                                                                                   \
    "invocation,block,rep,task,queued_ns,waited_ns,start_ns,end_ns,worker,process,cpu,start_cpu," \
    "pin_cpus,pinned\n"
#define CELL                                                                                 \
    "1,host-20240101T000000Z,cpu,\"rounds=5;kind=a,b\",thread,blocking,2,3,100000,core,off," \
    "shared,rr;slice=1ms,5000,poisson,1,3,4,"

static void assert_file(const char *expected)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(getdelim(&text, &room, '\0', file) >= 0);
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
}

static void the_text_is_as_promised(void **state)
{
    (void)state;
    struct cell_rows_writer *writer = NULL;
    struct error err;
    struct task_row first = sample(0), second = sample(1);
    second.queued_ns = FIGURE_OFF;
    second.pin_cpus = NULL;
    second.pinned = "";
    assert_int_equal(tasks_create(&writer, path, &err), 0);
    assert_file(HEADER);
    assert_int_equal(tasks_append(writer, &cell, &first, &err), 0);
    assert_int_equal(tasks_append(writer, &cell, &second, &err), 0);
    assert_file(HEADER); /* buffered */
    assert_int_equal(cell_rows_flush(writer, &err), 0);
    assert_int_equal(cell_rows_flush(writer, &err), 0); /* nothing is written twice */
    assert_file(HEADER CELL "0,10,9,20,30,1,4711,6,unknown,6 7,yes\n" CELL
                            "1,off,9,20,30,1,4711,6,unknown,off,off\n");
    assert_int_equal(cell_rows_close(writer, &err), 0);
}

static void closing_flushes(void **state)
{
    (void)state;
    struct cell_rows_writer *writer = NULL;
    struct error err;
    struct task_row row = sample(7);
    assert_int_equal(tasks_create(&writer, path, &err), 0);
    assert_int_equal(tasks_append(writer, &cell, &row, &err), 0);
    assert_int_equal(cell_rows_close(writer, &err), 0);
    assert_file(HEADER CELL "7,10,9,20,30,1,4711,6,unknown,6 7,yes\n");
    assert_int_equal(cell_rows_close(NULL, NULL), 0);
}

static void the_columns_end(void **state)
{
    (void)state;
    size_t count = 0;
    while (tasks_column(count))
        count++;
    assert_int_equal(count, 29);
    assert_string_equal(tasks_column(0)->name, "schema");
    assert_string_equal(tasks_column(18)->name, "task");
    assert_null(tasks_column(count + 5));
}

static void a_file_that_exists_is_kept(void **state)
{
    (void)state;
    struct cell_rows_writer *writer = NULL;
    struct error err;
    FILE *file = fopen(path, "w");
    fputs("mine", file);
    fclose(file);
    assert_int_equal(tasks_create(&writer, path, &err), -EEXIST);
    assert_non_null(strstr(err.text, path));
    assert_file("mine");
}

/* The file at any moment: a header and rows 0, 1, 2, ... all of them whole. */
static size_t assert_whole_rows(void)
{
    char *line = NULL;
    size_t room = 0, rows = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(getline(&line, &room, file) > 0);
    assert_string_equal(line, HEADER);
    while (getline(&line, &room, file) > 0) {
        char expected[256];
        snprintf(expected, sizeof expected, CELL "%zu,10,9,20,30,1,4711,6,unknown,6 7,yes\n",
                 rows++);
        assert_string_equal(line, expected);
    }
    free(line);
    fclose(file);
    return rows;
}

static void set_limit(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* With a limit on the file's size the kernel takes a part of what is flushed. */
static void a_full_disk_leaves_whole_rows_and_loses_none(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    struct cell_rows_writer *writer = NULL;
    struct error err = {""};
    int appended = 0;
    size_t next = 0;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(tasks_create(&writer, path, &err), 0);
    set_limit(1000003);
    while (appended == 0 && next < ROWS) {
        struct task_row row = sample(next);
        appended = tasks_append(writer, &cell, &row, &err);
        next += appended == 0;
    }
    size_t before = assert_whole_rows();
    int flushed = cell_rows_flush(writer, NULL);
    size_t after = assert_whole_rows();
    set_limit(RLIM_INFINITY);
    assert_int_equal(appended, -EFBIG);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(flushed, -EFBIG);
    assert_true(before > 0 && before < next);
    assert_int_equal(before, after);
    for (; next < ROWS; next++) { /* once there is room again */
        struct task_row row = sample(next);
        assert_int_equal(tasks_append(writer, &cell, &row, &err), 0);
    }
    assert_int_equal(cell_rows_close(writer, &err), 0);
    assert_int_equal(assert_whole_rows(), ROWS);
}

static void a_close_that_cannot_flush_says_so(void **state)
{
    (void)state;
    struct cell_rows_writer *writer = NULL;
    struct error err = {""};
    struct task_row row = sample(0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(tasks_create(&writer, path, &err), 0);
    assert_int_equal(tasks_append(writer, &cell, &row, &err), 0);
    set_limit(sizeof HEADER + 5);
    int closed = cell_rows_close(writer, &err);
    set_limit(RLIM_INFINITY);
    assert_int_equal(closed, -EFBIG);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(assert_whole_rows(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_text_is_as_promised, remove_file),
        cmocka_unit_test_teardown(closing_flushes, remove_file),
        cmocka_unit_test(the_columns_end),
        cmocka_unit_test_teardown(a_file_that_exists_is_kept, remove_file),
        cmocka_unit_test_teardown(a_full_disk_leaves_whole_rows_and_loses_none, remove_file),
        cmocka_unit_test_teardown(a_close_that_cannot_flush_says_so, remove_file),
    };
    return cmocka_run_group_tests_name("tasks", tests, make_folder, remove_folder);
}
