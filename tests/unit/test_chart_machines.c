/* The chart of runs compared: the verdicts are those of real comparisons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/machines_titles.h"
#include "tests/unit/compare_runs.h"
#include "tests/unit/report_charts.h"

enum { INVOCATIONS = 10 };

static struct compare_runs runs;
static struct compared_run list[2];
static struct comparison *compared;

static void add(struct rows *rows, const char *mode, uint64_t wall_us)
{
    for (uint64_t i = 1; i <= INVOCATIONS; i++) {
        struct timing *row = rows_add(rows, "cpu", mode, 1, 0);
        row->wall_ns = (wall_us + i) * 1000;
        row->invocation = i;
        row->block = row->rep = 1;
    }
}

static int start(void **state)
{
    (void)state;
    memset(&runs, 0, sizeof runs);
    add(&runs.rows_a, "serial", 40000);
    add(&runs.rows_b, "serial", 40000);
    add(&runs.rows_a, "thread", 20000);
    add(&runs.rows_b, "thread", 30000);
    add(&runs.rows_a, "process", 20000);
    add(&runs.rows_b, "process", 10000);
    add(&runs.rows_a, "coroutine", 40000); /* on one side only */
    compare_runs_gather(&runs);
    runs.a.invocations = runs.b.invocations = INVOCATIONS;
    list[0] = runs.a;
    list[1] = runs.b;
    return compare_with_first(&compared, list, 2, &judge_default, NULL);
}

static int stop(void **state)
{
    (void)state;
    compare_list_free(compared, 1);
    compare_runs_free(&runs);
    return 0;
}

static struct chart_data data_of(size_t count)
{
    return (struct chart_data){
        .table = &list[0].table, .compared = compared, .compared_count = count - 1};
}

static char *text_of(int (*write)(FILE *out, const struct chart_data *data), size_t width)
{
    const struct chart_data data = data_of(2);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(write ? write(out, &data) : chart_machines.print(out, &data, width), 0);
    fclose(out);
    return text;
}

static void cells_and_verdicts(void **state)
{
    (void)state;
    char *csv = text_of(chart_machines.write, 0);
    rectangular(csv);
    has(csv, "group,1,0,after: faster than before in 1 and slower in 1 of 3 cells; times 0.91x on "
             "average,after over before; 10 invocations each; 3 of 3 cells; 1 on one side only,-,");
    has(csv, "cell,1,1,cpu process,-,faster,0.5001"); /* the largest change */
    has(csv, "cell,1,2,cpu thread,-,slower,1.499");
    has(csv, "cell,1,3,cpu serial,-,equivalent,1,");
    has(csv, ",1.99973,1.33327\n"); /* what threads gain over serial before, and after */
    free(csv);
}

static void the_title_counts_what_differs(void **state)
{
    (void)state;
    const struct chart_data data = data_of(2);
    char title[CHART_TITLE];
    chart_machines.title(title, sizeof title, &data);
    assert_string_equal(title, "after: faster than before in 1 and slower in 1 of 3 cells; times "
                               "0.91x on average");
}

static void note_is(size_t a, bool known_a, size_t b, bool known_b, const char *expected)
{
    char note[CHART_NOTE], line[CHART_NOTE];
    list[0].invocations = a;
    list[1].invocations = b;
    list[0].noise.known = known_a;
    list[1].noise.known = known_b;
    snprintf(line, sizeof line, "after over before; %s; 3 of 3 cells; 1 on one side only",
             expected);
    assert_string_equal(machines_note(note, sizeof note, compared, 3), line);
}

/* What one invocation, or too few, cannot prove stands beside what was found. */
static void the_note_tells_of_few_invocations(void **state)
{
    (void)state;
    note_is(1, false, 1, false, "one invocation each: up to 20% may be drift");
    note_is(1, true, 1, false, "one invocation each: up to 20% may be drift");
    note_is(1, true, 1, true, "one invocation each: noise as bench doctor measured it");
    note_is(1, false, 10, false, "one invocation of before: up to 20% may be drift");
    note_is(10, false, 1, true, "one invocation of after: noise as bench doctor measured it");
    /* Least p of 4 against 4: 2 in 70, in three cells 0.086; of 5 against 5: 2 in 252. */
    note_is(4, false, 4, false, "4 invocations each are too few to see any cell differ");
    note_is(5, false, 5, false, "5 invocations each");
    note_is(3, false, 9, false, "9 and 3 invocations"); /* 2 in 220 */
    note_is(3, false, 4, false, "4 and 3 invocations are too few to see any cell differ");
}

/* --- several runs, of which nothing but the verdicts matters --- */

enum { SEVERAL = 12, EACH = 9 };

static struct comparison several[SEVERAL];
static struct compared_run named[SEVERAL + 1];
static struct compared_cell judged[SEVERAL][EACH];

/* The run `nth` of the list is called so and was seen to be faster and slower in so many cells. */
static void compare_as(size_t nth, const char *label, size_t faster, size_t slower)
{
    struct compared_run *run = &named[nth + 1];
    strcpy(named[0].label, "base");
    snprintf(run->label, sizeof run->label, "%s", label);
    for (size_t i = 0; i < EACH; i++)
        judged[nth][i].pair.judged = i < faster            ? JUDGED_FASTER
                                     : i < faster + slower ? JUDGED_SLOWER
                                                           : JUDGED_INCONCLUSIVE;
    several[nth] = (struct comparison){
        .a = &named[0], .b = run, .cells = judged[nth], .count = EACH, .geomean = 0.5};
}

static void headline(size_t count, const char *expected)
{
    char title[CHART_TITLE];
    assert_string_equal(machines_headline(title, sizeof title, several, count), expected);
    if (strlen(title) > 84)
        fail_msg("no sheet has room for %s", title);
}

static void the_title_tells_of_every_run(void **state)
{
    (void)state;
    compare_as(0, "alike", 0, 0);
    compare_as(1, "quick", 8, 1);
    headline(2, "Against base: quick faster in 8 and slower in 1 of 9 cells; "
                "alike not seen to differ");
    compare_as(2, "slow", 0, 9);
    headline(3, "Against base: quick faster in 8 and slower in 1 of 9 cells; and 2 more");
    compare_as(1, "quick", 7, 0);
    headline(3, "Against base: slow slower in 9 of 9 cells; quick faster in 7 of 9; and 1 more");
    compare_as(1, "like", 0, 0);
    headline(2, "Against base: alike not seen to differ; like not seen to differ");
    several[0].count = 0;
    headline(1, "alike and base have no cell in common");
}

/* Names of runs differ at their ends. */
static void long_names_keep_both_ends(void **state)
{
    (void)state;
    compare_as(0, "a-very-long-name-of-a-machine-20260102T030405Z", 9, 0);
    strcpy(named[0].label, "a-very-long-name-of-a-machine-20260102T030404Z");
    headline(1, "a-very...30405Z: faster than a-very...30404Z in 9 of 9 cells; times 0.50x "
                "on average");
}

static void panels_are_as_many_as_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < SEVERAL; i++)
        several[i] = *compared;
    const struct chart_data data = {
        .table = &list[0].table, .compared = several, .compared_count = SEVERAL};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(chart_machines.write(out, &data), 0);
    assert_int_equal(chart_machines.print(out, &data, 80), 0);
    fclose(out);
    has(text, "figure,12,0,");
    has(text, "\ngroup,8,0,");
    has_not(text, "\ngroup,9,0,");
    has(text, "\nThe first 8 of 12.\n");
    free(text);
}

/* What tells works apart and the mode are there; what is the same, or has no room, is not. */
static void rows_have_their_names(void **state)
{
    (void)state;
    compare_list_free(compared, 1);
    compare_runs_free(&runs);
    memset(&runs, 0, sizeof runs);
    for (size_t half = 0; half < 2; half++) {
        add(&runs.rows_a, "thread-coroutine", 20000 + 9000 * half);
        add(&runs.rows_b, "thread-coroutine", 20000);
        for (size_t i = 0; i < INVOCATIONS; i++) {
            const char *params = half ? "rounds=7;share=50%" : "rounds=7;share=100%";
            runs.rows_a.row[half * INVOCATIONS + i].params = params;
            runs.rows_b.row[half * INVOCATIONS + i].params = params;
            runs.rows_a.row[half * INVOCATIONS + i].tasks = half ? 8 : 4000000;
            runs.rows_b.row[half * INVOCATIONS + i].tasks = half ? 8 : 4000000;
        }
    }
    compare_runs_gather(&runs);
    list[0] = runs.a;
    list[1] = runs.b;
    assert_int_equal(compare_with_first(&compared, list, 2, &judge_default, NULL), 0);
    char *csv = text_of(chart_machines.write, 0);
    has(csv, "cell,1,1,cpu share=50% ... thread-coroutine,");
    has(csv, "cell,1,2,cpu share=100%... thread-coroutine,");
    free(csv);
}

static void one_run_or_none_in_common_declines(void **state)
{
    (void)state;
    struct chart_data data = data_of(1);
    has(charts_missing(&chart_machines, &data), "bench plot DIR DIR");
    data = data_of(2);
    assert_null(charts_missing(&chart_machines, &data));
    for (size_t i = 0; i < runs.rows_b.count; i++)
        runs.rows_b.row[i].workload = "sleep";
    cells_free(&list[1].table);
    assert_int_equal(cells_gather(&list[1].table, runs.rows_b.row, runs.rows_b.count, 0), 0);
    runs.b = list[1];
    compare_list_free(compared, 1);
    assert_int_equal(compare_with_first(&compared, list, 2, &judge_default, NULL), 0);
    data = data_of(2);
    has(charts_missing(&chart_machines, &data), "in common");
}

static void as_text(void **state)
{
    (void)state;
    char *text = text_of(NULL, 80);
    has(text,
        "\nafter: faster than before in 1 and slower in 1 of 3 cells; times 0.91x on\naverage\n");
    has(text, "  cpu process  #                   .                        0.500x  faster\n");
    has(text, "1.000x  equivalent\n");
    free(text);
    text = text_of(NULL, 100); /* what each gains over its own serial, too */
    has(text, "1.500x    2.00x ->  1.33x  slower\n");
    free(text);
    text = text_of(NULL, 40);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 40)
            fail_msg("over 40 columns: %s", line);
    has(text, "  cpu thread ");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_and_verdicts, start, stop),
        cmocka_unit_test_setup_teardown(the_title_counts_what_differs, start, stop),
        cmocka_unit_test_setup_teardown(the_note_tells_of_few_invocations, start, stop),
        cmocka_unit_test_setup_teardown(the_title_tells_of_every_run, start, stop),
        cmocka_unit_test_setup_teardown(long_names_keep_both_ends, start, stop),
        cmocka_unit_test_setup_teardown(panels_are_as_many_as_fit, start, stop),
        cmocka_unit_test_setup_teardown(rows_have_their_names, start, stop),
        cmocka_unit_test_setup_teardown(one_run_or_none_in_common_declines, start, stop),
        cmocka_unit_test_setup_teardown(as_text, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
