#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/util/mix.h"
#include "bench/util/units.h"

typedef int parser(const char *text, uint64_t *value);

struct example {
    const char *text;
    int code;
    uint64_t value; /* where code is 0 */
};

static void check(parser *parse, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0xdead;
        int code = parse(examples[i].text, &value);
        uint64_t wanted = examples[i].code == 0 ? examples[i].value : 0xdead;
        if (code != examples[i].code || value != wanted) {
            fail_msg("'%s': code %d value %" PRIu64 ", wanted %d %" PRIu64, examples[i].text, code,
                     value, examples[i].code, wanted);
        }
    }
}

#define CHECK(parse, examples) check(parse, examples, sizeof examples / sizeof examples[0])

static void test_count(void **state)
{
    static const struct example examples[] = {
        {"0", 0, 0},
        {"1000", 0, 1000},
        {"007", 0, 7},
        {"1e6", 0, 1000000},
        {"1E6", 0, 1000000},
        {"2.5k", 0, 2500},
        {"1.5e3", 0, 1500},
        {"1e2k", 0, 100000},
        {"3M", 0, 3000000},
        {"3G", 0, 3000000000},
        {"3T", 0, 3000000000000},
        {"1.500", -EINVAL, 0},
        {"2.000", 0, 2},
        {"0.000000000000000000000000000000000000000000000", 0, 0},
        {"0e999999999999", 0, 0},
        {"1.00000000000000000000000000000000000000000001", -EINVAL, 0},
        {"18446744073709551615", 0, UINT64_MAX},
        {"18446744073709551616", -ERANGE, 0},
        {"18446744073709551.615k", 0, UINT64_MAX},
        {"18446744073709551.616k", -ERANGE, 0},
        {"99999999999999999999999999999999999999999999999", -ERANGE, 0},
        {"1e19", 0, UINT64_C(10000000000000000000)},
        {"1e20", -ERANGE, 0},
        {"1e99999999999999999999", -ERANGE, 0},
        {"0.5", -EINVAL, 0},
        {"", -EINVAL, 0},
        {" 1", -EINVAL, 0},
        {"1 ", -EINVAL, 0},
        {"+1", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"1e-3", -EINVAL, 0},
        {"1e+3", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
        {"1.", -EINVAL, 0},
        {".5k", -EINVAL, 0},
        {"1e", -EINVAL, 0},
        {"1.2.3k", -EINVAL, 0},
        {"1K", -EINVAL, 0},
        {"1kk", -EINVAL, 0},
        {"1,000", -EINVAL, 0},
        {"nan", -EINVAL, 0},
        {"inf", -EINVAL, 0},
        {"k", -EINVAL, 0},
    };
    (void)state;
    CHECK(units_parse_count, examples);
}

static void test_size(void **state)
{
    static const struct example examples[] = {
        {"4096", 0, 4096},
        {"4096B", 0, 4096},
        {"64KiB", 0, 65536},
        {"4MiB", 0, 4194304},
        {"1GiB", 0, 1073741824},
        {"1TiB", 0, UINT64_C(1099511627776)},
        {"1.5KiB", 0, 1536},
        {"1kB", 0, 1000},
        {"1MB", 0, 1000000},
        {"1GB", 0, 1000000000},
        {"1TB", 0, UINT64_C(1000000000000)},
        {"16777215TiB", 0, UINT64_C(16777215) << 40},
        {"16777216TiB", -ERANGE, 0},
        {"0.3KiB", -EINVAL, 0},
        {"1.5B", -EINVAL, 0},
        {"64K", -EINVAL, 0},
        {"64kib", -EINVAL, 0},
        {"64 KiB", -EINVAL, 0},
        {"64ms", -EINVAL, 0},
        {"KiB", -EINVAL, 0},
    };
    (void)state;
    CHECK(units_parse_size, examples);
}

static void test_time(void **state)
{
    static const struct example examples[] = {
        {"0", 0, 0},
        {"0ms", 0, 0},
        {"10ns", 0, 10},
        {"50us", 0, 50000},
        {"5ms", 0, 5000000},
        {"1.5s", 0, 1500000000},
        {"2m", 0, UINT64_C(120000000000)},
        {"1h", 0, UINT64_C(3600000000000)},
        {"1e3ms", 0, 1000000000},
        {"0.000000001s", 0, 1},
        {"5124095h", 0, UINT64_C(5124095) * UINT64_C(3600000000000)},
        {"5124096h", -ERANGE, 0},
        {"10", -EINVAL, 0},
        {"0.5ns", -EINVAL, 0},
        {"0.0000000001s", -EINVAL, 0},
        {"10min", -EINVAL, 0},
        {"10 ms", -EINVAL, 0},
        {"-1s", -EINVAL, 0},
        {"ms", -EINVAL, 0},
        {"", -EINVAL, 0},
    };
    (void)state;
    CHECK(units_parse_time, examples);
}

static void test_percent(void **state)
{
    static const struct example examples[] = {
        {"0", 0, 0},          {"50", 0, 50},         {"50%", 0, 50},       {"100%", 0, 100},
        {"101", -ERANGE, 0},  {"1000%", -ERANGE, 0}, {"1e30", -ERANGE, 0}, {"12.5%", -EINVAL, 0},
        {"%", -EINVAL, 0},    {"", -EINVAL, 0},      {"-1", -EINVAL, 0},   {"50%%", -EINVAL, 0},
        {"50 %", -EINVAL, 0}, {"0.5", -EINVAL, 0},
    };
    (void)state;
    CHECK(units_parse_percent, examples);
}

static void test_exact_examples(void **state)
{
    char text[64];
    (void)state;
    assert_string_equal(units_exact_time(text, sizeof text, 0), "0");
    assert_string_equal(units_exact_time(text, sizeof text, 50000000), "50ms");
    assert_string_equal(units_exact_time(text, sizeof text, 1500000000), "1500ms");
    assert_string_equal(units_exact_time(text, sizeof text, 90 * UINT64_C(1000000000)), "90s");
    assert_string_equal(units_exact_time(text, sizeof text, 7200 * UINT64_C(1000000000)), "2h");
    assert_string_equal(units_exact_time(text, sizeof text, 1234567), "1234567ns");
    assert_string_equal(units_exact_size(text, sizeof text, 0), "0");
    assert_string_equal(units_exact_size(text, sizeof text, 4194304), "4MiB");
    assert_string_equal(units_exact_size(text, sizeof text, 1000000), "1000000");
    assert_string_equal(units_exact_size(text, sizeof text, 1536), "1536");
}

/* Numbers with every mixture of factors that units are made of. */
static uint64_t awkward_number(uint64_t *random)
{
    static const uint64_t scales[] = {
        1,       1000,    1000000, 1000000000,       UINT64_C(60000000000),
        1 << 10, 1 << 20, 1 << 30, UINT64_C(1) << 40};
    uint64_t value = mix_next(random) >> mix_below(random, 64);
    uint64_t scale = scales[mix_below(random, sizeof scales / sizeof scales[0])];
    return value <= UINT64_MAX / scale ? value * scale : value;
}

static void test_exact_round_trip(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t value = i == 0 ? UINT64_MAX : awkward_number(&random), back = value + 1;
        char text[64];
        assert_int_equal(units_parse_time(units_exact_time(text, sizeof text, value), &back), 0);
        assert_true(back == value);
        back = value + 1;
        assert_int_equal(units_parse_size(units_exact_size(text, sizeof text, value), &back), 0);
        assert_true(back == value);
    }
}

/* "A.BCD" of a unit is exact, or refused: never rounded. */
static void test_fractions_are_exact(void **state)
{
    uint64_t random = 11;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t whole = mix_below(&random, 1000000), digits = mix_below(&random, 100000);
        uint64_t value = 0;
        char text[64];
        snprintf(text, sizeof text, "%" PRIu64 ".%05" PRIu64 "k", whole, digits);
        int code = units_parse_count(text, &value);
        uint64_t hundred_thousandths = (whole * 100000 + digits) * 1000;
        if (hundred_thousandths % 100000 == 0) {
            assert_int_equal(code, 0);
            assert_true(value == hundred_thousandths / 100000);
        } else {
            assert_int_equal(code, -EINVAL);
        }
    }
}

static void test_human(void **state)
{
    char text[64];
    (void)state;
    assert_string_equal(units_human_time(text, sizeof text, 0), "0 ns");
    assert_string_equal(units_human_time(text, sizeof text, 12.3e6), "12.3 ms");
    assert_string_equal(units_human_time(text, sizeof text, 1.234e9), "1.23 s");
    assert_string_equal(units_human_time(text, sizeof text, 999.4e3), "999 us");
    assert_string_equal(units_human_time(text, sizeof text, 999.6e3), "1.00 ms");
    assert_string_equal(units_human_time(text, sizeof text, 9.996e6), "10.0 ms");
    assert_string_equal(units_human_time(text, sizeof text, 99.96e6), "100 ms");
    assert_string_equal(units_human_time(text, sizeof text, 600e9), "10.0 min");
    assert_string_equal(units_human_time(text, sizeof text, 36000e9), "10.0 h");
    assert_string_equal(units_human_time(text, sizeof text, -12.3e6), "-12.3 ms");
    assert_string_equal(units_human_time(text, sizeof text, (double)NAN), "n/a");
    assert_string_equal(units_human_time(text, sizeof text, (double)INFINITY), "n/a");
    assert_string_equal(units_human_size(text, sizeof text, 512), "512 B");
    assert_string_equal(units_human_size(text, sizeof text, 960 * 0x1p20), "960 MiB");
    assert_string_equal(units_human_size(text, sizeof text, 1.5 * 0x1p30), "1.50 GiB");
    assert_string_equal(units_human_size(text, sizeof text, 1023.9 * 0x1p20), "1.00 GiB");
    assert_string_equal(units_human_size(text, sizeof text, (double)NAN), "n/a");
}

static void test_small_buffers(void **state)
{
    char text[8] = "xxxxxxx";
    (void)state;
    units_exact_time(text, 4, UINT64_MAX);
    assert_int_equal(strlen(text), 3);
    assert_int_equal(text[4], 'x');
    units_human_time(text, 4, DBL_MAX);
    assert_int_equal(strlen(text), 3);
    assert_int_equal(text[4], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_exact_examples),
        cmocka_unit_test(test_exact_round_trip),
        cmocka_unit_test(test_fractions_are_exact),
        cmocka_unit_test(test_human),
        cmocka_unit_test(test_small_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
