/* Comparisons for programs: CSV and JSON read back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/report/compare_export.h"
#include "bench/results/csv_scan.h"
#include "tests/unit/compare_runs.h"

enum { TABLE_ROWS = 32, TABLE_COLUMNS = 64, TABLE_FIELD = 128 };

static struct compare_runs runs;
static char table[TABLE_ROWS][TABLE_COLUMNS][TABLE_FIELD];
static size_t table_rows, table_columns[TABLE_ROWS];
static json_t *json;

static int start(void **state)
{
    (void)state;
    memset(&runs, 0, sizeof runs);
    memset(table, 0, sizeof table);
    table_rows = 0;
    json = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(json);
    compare_runs_free(&runs);
    return 0;
}

static int take_field(void *user, const struct csv_place *place, const char *text, size_t length,
                      struct error *err)
{
    (void)user;
    (void)length;
    (void)err;
    assert_true(table_rows < TABLE_ROWS && place->field <= TABLE_COLUMNS);
    snprintf(table[table_rows][place->field - 1], TABLE_FIELD, "%s", text);
    return 0;
}

static int take_row(void *user, const struct csv_place *place, struct error *err)
{
    (void)user;
    (void)err;
    table_columns[table_rows++] = place->field - 1;
    return 0;
}

static void csv(enum compare_sort sort)
{
    static const struct csv_calls calls = {take_field, take_row};
    char path[] = "/tmp/bench-compare-XXXXXX";
    struct error err = {""};
    const int fd = mkstemp(path);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(out);
    table_rows = 0;
    assert_int_equal(compare_export_csv(out, &runs.comparison, 1, sort), 0);
    assert_int_equal(fclose(out), 0);
    const int code = csv_scan(path, &calls, NULL, &err);
    unlink(path);
    if (code != 0)
        fail_msg("%s", err.text);
    for (size_t i = 1; i < table_rows; i++)
        assert_int_equal(table_columns[i], table_columns[0]);
}

static const char *field(size_t row, const char *column)
{
    for (size_t c = 0; c < table_columns[0]; c++)
        if (strcmp(table[0][c], column) == 0)
            return table[row][c];
    fail_msg("there is no column %s", column);
    return "";
}

static void is(size_t row, const char *column, const char *value)
{
    if (strcmp(field(row, column), value) != 0)
        fail_msg("%s of row %zu is %s and not %s", column, row, field(row, column), value);
}

static size_t row_of(const char *verdict, const char *mode)
{
    for (size_t i = 1; i < table_rows; i++)
        if (strcmp(field(i, "verdict"), verdict) == 0 && strcmp(field(i, "mode"), mode) == 0)
            return i;
    fail_msg("no row %s of %s", verdict, mode);
    return 0;
}

static void test_csv(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    csv(COMPARE_BY_FILE);
    assert_int_equal(table_rows, 1 + 5 + 1 + 2);
    const size_t slower = row_of("slower", "thread-pool");
    assert_int_equal(slower, 2); /* serial comes first in the file */
    is(slower, "base", "before");
    is(slower, "other", "after");
    is(slower, "cell", "cpu thread-pool");
    is(slower, "workload", "cpu");
    is(slower, "workload_version", "1");
    is(slower, "params", "rounds=1000");
    is(slower, "tasks", "8");
    is(slower, "wait", "blocking");
    is(slower, "workers_a", "4");
    is(slower, "workers_b", "4");
    is(slower, "pin", "none");
    is(slower, "submit", "off");
    is(slower, "stack", "off");
    is(slower, "rate", "off");
    is(slower, "arrivals", "off");
    is(slower, "width_a", "1");
    is(slower, "width_b", "1");
    is(slower, "runs_a", "7");
    is(slower, "invocations_b", "1");
    is(slower, "median_a_ns", "65000000");
    is(slower, "median_a_lo_ns", "62000000");
    is(slower, "median_b_hi_ns", "71000000");
    is(slower, "ratio", "1.05");
    is(slower, "ratio_lo", "1.03");
    is(slower, "ratio_hi", "1.07");
    is(slower, "p", "0.012");
    is(slower, "needed", "off");
    is(slower, "needed_unit", "off");
    is(slower, "speedup_a", "2");
    is(slower, "reason", "off");
    row_of("faster", "thread");
    row_of("equivalent", "process-pool");
    const size_t open = row_of("inconclusive", "process");
    is(open, "needed", "34");
    is(open, "needed_unit", "runs");
}

static void test_csv_of_an_open_loop(void **state)
{
    (void)state;
    struct rows *sides[] = {&runs.rows_a, &runs.rows_b};
    for (size_t i = 0; i < 2; i++) {
        rows_add_runs(sides[i], "tcp", i ? "coroutine" : "event", 2, 60, 1, 7);
        for (size_t r = 0; r < 7; r++) {
            sides[i]->row[r].rate = 50000;
            sides[i]->row[r].arrivals = "poisson";
            sides[i]->row[r].width = 4;
            sides[i]->row[r].stack = i ? "shared" : "off";
        }
    }
    compare_runs_gather(&runs);
    const struct cell_group *group;
    runs.missing_b[0] = compare_runs_find(&runs.a, "tcp", "event", &group);
    runs.missing_a[0] = compare_runs_find(&runs.b, "tcp", "coroutine", &group);
    runs.comparison.missing_a_count = runs.comparison.missing_b_count = 1;
    csv(COMPARE_BY_FILE);
    const size_t missing = row_of("missing-a", "coroutine");
    is(missing, "cell",
       "tcp rounds=1000, 8 tasks, 50,000/s poisson, coroutine x2 width=4 "
       "stack=shared");
    is(missing, "rate", "50000");
    is(missing, "arrivals", "poisson");
    is(missing, "width_a", "off");
    is(missing, "width_b", "4");
    is(missing, "stack", "shared");
    is(row_of("missing-b", "event"), "width_a", "4");
    is(row_of("missing-b", "event"), "rate", "50000");
}

static void test_csv_rest(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    csv(COMPARE_BY_RATIO);
    is(1, "mode", "thread");
    const size_t refused = row_of("refused", "off");
    is(refused, "cell", "sleep thread");
    is(refused, "workload", "off");
    is(refused, "ratio", "off");
    is(refused, "reason", "the workload's version is 1 here and 2 there");
    const size_t missing_a = row_of("missing-a", "ring"),
                 missing_b = row_of("missing-b", "thread-spawn");
    is(missing_a, "workers_a", "off");
    is(missing_a, "workers_b", "2");
    is(missing_a, "median_a_ns", "off");
    is(missing_a, "median_b_ns", "56000000");
    is(missing_a, "median_b_lo_ns", "unknown"); /* 3 runs have no interval */
    is(missing_a, "speedup_a", "off");
    is(missing_b, "median_a_ns", "100000000");
    is(missing_b, "runs_a", "3");
    is(missing_b, "runs_b", "off");
    is(missing_b, "p", "off");
    is(missing_b, "speedup_a", "1.3");
    is(missing_b, "reason", "only the base has it");
}

static void fill_unknown(void)
{
    rows_add_runs(&runs.rows_a, "cpu", "thread", 4, 64, 1, 3);
    rows_add(&runs.rows_b, "cpu", "thread", 4, 64)->status = STATUS_CRASHED;
    compare_runs_gather(&runs);
    compare_runs_pair(&runs, "cpu", "thread", JUDGED_INCONCLUSIVE, (double)NAN, 0, 0, (double)NAN);
}

static void test_csv_unknown(void **state)
{
    (void)state;
    fill_unknown();
    csv(COMPARE_BY_CHANGE);
    assert_int_equal(table_rows, 2);
    is(1, "verdict", "unknown");
    is(1, "median_b_ns", "unknown");
    is(1, "ratio", "unknown");
    is(1, "ratio_hi", "unknown");
    is(1, "p", "unknown");
    is(1, "speedup_a", "unknown");
    is(1, "reason", "no measured run came out ok in the other");
}

#define BAD "x,\"y\"\n\033[2J\xc3\xa9\xff"

static void fill_hostile(void)
{
    rows_add_runs(&runs.rows_a, BAD, "m,\n\"", 4, 64, 1, 6);
    rows_add_runs(&runs.rows_b, BAD, "m,\n\"", 4, 64, 1, 6);
    compare_runs_gather(&runs);
    compare_runs_pair(&runs, BAD, "m,\n\"", JUDGED_SLOWER, 1.5, 1.4, 1.6, 0.001);
    strcpy(runs.refused[0].name, BAD);
    strcpy(runs.refused[0].reason, BAD);
    runs.comparison.refused_count = 1;
    runs.missing_b[0] = runs.cells[0].a;
    runs.comparison.missing_b_count = 1;
}

static void test_csv_hostile(void **state)
{
    (void)state;
    fill_hostile();
    csv(COMPARE_BY_NAME);
    assert_int_equal(table_rows, 4);
    is(1, "workload", "x,\"y\"  [2J\xc3\xa9?");
    is(1, "mode", "m, \"");
    is(2, "reason", "x,\"y\"  [2J\xc3\xa9?");
}

static void test_csv_nothing(void **state)
{
    (void)state;
    compare_runs_gather(&runs);
    csv(COMPARE_BY_FILE);
    assert_int_equal(table_rows, 1);
    assert_true(table_columns[0] > 30);
}

/* --- JSON --- */

static void load(enum compare_sort sort)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t why;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(compare_export_json(out, &runs.comparison, 1, sort, &judge_default), 0);
    assert_int_equal(fclose(out), 0);
    json_decref(json);
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        fail_msg("%s in\n%s", why.text, text);
    free(text);
}

static const json_t *first(void)
{
    return json_array_get(json_object_get(json, "comparisons"), 0);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        fail_msg("no text at %s", key);
    return text;
}

static double number_at(const json_t *object, const char *key)
{
    assert_true(json_is_number(json_object_get(object, key)));
    return json_number_value(json_object_get(object, key));
}

static const json_t *cell_of(const char *mode)
{
    const json_t *cells = json_object_get(first(), "cells");
    for (size_t i = 0; i < json_array_size(cells); i++)
        if (strcmp(text_at(json_array_get(cells, i), "mode"), mode) == 0)
            return json_array_get(cells, i);
    fail_msg("no cell of %s", mode);
    return NULL;
}

static void test_json_cells(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    load(COMPARE_BY_RATIO);
    assert_float_equal(number_at(json, "effect"), JUDGE_EFFECT, 1e-9);
    assert_int_equal(json_array_size(json_object_get(first(), "cells")), 5);
    assert_string_equal(text_at(json_array_get(json_object_get(first(), "cells"), 0), "mode"),
                        "thread");
    const json_t *cell = cell_of("thread-pool"), *base = json_object_get(cell, "base");
    assert_string_equal(text_at(cell, "name"), "cpu thread-pool");
    assert_string_equal(text_at(cell, "verdict"), "slower");
    assert_string_equal(text_at(cell, "params"), "rounds=1000");
    assert_float_equal(number_at(cell, "ratio"), 1.05, 1e-9);
    assert_float_equal(number_at(cell, "p"), 0.012, 1e-9);
    assert_float_equal(json_number_value(json_array_get(json_object_get(cell, "interval"), 1)),
                       1.07, 1e-9);
    assert_true(json_is_null(json_object_get(cell, "needed")));
    assert_float_equal(number_at(base, "median_ns"), 65e6, 1);
    assert_int_equal(number_at(base, "runs"), 7);
    assert_int_equal(number_at(base, "workers"), 4);
    assert_int_equal(number_at(base, "invocations"), 1);
    assert_float_equal(number_at(base, "speedup"), 2, 1e-9);
    assert_float_equal(number_at(cell, "speedup_ratio"), 65.0 / 68, 1e-9);
    assert_int_equal(number_at(cell_of("process"), "needed"), 34);
    assert_string_equal(text_at(cell_of("process"), "needed_unit"), "runs");
}

static void test_json_rest(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    runs.comparison.reference.ratio = 1.25;
    runs.a.noise = (struct judge_noise){.known = true, .sd = 0.01, .from = 9};
    runs.a.machine = json_pack("{s:s, s:s}", "host", "h1", "governor", "powersave");
    runs.b.machine = json_pack("{s:s, s:s}", "host", "h2", "governor", "performance");
    load(COMPARE_BY_FILE);
    assert_float_equal(number_at(first(), "geomean"), 0.992, 1e-9);
    assert_int_equal(number_at(first(), "geomean_cells"), 5);
    assert_float_equal(number_at(json_object_get(first(), "reference"), "ratio"), 1.25, 1e-9);
    const json_t *base = json_object_get(first(), "base"),
                 *other = json_object_get(first(), "other");
    assert_string_equal(text_at(base, "label"), "before");
    assert_string_equal(text_at(base, "folder"), "results/before");
    assert_string_equal(text_at(base, "host"), "h1");
    assert_float_equal(number_at(base, "noise_sd"), 0.01, 1e-9);
    assert_true(json_is_null(json_object_get(other, "noise_sd")));
    const json_t *refused = json_array_get(json_object_get(first(), "refused"), 0);
    assert_string_equal(text_at(refused, "name"), "sleep thread");
    const json_t *missing = json_object_get(first(), "missing");
    const json_t *ring = json_array_get(json_object_get(missing, "base"), 0);
    const json_t *spawn = json_array_get(json_object_get(missing, "other"), 0);
    assert_string_equal(text_at(json_object_get(ring, "cell"), "mode"), "ring");
    assert_string_equal(text_at(json_object_get(spawn, "cell"), "mode"), "thread-spawn");
    const json_t *winner = json_array_get(json_object_get(first(), "winners"), 0);
    assert_string_equal(text_at(json_object_get(winner, "work"), "workload"), "cpu");
    assert_true(strlen(text_at(json_object_get(winner, "base"), "sentence")) > 10);
    assert_string_not_equal(text_at(json_object_get(winner, "base"), "sentence"),
                            text_at(json_object_get(winner, "other"), "sentence"));
    const json_t *machines = json_object_get(first(), "machines");
    const json_t *one = json_array_get(json_object_get(machines, "differences"), 0);
    assert_true(json_is_true(json_object_get(machines, "known_base")));
    assert_int_equal(json_array_size(json_object_get(machines, "differences")), 1);
    assert_string_equal(text_at(one, "path"), "governor");
    assert_string_equal(text_at(one, "other"), "performance");
}

static void test_json_unknown(void **state)
{
    (void)state;
    fill_unknown();
    load(COMPARE_BY_P);
    const json_t *cell = cell_of("thread");
    static const char *const keys[] = {"ratio", "interval", "p", "verdict", "speedup_ratio"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(json_is_null(json_object_get(cell, keys[i])));
    assert_true(json_is_null(json_object_get(json_object_get(cell, "other"), "median_ns")));
    assert_true(json_is_null(json_object_get(first(), "geomean")));
    assert_true(json_is_null(json_object_get(json_object_get(first(), "base"), "host")));
    assert_true(
        json_is_false(json_object_get(json_object_get(first(), "machines"), "known_other")));
}

static void test_json_hostile(void **state)
{
    (void)state;
    fill_hostile();
    runs.a.folder = BAD;
    load(COMPARE_BY_NAME);
    const json_t *cell = json_array_get(json_object_get(first(), "cells"), 0);
    assert_string_equal(text_at(cell, "workload"), "x,\"y\"??[2J\xc3\xa9?");
    assert_string_equal(text_at(json_object_get(first(), "base"), "folder"),
                        "x,\"y\"??[2J\xc3\xa9?");
}

static void test_json_nothing(void **state)
{
    (void)state;
    compare_runs_gather(&runs);
    load(COMPARE_BY_FILE);
    assert_int_equal(json_array_size(json_object_get(first(), "cells")), 0);
    assert_int_equal(json_array_size(json_object_get(first(), "winners")), 0);
}

static void test_write_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    compare_runs_usual(&runs);
    assert_int_equal(compare_export_csv(full, &runs.comparison, 1, COMPARE_BY_FILE), -EIO);
    clearerr(full);
    assert_int_equal(
        compare_export_json(full, &runs.comparison, 1, COMPARE_BY_FILE, &judge_default), -EIO);
    fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_csv),          TEST(test_csv_of_an_open_loop), TEST(test_csv_rest),
        TEST(test_csv_unknown),  TEST(test_csv_hostile),         TEST(test_csv_nothing),
        TEST(test_json_cells),   TEST(test_json_rest),           TEST(test_json_unknown),
        TEST(test_json_hostile), TEST(test_json_nothing),        TEST(test_write_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
