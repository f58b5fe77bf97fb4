/* The terminal summary: its wording in each case, and what must never reach a terminal. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/plain.h"
#include "bench/report/summary.h"
#include "tests/unit/report_rows.h"

static struct rows rows;
static double precision; /* that was asked for */
static char *text;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    text = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(text);
    return 0;
}

static void print(bool colour)
{
    struct cell_table table;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_int_equal(summary_print(out, &table, precision, colour), 0);
    cells_free(&table);
    assert_int_equal(fclose(out), 0);
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

/* Serial 127..133 ms; pool 62..68 ms, the median 65 ms being half of serial's. */
static void fill_two(void)
{
    rows_add_runs(&rows, "cpu", "serial", 1, 127, 1, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 62, 1, 7);
}

static void test_winner(void **state)
{
    (void)state;
    fill_two();
    rows_add_runs(&rows, "cpu", "process-pool", 4, 69, 1, 7); /* median 72: 10.77% more than 65 */
    print(false);
    has("cpu: rounds=1000, 8 tasks\n");
    has("Winner: thread-pool, 2.00x serial; process-pool is 10.8% behind (95% interval 10.4% to "
        "11.1%)\n");
    has("CPU-bound: serial kept a CPU busy 95% of the time\n");
    has_not("\033");
}

static void test_far_behind(void **state)
{
    (void)state;
    fill_two();
    print(false);
    has("Winner: thread-pool, 2.00x serial; serial takes 2.00x as long (95% interval 1.97x to "
        "2.03x)\n");
}

static void test_serial_wins(void **state)
{
    (void)state;
    rows_add_runs(&rows, "empty", "serial", 1, 100, 1, 6);
    rows_add_runs(&rows, "empty", "thread", 8, 110, 1, 6); /* 112.5 / 102.5 */
    print(false);
    has("Winner: serial; thread is 9.8% behind (95% interval 9.5% to 10.0%)\n");
}

static void test_too_close(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 100, 2, 6);
    rows_add_runs(&rows, "cpu", "process-pool", 4, 98, 4, 6); /* 98/100, 102/102, ... 118/110 */
    print(true);
    has("No winner: no difference seen between thread-pool and process-pool (2.7% +- 4.7%); about "
        "524 runs\n    would settle it\n");
    has_not("\033[1m  thread-pool");
}

static void test_equal(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 1000, 2, 8);
    rows_add_runs(&rows, "cpu", "process-pool", 4, 1001, 2, 8);
    print(true);
    has("No winner: thread-pool and process-pool are equivalent within 2% (0.1% between them");
    has_not("\033[1m  thread-pool");
}

static void test_too_few_runs(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 127, 1, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 64, 1, 3);
    print(true);
    has("Fastest: thread-pool, 2.00x serial, but 3 runs are too few for an interval (6 are "
        "needed)");
    has("winner is named\n");
    has("n/a");
    has_not("Winner:");
}

static void test_alone(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "thread", 4, 64, 1, 6);
    print(false);
    has("Only thread was measured: nothing to compare it with\n");
}

static void test_none(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "cpu", "thread", 4, 64);
    row->status = STATUS_CRASHED;
    row->reason = "killed by signal 11";
    print(false);
    has("No winner: no measured run came out ok\n");
    has("thread: crashed (1 of 1 repetitions): killed by signal 11\n");
    has_not("95% interval");
}

static void test_columns(void **state)
{
    (void)state;
    fill_two();
    struct timing *warm = rows_add(&rows, "cpu", "thread-pool", 4, 500);
    warm->warmup = 1;
    warm->peak_bytes = UINT64_C(983) << 20;
    print(false);
    char *line = strstr(text, "\n  thread-pool");
    assert_non_null(line);
    *strchr(line + 1, '\n') = '\0';
    const char *const parts[] = {
        "4", "65.0 ms", "62.0 ms .. 68.0 ms", "2.00x", "+4.8%", "1.91", "983 MiB", "7"};
    const char *at = line;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *found = strstr(at, parts[i]);
        if (!found)
            fail_msg("\"%s\" is not in, or not in order in\n%s", parts[i], line);
        at = found + strlen(parts[i]);
    }
}

static void test_trouble_is_told(void **state)
{
    (void)state;
    fill_two();
    struct timing *slow = rows_add(&rows, "cpu", "thread-pool", 4, 1);
    slow->status = STATUS_TIMEOUT;
    slow->reason = "no end within 10s";
    struct timing *refused = rows_add(&rows, "cpu", "coroutine", 4, 1);
    refused->status = STATUS_UNSUPPORTED;
    refused->reason = "it blocks a thread";
    print(false);
    has("7+1 bad\n");
    has("  thread-pool: timeout (1 of 8 repetitions): no end within 10s\n");
    has("  coroutine: unsupported: it blocks a thread\n");
}

static void test_bold(void **state)
{
    (void)state;
    fill_two();
    print(true);
    has("\033[1m  thread-pool ");
    has("\033[1m  Winner: thread-pool");
    has_not("\033[1m  serial");
}

static void test_width(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 1270, 1, 10);
    rows_add_runs(&rows, "cpu", "process-spawn", 512, 622, 1, 10);
    for (uint64_t w = 1; w < 3; w++)
        rows_add_runs(&rows, "cpu", "process-pool", 128 * w, 630, 1, 10);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].params = "folder=/a/long/folder/for/scratch/files;size=4MiB;fsync=yes;"
                             "verify=yes;alternations=100;share=50%;pattern=random;more=1";
    print(false);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 100)
            fail_msg("wider than 100 columns: %s", line);
}

static void test_control_bytes_stay_out(void **state)
{
    (void)state;
    rows_add_runs(&rows, "c\033[2Ju", "th\rr\n", 4, 64, 1, 6);
    struct timing *row = rows_add(&rows, "c\033[2Ju",
                                  "x\x9b"
                                  "2J",
                                  1, 9);
    row->status = STATUS_FAILED;
    row->reason = "\033]0;title\a \xc3\xa9 \xff \x7f";
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].params = "a=\033[31m;b=\b\b";
    print(false);
    for (const char *c = text; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\n') || (unsigned char)*c >= 0x7f)
            fail_msg("byte 0x%02x in\n%s", (unsigned char)*c, text);
    has("c?[2Ju");
    has("th?r?");
}

static void test_write_error(void **state)
{
    (void)state;
    struct cell_table table;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    fill_two();
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_int_equal(summary_print(full, &table, precision, false), -EIO);
    cells_free(&table);
    fclose(full);
}

static void test_colour_needs_a_terminal(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_false(summary_colour(file));
    fclose(file);
}

static void test_plain_text(void **state)
{
    (void)state;
    char out[8];
    assert_string_equal(plain_text(out, sizeof out, "1234567"), "1234567");
    assert_string_equal(plain_text(out, sizeof out, "12345678"), "1234...");
    assert_string_equal(plain_text(out, sizeof out, "\xe2\x82\xac\t"), "??");
    assert_string_equal(plain_field(out, sizeof out, "a,\"\\"), "a;'/");
    assert_string_equal(plain_field(out, sizeof out, "]]>"), "]]?");
    assert_string_equal(plain_field(out, sizeof out, ""), "-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_winner),
        TEST(test_far_behind),
        TEST(test_serial_wins),
        TEST(test_too_close),
        TEST(test_equal),
        TEST(test_too_few_runs),
        TEST(test_alone),
        TEST(test_none),
        TEST(test_columns),
        TEST(test_trouble_is_told),
        TEST(test_bold),
        TEST(test_width),
        TEST(test_control_bytes_stay_out),
        TEST(test_write_error),
        TEST(test_colour_needs_a_terminal),
        TEST(test_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
