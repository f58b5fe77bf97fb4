/* What the commands' options have in common: values in and out of range, and what is said. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/command_line.h"

static struct error err;

static void said(int rc, const char *one, const char *other)
{
    assert_int_equal(rc, -EINVAL);
    if (!strstr(err.text, one) || !strstr(err.text, other))
        fail_msg("'%s' and '%s' are not in: %s", one, other, err.text);
}

static void shares_are_percentages(void **state)
{
    (void)state;
    double share = 0;
    assert_int_equal(command_line_share("--x", "2%", 0.01, 100, &share, &err), 0);
    assert_true(share == 0.02);
    assert_int_equal(command_line_share("--x", "0.5", 0.01, 100, &share, &err), 0);
    assert_true(share == 0.005);
    assert_int_equal(command_line_share("--x", "100%", 0.01, 100, &share, &err), 0);
    assert_true(share == 1);
    static const char *const bad[] = {
        "",    "%",   "2 %",  "-2%", "2%%", "1e1",
        ".5",  "5.",  "nan",  "0",   "0%",  "100.1",
        "inf", "0x2", "1,5%", "+2%", "2x",  "99999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        said(command_line_share("--x", bad[i], 0.01, 100, &share, &err), "--x",
             "percentage from 0.01% to 100%");
}

static void times_have_a_least(void **state)
{
    (void)state;
    uint64_t ns = 0;
    assert_int_equal(command_line_time("--x", "1.5s", 1000, &ns, &err), 0);
    assert_int_equal(ns, UINT64_C(1500000000));
    assert_int_equal(command_line_time("--x", "0", 0, &ns, &err), 0);
    assert_int_equal(command_line_time("--x", "168h", 0, &ns, &err), 0);
    said(command_line_time("--x", "999us", 1000000, &ns, &err), "--x", "from 1ms to 168h");
    said(command_line_time("--x", "169h", 0, &ns, &err), "--x", "168h");
    said(command_line_time("--x", "5", 0, &ns, &err), "'5'", "30s");
}

static void numbers_have_ranges(void **state)
{
    (void)state;
    uint64_t number = 0;
    assert_int_equal(command_line_number("--x", "2k", 1, 2000, &number, &err), 0);
    assert_int_equal(number, 2000);
    said(command_line_number("--x", "2001", 1, 2000, &number, &err), "'2001'", "from 1 to 2000");
    said(command_line_number("--x", "0", 1, 2000, &number, &err), "--x", "whole number");
}

static void choices_are_words(void **state)
{
    (void)state;
    static const char *const names[] = {"table", "markdown", "csv", NULL};
    unsigned chosen = 9;
    assert_int_equal(command_line_choice("value of --x", "csv", names, &chosen, &err), 0);
    assert_int_equal(chosen, 2);
    said(command_line_choice("value of --x", "tabel", names, &chosen, &err),
         "unknown value of --x 'tabel'", "did you mean 'table'?");
    said(command_line_choice("value of --x", "yaml", names, &chosen, &err), "'yaml'",
         "known: table, markdown, csv");
}

static void what_getopt_refuses_is_explained(void **state)
{
    (void)state;
    static const struct option known[] = {{"format", required_argument, NULL, 1},
                                          {"quiet", no_argument, NULL, 2},
                                          {NULL, 0, NULL, 0}};
    said(command_line_bad(known, "compare", "--format", ':', &err), "--format needs a value",
         "bench help compare");
    said(command_line_bad(known, "compare", "--quiet=yes", '?', &err), "--quiet", "takes no value");
    said(command_line_bad(known, "compare", "--formt", '?', &err), "'--formt'",
         "did you mean '--format'?");
    said(command_line_bad(known, "compare", "--nothing-like-it", '?', &err), "unknown option",
         "bench help compare");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_percentages),
        cmocka_unit_test(times_have_a_least),
        cmocka_unit_test(numbers_have_ranges),
        cmocka_unit_test(choices_are_words),
        cmocka_unit_test(what_getopt_refuses_is_explained),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
