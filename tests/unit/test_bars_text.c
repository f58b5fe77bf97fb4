/* Bars on a terminal, and charts as text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/bars_text.h"
#include "bench/report/fold.h"
#include "tests/unit/report_charts.h"

static struct rows rows;

static char *bars(const struct bar_text *list, size_t count, size_t width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    bars_text_print(out, list, count, width);
    fclose(out);
    return text;
}

static void bars_are_as_long_as_their_values(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "a", .value = 10, .low = NAN, .high = NAN, .label = "10", .winner = true},
        {.name = "bb", .value = 20, .low = NAN, .high = NAN, .label = "20"}};
    char *text = bars(list, 2, 40); /* 2 + 2 + 1 + 31 + 2 + 2 */
    assert_string_equal(text, "* a  ================                 10\n"
                              "  bb ===============================  20\n");
    free(text);
}

static void an_interval_has_both_ends(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "a", .value = 15, .low = 10, .high = 20, .label = "x"}};
    char *text = bars(list, 1, 40); /* 33 columns for 0 to 20: 10 is column 16, 20 the last */
    assert_string_equal(text, "  a ================|=======o-------|  x\n");
    free(text);
}

/* Whatever the intervals, and where there is no room for one. */
static void bars_of_equal_medians_end_alike(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "a", .value = 15, .low = 10, .high = 20, .label = "x"},
        {.name = "b", .value = 15, .low = 14.9, .high = 15.1, .label = "x"},
        {.name = "c", .value = 15, .low = 15, .high = 20, .label = "x"},
        {.name = "d", .value = 15, .low = 10, .high = 15, .label = "x"}};
    char *text = bars(list, 4, 40);
    assert_string_equal(text, "  a ================|=======o-------|  x\n"
                              "  b =========================          x\n"
                              "  c ========================o-------|  x\n"
                              "  d ================|=======o          x\n");
    free(text);
}

static void far_apart_is_on_a_log_scale_and_says_so(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "a", .value = 1, .low = NAN, .high = NAN, .label = "1"},
        {.name = "b", .value = 1000, .low = NAN, .high = NAN, .label = "1000"}};
    char *text = bars(list, 2, 60);
    has(text, "log scale");
    has(text, "a ====="); /* not squeezed into nothing */
    widths(text, 60);
    free(text);
}

static void what_has_no_value_says_why_within_the_width(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "a",
         .value = NAN,
         .label = "unsupported: for a reason that is quite long, so it is"},
        {.name = "b", .value = 0, .label = "nothing"},
        {.name = "c", .value = 3, .low = NAN, .high = NAN, .label = "3"}};
    char *text = bars(list, 3, 40);
    has(text, "a unsupported: for");
    has(text, "b nothing\n");
    widths(text, 40);
    free(text);
    text = bars(list, 2, 1); /* as if it were 40 */
    widths(text, 40);
    free(text);
}

/* A name is worth a line of its own rather than being cut. */
static void a_long_name_stands_above_its_bar(void **state)
{
    (void)state;
    const struct bar_text list[] = {
        {.name = "process-coroutine/nonblock",
         .value = 10,
         .low = NAN,
         .high = NAN,
         .label = "10 x"},
        {.name = "b", .value = 20, .low = NAN, .high = NAN, .label = "20  ", .winner = true},
        {.name = "c", .value = NAN, .label = "unsupported: for a reason that is quite long"}};
    char *text = bars(list, 3, 40); /* 32 columns for 0 to 20 */
    assert_string_equal(text, "  process-coroutine/nonblock\n"
                              "  =================                 10 x\n"
                              "* b\n"
                              "  ================================  20\n"
                              "  c\n"
                              "  unsupported: for a reason that is\n"
                              "  quite long\n");
    free(text);
    text = bars(list, 1, 57); /* 2 + 26 + 1 + 22 + 2 + 4 */
    assert_string_equal(text, "  process-coroutine/nonblock ======================  10 x\n");
    free(text);
}

static void long_words_are_broken(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fold_text_within(out, "one two abcdefghijklmnop end", 0, 2, 8);
    fold_text_within(out, "abcdefgh", 6, 0, 8);
    fold_text_within(out, "abcdefgh", 0, 2, 8);
    fclose(out);
    assert_string_equal(text, "one two\n  abcdef\n  ghijkl\n  mnop\n  end\nab\ncdefgh\nabcdefgh\n");
    free(text);
}

static void the_wall_chart_as_text(void **state)
{
    (void)state;
    rows.count = 0;
    fill_sweep(&rows);
    struct timing *row = rows_add(&rows, "cpu", "process", 8, 70);
    row->status = STATUS_CRASHED;
    row->reason = "killed by signal 11";
    char *text = chart_printed(&rows, &chart_wall, 80);
    has(text, "cpu: thread-pool x2 1.18x faster than thread and 2.00x faster than serial\n8 tasks "
              "of rounds=1000\n* thread-pool x2 ===");
    has(text, " 62.0 ms   2.00x\n");
    has(text, "  process        crashed: killed by signal 11\n");
    widths(text, 80);
    free(text);
}

/* A panel's note may be longer than any of its bars' texts. */
static void no_reason_is_cut(void **state)
{
    static char reason[TEXT_REASON];
    (void)state;
    rows.count = 0;
    fill_sweep(&rows);
    memset(reason, 'x', 200);
    memcpy(reason + 200, " end", 5);
    struct timing *row = rows_add(&rows, "cpu", "process", 8, 70);
    row->status = STATUS_CRASHED;
    row->reason = reason;
    char *text = chart_printed(&rows, &chart_wall, 80);
    has(text, " end\n");
    widths(text, 80);
    free(text);
}

static void the_speedup_chart_as_text(void **state)
{
    (void)state;
    rows.count = 0;
    fill_sweep(&rows);
    char *text = chart_printed(&rows, &chart_speedup, 80);
    has(text, "thread-pool x1 ===");
    has(text, "thread-pool x2 ===");
    has(text, "  2.00x   100%\n");
    has(text, "|=o-| its 95% interval");
    has(text, "\n  no fit of the laws: 2 worker counts; 6 needed\n");
    widths(text, 80);
    free(text);
    text = chart_printed(&rows, &chart_speedup, 40);
    widths(text, 40);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_as_long_as_their_values),
        cmocka_unit_test(an_interval_has_both_ends),
        cmocka_unit_test(bars_of_equal_medians_end_alike),
        cmocka_unit_test(far_apart_is_on_a_log_scale_and_says_so),
        cmocka_unit_test(what_has_no_value_says_why_within_the_width),
        cmocka_unit_test(a_long_name_stands_above_its_bar),
        cmocka_unit_test(long_words_are_broken),
        cmocka_unit_test(the_wall_chart_as_text),
        cmocka_unit_test(no_reason_is_cut),
        cmocka_unit_test(the_speedup_chart_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
