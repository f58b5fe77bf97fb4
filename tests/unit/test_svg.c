/* gnuplot's SVGs made fit to be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/svg.h"

static void assert_refined(const char *svg, const char *title, const char *style,
                           const char *expected)
{
    size_t size = 0;
    char *made = svg_refine(svg, strlen(svg), title, style, &size);
    assert_non_null(made);
    assert_int_equal(size, strlen(made));
    assert_string_equal(made, expected);
    free(made);
}

static void refined(const char *svg, const char *expected)
{
    assert_refined(svg, NULL, NULL, expected);
}

static void its_own_words_are_left_out(void **state)
{
    (void)state;
    refined(
        "<svg>\n\n<title>Gnuplot</title>\n<desc>Produced by GNUPLOT 5.4 </desc>\n\n<g/></svg>\n",
        "<svg>\n<g/></svg>\n");
    refined("<svg><g id=\"a\" ><title>data skip 1 using (x(1))</title>\n<g>\n</g></g></svg>",
            "<svg><g id=\"a\"><g>\n</g></g></svg>");
    refined("<svg><title>never ends", "<svg>");
}

static void it_is_named_after_what_it_shows(void **state)
{
    (void)state;
    const char *svg =
        "<?xml version=\"1.0\"  standalone=\"no\"?>\n<svg \n width=\"9\"\n>\n<title>Gnuplot"
        "</title>\n</svg>\n";
    assert_refined(svg, "a < b & \"c\"\x01", NULL,
                   "<?xml version=\"1.0\"  standalone=\"no\"?>\n<svg width=\"9\">\n"
                   "<title>a &lt; b &amp; &quot;c&quot;?</title>\n</svg>\n");
    assert_refined(svg, NULL, "a{b:c}",
                   "<?xml version=\"1.0\"  standalone=\"no\"?>\n<svg width=\"9\">\n"
                   "<style>a{b:c}</style>\n</svg>\n");
    /* Within it, another one is no head. */
    assert_refined("<svg><svg></svg></svg>", "t", NULL, "<svg>\n<title>t</title><svg></svg></svg>");
    assert_refined("no picture", "t", "s", "no picture");
    assert_refined("", "t", "s", "");
}

static void colours_are_of_one_kind(void **state)
{
    (void)state;
    refined("<path stroke = 'rgb(  0, 114, 178)' fill=\"rgb(34,34,34)\"/>",
            "<path stroke='#0072b2' fill=\"#222222\"/>");
    refined("<g fill='url(#rgb)' stroke='rgb(256,0,0)' color='rgb(1,2)' x='rgb('/>",
            "<g fill='url(#rgb)' stroke='rgb(256,0,0)' color='rgb(1,2)' x='rgb('/>");
}

static void figures_have_no_more_digits_than_they_need(void **state)
{
    (void)state;
    refined("<polygon points = '385.00,299.60 396.01,0.330  10.50 '/>",
            "<polygon points='385,299.6 396.01,0.33 10.5'/>");
    refined("<svg xmlns=\"http://www.w3.org/2000/svg\" a='1.' b='.50' c='v1.x' d='100 200.000'>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" a='1.' b='.50' c='v1.x' d='100 200'>");
}

static void texts_stay_as_they_are(void **state)
{
    (void)state;
    refined("<text  x='1.00'><tspan> rgb(1,2,3)  1.00  &lt;title&gt; a = 'b' </tspan> </text>",
            "<text x='1'><tspan> rgb(1,2,3)  1.00  &lt;title&gt; a = 'b' </tspan> </text>");
}

static void nothing_is_read_behind_the_end(void **state)
{
    (void)state;
    static const char svg[] = "<?xml?><svg a = 'rgb(1, 2, 3) 1.50'><desc>d</desc> t <g/></svg>";
    for (size_t count = 0; count < sizeof svg; count++) {
        size_t size = 0;
        char *begin = malloc(count + 1);
        assert_non_null(begin);
        memcpy(begin + 1, svg, count); /* so that a sanitizer sees it */
        char *made = svg_refine(begin + 1, count, "t", NULL, &size);
        assert_non_null(made);
        free(made);
        free(begin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_words_are_left_out),
        cmocka_unit_test(it_is_named_after_what_it_shows),
        cmocka_unit_test(colours_are_of_one_kind),
        cmocka_unit_test(figures_have_no_more_digits_than_they_need),
        cmocka_unit_test(texts_stay_as_they_are),
        cmocka_unit_test(nothing_is_read_behind_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
