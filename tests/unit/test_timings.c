/* timings.csv as it is written: what is written comes back, the text is what any CSV
 * reader expects, and a failure leaves whole rows. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/timings_fixture.h"

static void every_column_of_the_record_is_in_the_table(void **state)
{
    (void)state;
    static const char *const issue[] = {"schema",
                                        "run",
                                        "workload",
                                        "params",
                                        "mode",
                                        "wait",
                                        "workers",
                                        "width",
                                        "tasks",
                                        "pin",
                                        "submit",
                                        "stack",
                                        "schedule",
                                        "rate",
                                        "arrivals",
                                        "reference",
                                        "invocation",
                                        "block",
                                        "rep",
                                        "warmup",
                                        "status",
                                        "reason",
                                        "wall_ns",
                                        "spawn_ns",
                                        "user_ns",
                                        "sys_ns",
                                        "helper_ns",
                                        "companion_ns",
                                        "served_ns",
                                        "running_ns",
                                        "ready_ns",
                                        "blocked_ns",
                                        "requests",
                                        "latency_p50_ns",
                                        "latency_p90_ns",
                                        "latency_p99_ns",
                                        "latency_p999_ns",
                                        "latency_max_ns",
                                        "queue_p50_ns",
                                        "queue_p99_ns",
                                        "queue_max_ns",
                                        "service_p50_ns",
                                        "service_p99_ns",
                                        "service_max_ns",
                                        "workers_made",
                                        "callback_ns",
                                        "lost_updates",
                                        "peak_inside",
                                        "visible_writes",
                                        "wake_spread_ns",
                                        "short_tasks",
                                        "short_waiting_ns",
                                        "short_turnaround_ns",
                                        "long_tasks",
                                        "long_waiting_ns",
                                        "long_turnaround_ns",
                                        "peak_bytes",
                                        "peak_alive",
                                        "voluntary_switches",
                                        "involuntary_switches",
                                        "minor_faults",
                                        "major_faults",
                                        "steal_ns",
                                        "throttled_ns",
                                        "checksum",
                                        "seed",
                                        "start_unix_ns"};
    size_t count, next = 0, bytes = 0;
    const struct column *columns = timings_columns(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(columns[i].offset >= bytes);                   /* in the record's order */
        assert_true(columns[i].offset - bytes < sizeof(uint64_t)); /* with padding alone between */
        bytes = columns[i].offset +
                (columns[i].kind == COLUMN_STATUS ? sizeof(enum status) : sizeof(uint64_t));
        assert_string_equal(timings_column(i)->name, columns[i].info.name);
        assert_true(columns[i].info.unit[0] && columns[i].info.summary[0]);
        if (next < sizeof issue / sizeof *issue && strcmp(columns[i].info.name, issue[next]) == 0)
            next++;
    }
    assert_int_equal(bytes, sizeof(struct timing));
    assert_null(timings_column(count));
    assert_int_equal(next, sizeof issue / sizeof *issue);
}

static void rows_come_back_as_they_were(void **state)
{
    (void)state;
    struct timing rows[3] = {sample(), sample(), sample()};
    rows[1].reason = "two, \"quoted\" parts; caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80";
    rows[1].params = " blanks at both ends ";
    rows[1].run = "\"";
    rows[1].mode = "a-mode-of-47-bytes-which-is-the-most-that-it-ma";
    rows[2].status = STATUS_OK;
    rows[2].warmup = 0;
    rows[2].wall_ns = FIGURE_OFF;
    rows[2].spawn_ns = FIGURE_UNKNOWN;
    rows[2].join_ns = 0;
    rows[2].user_ns = FIGURE_OFF - 1; /* the largest figure */
    rows[2].seed = UINT64_MAX;
    rows[2].checksum = 0x1e5;
    write_rows(rows, 3);
    struct timing *back;
    assert_int_equal(read_rows(&back), 3);
    for (size_t i = 0; i < 3; i++)
        assert_same_row(&back[i], &rows[i]);
    free(back);
}

static void every_status_has_a_name_that_comes_back(void **state)
{
    (void)state;
    struct timing rows[STATUS_COUNT];
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        rows[i] = sample();
        rows[i].status = (enum status)i;
    }
    write_rows(rows, STATUS_COUNT);
    struct timing *back;
    assert_int_equal(read_rows(&back), STATUS_COUNT);
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        assert_int_equal(back[i].status, i);
    free(back);
}

static void the_text_is_as_promised(void **state)
{
    (void)state;
    struct timing row = sample();
    row.params = "";
    row.reason = "line\r\nbreak\ttab\x1b[31m \x80\xc3 \xc2\x9b.\xe2\x80\xae";
    row.run = "a,b";
    row.checksum = 0xabc;
    row.wall_ns = FIGURE_OFF;
    row.spawn_ns = FIGURE_UNKNOWN;
    write_rows(&row, 1);
    char *text = get_file(path);
    assert_int_equal(strncmp(text, "schema,run,workload,workload_version,params,", 44), 0);
    assert_non_null(strstr(text, "\n5,\"a,b\",text-2,4000000028,off,text-5,"));
    assert_non_null(strstr(text, ",1,timeout,\"line  break tab [31m ??  . \",off,unknown,"));
    assert_non_null(strstr(text, ",0000000000000abc,"));
    size_t lines = 0, length = strlen(text);
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 2);
    assert_int_equal(text[length - 1], '\n');
    assert_null(strchr(text, '\r'));
    free(text);
}

static void a_file_that_exists_is_kept(void **state)
{
    (void)state;
    put_file("mine", 4);
    struct timings_writer *writer = NULL;
    struct error err;
    assert_int_equal(timings_create(&writer, path, &err), -EEXIST);
    assert_non_null(strstr(err.text, path));
    char *text = get_file(path);
    assert_string_equal(text, "mine");
    free(text);
}

/* With a limit on the file's size in the middle of a row, the kernel takes a part of it. */
static void half_a_row_is_cut_off(void **state)
{
    (void)state;
    struct timing row = sample();
    struct timings_writer *writer = NULL;
    struct error err;
    struct stat before, after;
    struct rlimit old, limit;
    unlink(path);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(timings_create(&writer, path, &err), 0);
    assert_int_equal(timings_append(writer, &row, &err), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = (rlim_t)before.st_size + 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int appended = timings_append(writer, &row, &err);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(appended, -EFBIG);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(after.st_size, before.st_size);
    assert_int_equal(timings_append(writer, &row, &err), 0); /* once there is room again */
    assert_int_equal(timings_close(writer, &err), 0);
    struct timing *back;
    assert_int_equal(read_rows(&back), 2);
    free(back);
}

static void rows_are_added_to_a_file_that_is_there(void **state)
{
    (void)state;
    struct timing rows[2] = {sample(), sample()}, *back;
    struct timings_writer *writer = NULL;
    struct error err;
    rows[1].invocation = 2;
    write_rows(rows, 1);
    assert_int_equal(timings_open(&writer, path, &err), 0);
    assert_int_equal(timings_append(writer, &rows[1], &err), 0);
    assert_int_equal(timings_close(writer, &err), 0);
    assert_int_equal(read_rows(&back), 2);
    assert_same_row(&back[0], &rows[0]);
    assert_same_row(&back[1], &rows[1]);
    free(back);
}

static void assert_not_opened(const char *why)
{
    struct timings_writer *writer = NULL;
    struct error err;
    char *before = get_file(path);
    if (timings_open(&writer, path, &err) != -EINVAL || !strstr(err.text, why))
        fail_msg("expected %s, got: %s", why, err.text);
    char *after = get_file(path);
    assert_null(writer);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void rows_are_not_added_to_another_file(void **state)
{
    (void)state;
    struct timing row = sample();
    struct timings_writer *writer = NULL;
    struct stat facts;
    struct error err;
    put_file("schema,run\n", 11);
    assert_not_opened("columns are not those");
    put_file("schema", 6);
    assert_not_opened("whole line");
    write_rows(&row, 1);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(truncate(path, facts.st_size - 1), 0);
    assert_not_opened("delete its last row");
    assert_int_equal(timings_open(&writer, "/dev/null", &err), -EINVAL);
    assert_int_equal(timings_open(&writer, "/nowhere/timings.csv", &err), -ENOENT);
}

static void closing_nothing_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(timings_close(NULL, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_of_the_record_is_in_the_table),
        cmocka_unit_test(rows_come_back_as_they_were),
        cmocka_unit_test(every_status_has_a_name_that_comes_back),
        cmocka_unit_test(the_text_is_as_promised),
        cmocka_unit_test(a_file_that_exists_is_kept),
        cmocka_unit_test(half_a_row_is_cut_off),
        cmocka_unit_test(rows_are_added_to_a_file_that_is_there),
        cmocka_unit_test(rows_are_not_added_to_another_file),
        cmocka_unit_test(closing_nothing_is_allowed),
    };
    return cmocka_run_group_tests_name("timings", tests, make_folder, remove_folder);
}
