/* The order of texts that hold numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/util/natural.h"

static void rises(const char *const *texts)
{
    for (size_t i = 0; texts[i]; i++)
        for (size_t j = 0; texts[j]; j++) {
            const int order = natural_compare(texts[i], texts[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("\"%s\" and \"%s\": %d", texts[i], texts[j], order);
        }
}

static void numbers_are_read_as_numbers(void **state)
{
    (void)state;
    rises((const char *const[]){"share=0%", "share=10%", "share=20%", "share=100%", NULL});
    rises((const char *const[]){"9", "10", "11", "100", "18446744073709551616", NULL});
    rises((const char *const[]){"0.25", "0.5", "1", "1.25", "1.5", "2", "10.5", NULL});
    rises((const char *const[]){"rr;slice=2ms", "rr;slice=10ms", NULL});
    rises((const char *const[]){"list=3:3:4", "list=3:10:4", "list=20:3:4", NULL});
}

static void units_are_read(void **state)
{
    (void)state;
    rises((const char *const[]){"t=0", "t=10us", "t=1ms", "t=1.5ms", "t=2s", "t=1m", "t=1h", NULL});
    rises(
        (const char *const[]){"size=8", "size=4KiB", "size=64KiB", "size=1MiB", "size=1GiB", NULL});
}

/* A number that ties leaves it to what follows, and to the texts in the end. */
static void the_same_number_written_twice(void **state)
{
    (void)state;
    rises((const char *const[]){"1000ms", "1s", NULL});
    rises((const char *const[]){"1s;n=1", "1000ms;n=2", "1s;n=10", NULL});
    rises((const char *const[]){"01", "1", NULL});
    rises((const char *const[]){"9007199254740992", "9007199254740993", NULL});
    assert_int_equal(natural_compare("share=20%", "share=20%"), 0);
    assert_int_equal(natural_compare("", ""), 0);
}

static void other_texts_are_as_strcmp(void **state)
{
    (void)state;
    rises((const char *const[]){"", "a", "ab", "b", "\xc3\xa9", NULL});
    rises((const char *const[]){"access=random", "access=stream", NULL});
    rises((const char *const[]){"a", "a1", "ab", NULL});
    rises((const char *const[]){"2x", "10x", "10y", NULL});       /* no unit */
    rises((const char *const[]){"1.", "1.x", "2.", "10.", NULL}); /* no fraction */
    rises((const char *const[]){"4mutex", "30mutex", NULL});
}

/* Each of three texts against each other: what sorts by it needs that. */
static void it_is_an_order(void **state)
{
    (void)state;
    static const char *const texts[] = {"1",   "1s",  "1000ms", "1x",   "1.5s", "1.5", "10", "1e",
                                        "1e3", "2k",  "2000",   "a",    "1;",   "1%",  "",   "0",
                                        "00",  "0x1", "1.2.3",  "1KiB", "1024", ".5",  "5"};
    const size_t count = sizeof texts / sizeof *texts;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            assert_true((natural_compare(texts[i], texts[j]) == 0) == (i == j));
            assert_true((natural_compare(texts[i], texts[j]) < 0) ==
                        (natural_compare(texts[j], texts[i]) > 0));
            for (size_t k = 0; k < count; k++)
                if (natural_compare(texts[i], texts[j]) < 0 &&
                    natural_compare(texts[j], texts[k]) < 0)
                    assert_true(natural_compare(texts[i], texts[k]) < 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_numbers),
        cmocka_unit_test(units_are_read),
        cmocka_unit_test(the_same_number_written_twice),
        cmocka_unit_test(other_texts_are_as_strcmp),
        cmocka_unit_test(it_is_an_order),
    };
    return cmocka_run_group_tests_name("natural", tests, NULL, NULL);
}
