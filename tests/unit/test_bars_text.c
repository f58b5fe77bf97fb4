/* Bars on a terminal, and charts as text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/bars_text.h"
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

static void widths(const char *text, size_t most)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > most)
            fail_msg("wider than %zu: %.*s", most, (int)strcspn(line, "\n"), line);
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
    assert_string_equal(text, "  a ================|---------------|  x\n");
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

static char *printed(const struct chart *of, size_t width)
{
    struct cell_table table;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    const struct chart_data data = {.table = &table};
    assert_int_equal(of->print(out, &data, width), 0);
    cells_free(&table);
    fclose(out);
    return text;
}

static void the_wall_chart_as_text(void **state)
{
    (void)state;
    rows.count = 0;
    fill_sweep(&rows);
    struct timing *row = rows_add(&rows, "cpu", "process", 8, 70);
    row->status = STATUS_CRASHED;
    row->reason = "killed by signal 11";
    char *text = printed(&chart_wall, 80);
    has(text,
        "thread-pool x2 wins cpu: 2.00x serial\n8 tasks of rounds=1000\n* thread-pool x2 ===");
    has(text, " 62.0 ms   2.00x\n");
    has(text, "  process        crashed: killed by signal 11\n");
    widths(text, 80);
    free(text);
}

static void the_speedup_chart_as_text(void **state)
{
    (void)state;
    rows.count = 0;
    fill_sweep(&rows);
    char *text = printed(&chart_speedup, 80);
    has(text, "thread-pool x1 ===");
    has(text, "thread-pool x2 ===");
    has(text, "  2.00x   100%\n");
    has(text, "\n  no fit of Amdahl's law or the USL: 2 worker counts; 6 needed\n");
    widths(text, 80);
    free(text);
    text = printed(&chart_speedup, 40);
    widths(text, 40);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_as_long_as_their_values),
        cmocka_unit_test(an_interval_has_both_ends),
        cmocka_unit_test(far_apart_is_on_a_log_scale_and_says_so),
        cmocka_unit_test(what_has_no_value_says_why_within_the_width),
        cmocka_unit_test(the_wall_chart_as_text),
        cmocka_unit_test(the_speedup_chart_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
