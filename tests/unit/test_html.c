/* Texts of others in a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/html.h"

static void assert_made(void (*make)(FILE *out, const char *text), const char *text,
                        const char *expected)
{
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);
    assert_non_null(out);
    make(out, text);
    fclose(out);
    assert_string_equal(made, expected);
    free(made);
}

static void written(const char *text, const char *expected)
{
    assert_made(html_text, text, expected);
}

static void words(const char *text, const char *expected)
{
    assert_made(html_words, text, expected);
}

static void what_means_something_is_a_reference(void **state)
{
    (void)state;
    written("a < b && c > \"d\" 'e'", "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;");
    written("</script><script>", "&lt;/script&gt;&lt;script&gt;");
    written("", "");
}

static void figures_keep_their_units(void **state)
{
    (void)state;
    words("1.2 ms .. 14 ms", "1.2\u00a0ms .. 14\u00a0ms");
    words("(3.4% +- 94.9%); 443 KiB, 8 tasks", "(3.4% +- 94.9%); 443\u00a0KiB, 8 tasks");
    words("2 s, 3 min, 4 h & 5 B", "2\u00a0s, 3\u00a0min, 4\u00a0h &amp; 5\u00a0B");
    words("2 some 3 msec a ms  s", "2 some 3 msec a ms  s");
    words(" s", " s");
    words("\xff 1 s\u202e", "? 1\u00a0s?");
    written("1.2 ms", "1.2 ms"); /* what is copied from a page must be what it was */
}

static void letters_stay_and_controls_do_not(void **state)
{
    (void)state;
    written("gr\u00fc\u00df \u65e5\u672c \U0001F600", "gr\u00fc\u00df \u65e5\u672c \U0001F600");
    written("a\tb\nc\033[31m\x7f", "a?b?c?[31m?");
    written("\xc2\x85\u202e\u2066\ufeff\u200f", "?????");
}

static void what_is_no_utf8_is_a_mark_a_byte(void **state)
{
    (void)state;
    written("\xff", "?");
    written("\xc0\xbc", "??");           /* "<", overlong */
    written("\xe0\x80\xbc", "???");      /* the same, longer */
    written("\xed\xa0\x80", "???");      /* a surrogate */
    written("\xf4\x90\x80\x80", "????"); /* past the last */
    written("\xc3", "?");                /* cut off */
    written("\xc3<", "?&lt;");
    written("\x80z", "?z");
}

static void base64_is_that_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xff\xfe\xfd", "//79"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *made = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&made, &size);
        assert_non_null(out);
        html_base64(out, (const unsigned char *)pairs[i][0], strlen(pairs[i][0]));
        fclose(out);
        assert_string_equal(made, pairs[i][1]);
        free(made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_means_something_is_a_reference),
        cmocka_unit_test(figures_keep_their_units),
        cmocka_unit_test(letters_stay_and_controls_do_not),
        cmocka_unit_test(what_is_no_utf8_is_a_mark_a_byte),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
