#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/util/names.h"

static const char *const modes[] = {"serial",        "thread",      "process",
                                    "process-spawn", "thread-pool", "process-pool"};
enum { MODES = sizeof modes / sizeof modes[0] };

static const char *nearest(const char *typed)
{
    int index = names_nearest(typed, modes, MODES);
    return index < 0 ? "" : modes[index];
}

static void test_slips(void **state)
{
    (void)state;
    assert_string_equal(nearest("serial"), "serial");
    assert_string_equal(nearest("seriall"), "serial");  /* insert */
    assert_string_equal(nearest("thred"), "thread");    /* delete */
    assert_string_equal(nearest("prozess"), "process"); /* replace */
    assert_string_equal(nearest("thraed"), "thread");   /* swap */
    assert_string_equal(nearest("threads"), "thread");  /* plural */
    assert_string_equal(nearest("threadpool"), "thread-pool");
    assert_string_equal(nearest("process_pool"), "process-pool");
    assert_string_equal(nearest("SERIAL"), "serial");
}

static void test_far_names(void **state)
{
    (void)state;
    assert_string_equal(nearest("coroutine"), "");
    assert_string_equal(nearest("x"), "");
    assert_string_equal(nearest(""), "");
    assert_int_equal(names_nearest("thread", modes, 0), -1);
}

/* A swap of neighbours is one slip, not two: of three letters one may be wrong. */
static void test_swap_costs_one(void **state)
{
    static const char *const known[] = {"cpu"};
    (void)state;
    assert_int_equal(names_nearest("cup", known, 1), 0);
    assert_int_equal(names_nearest("puc", known, 1), -1);
    assert_int_equal(names_nearest("pcx", known, 1), -1);
}

/* The limit is a third of the longer name, rounded up. */
static void test_limit(void **state)
{
    static const char *const known[] = {"abcd", "abcdefg"};
    (void)state;
    assert_int_equal(names_nearest("abxy", known, 1), 0);         /* 2 of 4 */
    assert_int_equal(names_nearest("axyz", known, 1), -1);        /* 3 of 4 */
    assert_int_equal(names_nearest("abcdxyz", known + 1, 1), 0);  /* 3 of 7 */
    assert_int_equal(names_nearest("abcwxyz", known + 1, 1), -1); /* 4 of 7 */
}

static void test_nearest_wins_and_first_of_equals(void **state)
{
    static const char *const known[] = {"flout", "float", "flows"};
    (void)state;
    assert_int_equal(names_nearest("float", known, 3), 1);
    assert_int_equal(names_nearest("flost", known, 3), 0);
}

static void test_long_texts(void **state)
{
    char text[300];
    const char *known[] = {text, "cpu"};
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(names_nearest(text, known, 2), -1);
    assert_int_equal(names_nearest("cpu", known, 2), 1);
    text[64] = '\0';
    assert_int_equal(names_nearest(text, known, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slips),
        cmocka_unit_test(test_far_names),
        cmocka_unit_test(test_swap_costs_one),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_nearest_wins_and_first_of_equals),
        cmocka_unit_test(test_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
