#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/util/mix.h"
#include "workloads/params.h"

static const char *const accesses[] = {"stream", "random", NULL};

static const struct param count_param = {
    .name = "rounds", .type = PARAM_COUNT, .min = 1, .max = UINT64_C(1000000000000)};
static const struct param size_param = {.name = "buffer",
                                        .type = PARAM_SIZE,
                                        .min = 4096,
                                        .max = UINT64_C(1) << 40,
                                        .zero_means = "auto"};
static const struct param time_param = {
    .name = "duration", .type = PARAM_TIME, .min = 1000, .max = UINT64_C(3600000000000)};
static const struct param percent_param = {
    .name = "share", .type = PARAM_PERCENT, .min = 0, .max = 100};
static const struct param choice_param = {
    .name = "access", .type = PARAM_CHOICE, .choices = accesses};

static const struct param list_param = {.name = "list", .type = PARAM_LIST, .min = 1, .max = 255};
static const struct param small_list = {.name = "list", .type = PARAM_LIST, .min = 2, .max = 9};

static uint64_t parsed(const struct param *param, const char *text)
{
    struct error err = {""};
    uint64_t value = UINT64_MAX;
    if (param_parse(param, text, &value, &err) != 0) {
        fail_msg("%s=%s: %s", param->name, text, err.text);
    }
    return value;
}

/* The text must be refused with all of `words` in the message, and the value left alone. */
static void refused(const struct param *param, const char *text, const char *const *words)
{
    struct error err = {""};
    uint64_t value = 0xdead;
    assert_int_equal(param_parse(param, text, &value, &err), -EINVAL);
    assert_int_equal(value, 0xdead);
    for (; *words != NULL; words++) {
        if (strstr(err.text, *words) == NULL) {
            fail_msg("'%s' is not in: %s", *words, err.text);
        }
    }
}

#define REFUSED(param, text, ...) refused(param, text, (const char *const[]){__VA_ARGS__, NULL})

static void test_parse(void **state)
{
    (void)state;
    assert_int_equal(parsed(&count_param, "1e6"), 1000000);
    assert_int_equal(parsed(&count_param, "1"), 1);
    assert_int_equal(parsed(&count_param, "1e12"), UINT64_C(1000000000000));
    assert_int_equal(parsed(&size_param, "4KiB"), 4096);
    assert_int_equal(parsed(&size_param, "auto"), 0);
    assert_int_equal(parsed(&time_param, "10ms"), 10000000);
    assert_int_equal(parsed(&percent_param, "50%"), 50);
    assert_int_equal(parsed(&choice_param, "stream"), 0);
    assert_int_equal(parsed(&choice_param, "random"), 1);
    assert_int_equal(parsed(&list_param, "3:3:4"), 0x040303);
    assert_int_equal(parsed(&list_param, "255"), 255);
    assert_int_equal(parsed(&list_param, "1:2:3:4:5:6:7:8"), UINT64_C(0x0807060504030201));
}

static void test_refuse(void **state)
{
    (void)state;
    REFUSED(&count_param, "0", "rounds=0", "1 to 1e12");
    REFUSED(&count_param, "1000000000001", "1 to 1e12");
    REFUSED(&count_param, "99999999999999999999999", "1 to 1e12");
    REFUSED(&count_param, "many", "rounds=many", "whole number", "1 to 1e12");
    REFUSED(&count_param, "auto", "whole number");
    REFUSED(&size_param, "0", "buffer=0", "auto, or 4KiB to 1TiB"); /* only the word means it */
    REFUSED(&size_param, "0MiB", "auto, or 4KiB to 1TiB");
    REFUSED(&size_param, "4095", "auto, or 4KiB to 1TiB");
    REFUSED(&size_param, "4095KB", "64KiB");
    REFUSED(&time_param, "0", "1us to 1h");
    REFUSED(&time_param, "2h", "1us to 1h");
    REFUSED(&time_param, "10", "unit", "1us to 1h");
    REFUSED(&percent_param, "101", "0% to 100%");
    REFUSED(&choice_param, "rnadom", "did you mean 'random'", "stream|random");
    REFUSED(&choice_param, "zigzag", "stream|random");
    REFUSED(&choice_param, "", "stream|random");
    REFUSED(&list_param, "3:0:4", "list=3:0:4", "1 to 8 numbers of 1 to 255 with ':' between");
    REFUSED(&list_param, "3:256", "1 to 255");
    REFUSED(&list_param, "1:1:1:1:1:1:1:1:1", "1 to 8 numbers");
    REFUSED(&list_param, "3::4", "such as 3:3:4");
    REFUSED(&list_param, "3:4:", "such as 3:3:4");
    REFUSED(&list_param, ":", "such as 3:3:4");
    REFUSED(&list_param, "", "such as 3:3:4");
    REFUSED(&list_param, "3;4", "such as 3:3:4");
    REFUSED(&list_param, "99999999999999999999999:1", "1 to 255");
    REFUSED(&small_list, "5:9:1", "2 to 9");
    REFUSED(&small_list, "10:5", "2 to 9");
}

static void test_no_error_object(void **state)
{
    uint64_t value = 0;
    (void)state;
    assert_int_equal(param_parse(&count_param, "many", &value, NULL), -EINVAL);
}

static void test_format(void **state)
{
    char text[64];
    (void)state;
    assert_string_equal(param_format(&count_param, 1000000, text, sizeof text), "1000000");
    assert_string_equal(param_format(&size_param, 0, text, sizeof text), "auto");
    assert_string_equal(param_format(&size_param, 65536, text, sizeof text), "64KiB");
    assert_string_equal(param_format(&time_param, 10000000, text, sizeof text), "10ms");
    assert_string_equal(param_format(&percent_param, 50, text, sizeof text), "50%");
    assert_string_equal(param_format(&choice_param, 1, text, sizeof text), "random");
    assert_string_equal(param_format(&list_param, 0x040303, text, sizeof text), "3:3:4");
    assert_string_equal(param_format(&list_param, UINT64_MAX, text, sizeof text),
                        "255:255:255:255:255:255:255:255");
    assert_string_equal(param_format(&list_param, 7, text, sizeof text), "7");
}

static void test_range(void **state)
{
    char text[64];
    (void)state;
    assert_string_equal(param_range(&count_param, text, sizeof text), "1 to 1e12");
    assert_string_equal(param_range(&size_param, text, sizeof text), "auto, or 4KiB to 1TiB");
    assert_string_equal(param_range(&time_param, text, sizeof text), "1us to 1h");
    assert_string_equal(param_range(&percent_param, text, sizeof text), "0% to 100%");
    assert_string_equal(param_range(&choice_param, text, sizeof text), "stream|random");
    assert_string_equal(param_range(&small_list, text, sizeof text),
                        "1 to 8 numbers of 2 to 9 with ':' between");
}

static void test_round_trip(void **state)
{
    static const struct param *const params[] = {&count_param, &size_param, &time_param,
                                                 &percent_param};
    uint64_t random = 3;
    (void)state;
    for (size_t p = 0; p < sizeof params / sizeof params[0]; p++) {
        uint64_t span = params[p]->max - params[p]->min + 1;
        for (int i = 0; i < 5000; i++) {
            char text[64];
            uint64_t value = params[p]->min + mix_below(&random, span);
            param_format(params[p], value, text, sizeof text);
            assert_true(parsed(params[p], text) == value);
        }
    }
}

static void test_lists_round_trip(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        uint64_t list = 0;
        char text[64];
        unsigned count = 1 + (unsigned)mix_below(&random, PARAM_LIST_MAX);
        for (unsigned n = 0; n < count; n++) {
            list |= (1 + mix_below(&random, 255)) << (8 * n);
        }
        assert_int_equal(param_list_count(list), count);
        param_format(&list_param, list, text, sizeof text);
        assert_true(parsed(&list_param, text) == list);
    }
}

static void test_small_buffers(void **state)
{
    char text[8] = "xxxxxxx";
    (void)state;
    param_range(&choice_param, text, 4);
    assert_string_equal(text, "str");
    assert_int_equal(text[4], 'x');
    param_range(&size_param, text, 4);
    assert_string_equal(text, "aut");
    param_format(&list_param, 0x040303, text, 4);
    assert_string_equal(text, "3:3");
    assert_int_equal(text[4], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_no_error_object),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_lists_round_trip),
        cmocka_unit_test(test_small_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
