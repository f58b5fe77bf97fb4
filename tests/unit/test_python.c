/* What CPython's shapes print, read as data of another program. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/results/timings.h"
#include "bench/suite/python.h"

static struct python python;
static struct error err;

#define ROW                                                                                    \
    "{\"shape\": \"cpu\", \"mode\": \"threads\", \"tasks\": 4, \"workers\": 4, \"block\": 2, " \
    "\"switch_interval_s\": 0.005, \"wall_ns\": 109113112}"
#define ABOUT                                                                    \
    "{\"version\": \"3.11.2\", \"implementation\": \"CPython\", \"gil\": true, " \
    "\"free_threaded_build\": false}"
#define ANSWER(rows)                                                                              \
    "{\"schema\": 1, \"python\": " ABOUT ", \"settings\": {\"rounds\": 200000}, \"rows\": [" rows \
    "]}"

static int take(const char *text)
{
    json_error_t why;
    json_t *answer = json_loads(text, 0, &why);
    if (!answer)
        fail_msg("%s: %s", why.text, text);
    const int rc = python_take(&python, answer, &err);
    json_decref(answer);
    return rc;
}

static int stop(void **state)
{
    (void)state;
    python_free(&python);
    return 0;
}

static void test_a_row(void **state)
{
    (void)state;
    assert_int_equal(take(ANSWER(ROW)), 0);
    assert_int_equal(python.count, 1);
    const struct python_row *row = &python.rows[0];
    assert_string_equal(row->shape, "cpu");
    assert_string_equal(row->mode, "threads");
    assert_int_equal(row->tasks, 4);
    assert_int_equal(row->workers, 4);
    assert_int_equal(row->block, 2);
    assert_int_equal(row->switch_ns, 5000000);
    assert_int_equal(row->wall_ns, 109113112);
    assert_int_equal(row->rounds, 200000);
    assert_true(row->lateness_p50_ns == FIGURE_OFF && row->lost_updates == FIGURE_OFF);
    assert_string_equal(python.name, "CPython 3.11.2 (GIL on)");
}

static void test_lateness_and_lost(void **state)
{
    (void)state;
    assert_int_equal(take(ANSWER("{\"shape\": \"beside\", \"mode\": \"threads\", \"tasks\": 4, "
                                 "\"workers\": 4, \"block\": 0, \"wall_ns\": 1e9, \"lost\": 99, "
                                 "\"lateness_ns\": {\"p50\": 5080123, \"p99\": 5301234, \"max\": "
                                 "9912345}}")),
                     0);
    assert_int_equal(python.rows[0].wall_ns, 1000000000);
    assert_int_equal(python.rows[0].lateness_p50_ns, 5080123);
    assert_int_equal(python.rows[0].lateness_p99_ns, 5301234);
    assert_int_equal(python.rows[0].lateness_max_ns, 9912345);
    assert_int_equal(python.rows[0].lost_updates, 99);
}

static void test_answers_add_up(void **state)
{
    (void)state;
    assert_int_equal(take(ANSWER(ROW)), 0);
    assert_int_equal(take(ANSWER(ROW ", " ROW)), 0);
    assert_int_equal(python.count, 3);
    assert_string_equal(python.rows[0].shape, "cpu"); /* its text is still there */
}

static void test_what_failed_and_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(take("{\"schema\": 1, \"python\": " ABOUT ", \"rows\": [], \"failed\": "
                          "[{\"mode\": \"processes\", \"reason\": \"too\\u0007late\"}, {}], "
                          "\"missing\": [{\"mode\": \"gevent\", \"reason\": \"none\"}]}"),
                     0);
    assert_int_equal(python.count, 0);
    assert_int_equal(python.failed, 2);
    assert_string_equal(python.why, "processes: too?late");
}

static void test_interpreters(void **state)
{
    (void)state;
    static const struct {
        const char *about, *name;
    } cases[] = {{"{\"version\": \"3.13.0\", \"implementation\": \"CPython\", \"gil\": false, "
                  "\"free_threaded_build\": true}",
                  "CPython 3.13.0 (free-threaded build, GIL off)"},
                 {"{\"version\": \"3.13.0\", \"implementation\": \"CPython\", \"gil\": true, "
                  "\"free_threaded_build\": true}",
                  "CPython 3.13.0 (free-threaded build, GIL on)"},
                 {"{\"version\": \"7.3\", \"implementation\": \"PyPy\", \"gil\": \"unknown\"}",
                  "PyPy 7.3 (GIL unknown)"}};
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"schema\": 1, \"python\": %s, \"rows\": []}",
                 cases[i].about);
        assert_int_equal(take(text), 0);
        assert_string_equal(python.name, cases[i].name);
    }
}

static void refused(const char *text, const char *word)
{
    assert_int_equal(take(text), -EINVAL);
    if (!strstr(err.text, word))
        fail_msg("'%s' has no '%s'", err.text, word);
    assert_int_equal(python.count, 0);
}

static void test_bad_answers(void **state)
{
    (void)state;
#define BAD_ROW(text) ANSWER("{" text "}")
    refused("{}", "'schema'");
    refused("[]", "'schema'");
    refused("{\"schema\": 2, \"rows\": []}", "'schema'");
    refused("{\"schema\": 1}", "'rows'");
    refused("{\"schema\": 1, \"rows\": {}}", "'rows'");
    refused("{\"schema\": 1, \"rows\": [], \"python\": {\"version\": 3}}", "'python'");
    refused(ANSWER("7"), "'shape'");
    refused(BAD_ROW("\"shape\": \"a,b\""), "'shape'");
    refused(BAD_ROW("\"shape\": \"\""), "'shape'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\\u001bb\""), "'mode'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\", \"tasks\": -1"), "'tasks'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\", \"tasks\": 1e300"), "'tasks'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\", \"tasks\": 1, \"workers\": \"4\""),
            "'workers'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\", \"tasks\": 1, \"workers\": 4"),
            "'block'");
    refused(BAD_ROW("\"shape\": \"cpu\", \"mode\": \"a\", \"tasks\": 1, \"workers\": 4, "
                    "\"block\": 0, \"wall_ns\": 0"),
            "'wall_ns'");
    refused(ANSWER(ROW ", {}"), "'shape'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_row, stop),
        cmocka_unit_test_teardown(test_lateness_and_lost, stop),
        cmocka_unit_test_teardown(test_answers_add_up, stop),
        cmocka_unit_test_teardown(test_what_failed_and_what_is_missing, stop),
        cmocka_unit_test_teardown(test_interpreters, stop),
        cmocka_unit_test_teardown(test_bad_answers, stop),
    };
    return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
