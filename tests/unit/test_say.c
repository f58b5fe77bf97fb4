#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/say.h"

/* What one say() leaves on standard error. */
static const char *said(const char *typed)
{
    static char text[4096];
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    say("no '%s' here", typed);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void a_message_is_one_line_that_names_the_program(void **state)
{
    (void)state;
    assert_string_equal(said("cpu"), "bench: no 'cpu' here\n");
}

static void other_alphabets_pass(void **state)
{
    (void)state;
    assert_string_equal(said("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
                        "bench: no 'caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80' here\n");
}

static void no_control_reaches_the_terminal(void **state)
{
    (void)state;
    assert_string_equal(said("a\nb\rc\td"), "bench: no 'a?b?c?d' here\n");
    assert_string_equal(said("\033[31mred\007\177"), "bench: no '?[31mred?\?' here\n");
    assert_string_equal(said("\xc2\x9b"
                             "31m"),
                        "bench: no '?31m' here\n"); /* CSI as one character */
    assert_string_equal(said("\x9b"
                             "31m"),
                        "bench: no '?31m' here\n"); /* and as one byte */
    assert_string_equal(said("a\xe2\x80\xae"
                             "b\xd8\x9c\xe2\x81\xa9\xe2\x80\xa9"),
                        "bench: no 'a?b?\?\?' here\n");
    for (int c = 1; c < 32; c++) {
        assert_string_equal(said((const char[]){(char)c, '\0'}), "bench: no '?' here\n");
    }
}

static void a_long_message_is_cut(void **state)
{
    char long_text[3000];
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *text = said(long_text);
    size_t length = strlen(text);
    assert_in_range(length, 500, 1100);
    assert_int_equal(text[length - 1], '\n');
    assert_null(memchr(text, '\n', length - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_that_names_the_program),
        cmocka_unit_test(other_alphabets_pass),
        cmocka_unit_test(no_control_reaches_the_terminal),
        cmocka_unit_test(a_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
