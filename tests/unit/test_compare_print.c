/* Comparisons for people: verdicts, notes, width, Markdown, and what must never get out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/compare_print.h"
#include "bench/report/compare_words.h"
#include "bench/report/verdict.h"
#include "tests/unit/compare_runs.h"

static struct compare_runs runs;
static char *text;

static int start(void **state)
{
    (void)state;
    memset(&runs, 0, sizeof runs);
    text = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(text);
    compare_runs_free(&runs);
    return 0;
}

static void print(enum compare_format format, enum compare_sort sort, bool colour)
{
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(compare_print(out, &runs.comparison, 1, format, sort, &judge_default, colour),
                     0);
    assert_int_equal(fclose(out), 0);
}

static void has(const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text);
}

static void has_not(const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in\n%s", part, text);
}

/* All parts in one line, in that order; it starts with the first. */
static void line_has(const char *const *parts, size_t count)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + (*line != '\0')) {
        const size_t length = strcspn(line, "\n");
        const char *at = line;
        size_t i = 0;
        if (strncmp(line, parts[0], strlen(parts[0])) != 0)
            continue;
        for (; i < count; i++) {
            const char *found = strstr(at, parts[i]);
            if (!found || found + strlen(parts[i]) > line + length)
                break;
            at = found + strlen(parts[i]);
        }
        if (i == count)
            return;
    }
    fail_msg("no line \"%s ... %s\" in\n%s", parts[0], parts[count - 1], text);
}

#define LINE(...)                                         \
    do {                                                  \
        const char *const parts_[] = {__VA_ARGS__};       \
        line_has(parts_, sizeof parts_ / sizeof *parts_); \
    } while (0)

static void fits(void)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 100)
            fail_msg("wider than 100 columns: %s", line);
}

static void test_table(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("after against before (base)\n");
    LINE("  cell", "before", "after", "ratio", "p", "verdict");
    LINE("  ", "[95% interval]", "[95% interval]", "[95% interval]");
    LINE("  cpu thread-pool", " 65.0 ms ", " 68.0 ms ", " 1.050 ", " 0.012 ",
         " after slower 1.05x");
    LINE("  ", " [62.0, 68.0] ms ", " [65.0, 71.0] ms ", " [1.030, 1.070]");
    LINE("  cpu thread", " 70.0 ms ", " 63.0 ms ", " 0.900 ", " <0.001 ", " after faster 1.11x");
    LINE("  cpu process-pool", " 1.000 ", " 0.900 ", " equivalent");
    LINE("  ", " [0.990, 1.010] ", " (within 2%)");
    LINE("  cpu process", " 1.011 ", " 0.400 ", " inconclusive: about");
    LINE("  ", " [0.950, 1.070] ", " 34 runs");
    has("a side would settle it");
    has_not("\033");
    has_not("nan");
    fits();
}

static void test_speedups(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    const char *section = strstr(text, "\nSpeed-up over each run's own serial");
    assert_non_null(section);
    memmove(text, section, strlen(section) + 1);
    *strstr(text, "\nWhich mode wins") = '\0';
    LINE("  cpu thread-pool", " 2.00x", " 1.91x", " 0.956"); /* 130/65, 130/68, 65/68 */
    LINE("  cpu thread ", " 1.86x", " 2.06x", " 1.111");
    has_not("  cpu serial"); /* trivially 1 against 1 */
    has_not("thread-spawn");
}

static void test_winners(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    char sentence[512], line[700];
    has("Which mode wins in which run:\n  cpu rounds=1000, 8 tasks\n    before: ");
    verdict_sentence(sentence, sizeof sentence, &runs.b.table.groups[0]);
    sentence[30] = '\0'; /* before it is folded */
    snprintf(line, sizeof line, "\n    after: %s", sentence);
    has(line);
}

static void test_notes(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("  Geometric mean of the ratio over the 5 common cells: 0.992 (after 0.8% faster)\n");
    has("  1 cell of before not in after: cpu rounds=1000, 8 tasks, thread-spawn x4\n");
    has("  1 cell of after not in before: cpu rounds=1000, 8 tasks, ring x2\n");
    has("  sleep thread: the workload's version is 1 here and 2 there\n");
    has("Reference cell: none measured in before or in after");
    has("  before: one invocation, and its machine's noise between invocations is unknown: a "
        "drift");
    has("20% is allowed for\n");
    has("bench doctor");
    has("Nothing is known of the machines: neither folder has a machine.json\n");
}

static void test_noise(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    runs.a.noise = (struct judge_noise){.known = true, .sd = 0.0123, .from = 9};
    runs.b.invocations = 5;
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("before: one invocation; what bench doctor measured between invocations of its machine");
    has("deviation 1.2%)");
    has("after: 5 invocations, whose spread");
    has_not("Nothing smaller");
    has_not("20%");
}

static void test_reference(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    runs.comparison.reference.ratio = 1.031;
    runs.comparison.reference.interval = (struct interval){0.99, 1.072, true};
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("Reference cell: after's machine was 3.1% slower during its run (95% interval of its time "
        "-1.0% to\n    +7.2%): as much of a cell's ratio may be the machine's\n");
}

static void test_reference_of_one_side(void **state)
{
    (void)state;
    rows_add_runs(&runs.rows_a, "cpu", "serial", 1, 100, 1, 6);
    rows_add_runs(&runs.rows_b, "cpu", "serial", 1, 100, 1, 6);
    for (size_t i = 0; i < 6; i++)
        rows_add(&runs.rows_a, "spin", "serial", 1, 10)->reference = 1;
    compare_runs_gather(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("Reference cell: none measured in after: a slower machine");
}

static void test_machines(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    runs.a.machine = json_pack("{s:s, s:{s:s}}", "host", "h\0331", "cpu", "model", "Old | <CPU>");
    runs.b.machine = json_pack("{s:s, s:{s:s}}", "host", "h2", "cpu", "model", "New CPU");
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("after on host h2 against before on host h?1 (base)\n");
    has("(before | after):\n  CPU model: Old | <CPU> | New CPU\n");
    free(text);
    print(COMPARE_MARKDOWN, COMPARE_BY_FILE, false);
    has("| CPU model | Old \\| &lt;CPU&gt; | New CPU |\n");
    json_object_set_new(json_object_get(runs.b.machine, "cpu"), "model",
                        json_string("Old | <CPU>"));
    free(text);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("Nothing that machine.json tells\n");
    json_decref(runs.b.machine);
    runs.b.machine = NULL;
    free(text);
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("Nothing is known of after's machine");
}

/* What was printed first to last in the first column. */
static void test_sort(void **state)
{
    (void)state;
    static const struct {
        enum compare_sort sort;
        const char *modes[5];
    } orders[] = {
        {COMPARE_BY_FILE, {"serial", "thread-pool", "thread", "process-pool", "process"}},
        {COMPARE_BY_RATIO, {"thread", "serial", "process-pool", "process", "thread-pool"}},
        {COMPARE_BY_NAME, {"process", "process-pool", "serial", "thread", "thread-pool"}},
        {COMPARE_BY_P, {"thread", "thread-pool", "process", "process-pool", "serial"}},
        {COMPARE_BY_CHANGE, {"thread", "thread-pool", "process", "serial", "process-pool"}},
        {COMPARE_BY_WORK, {"thread-pool", "thread", "process-pool", "process", "serial"}}};
    compare_runs_usual(&runs);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const struct compared_cell **cells = compare_order(&runs.comparison, orders[i].sort);
        assert_non_null(cells);
        for (size_t c = 0; c < 5; c++)
            assert_string_equal(cells[c]->a->key->mode, orders[i].modes[c]);
        assert_null(cells[5]);
        free(cells);
        print(COMPARE_TABLE, orders[i].sort, false);
        const char *at = text;
        for (size_t c = 0; c < 5; c++) {
            char line[64];
            snprintf(line, sizeof line, "\n  cpu %s ", orders[i].modes[c]);
            at = strstr(at, line);
            if (!at)
                fail_msg("%s is not in its place with --sort %s:\n%s", orders[i].modes[c],
                         compare_sort_names[orders[i].sort], text);
        }
        free(text);
        text = NULL;
    }
}

/* Cells of the same work stay together, though a block's rows are shuffled. */
static void test_sort_of_shuffled_rows(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"sleep", "thread"}, {"cpu", "pool"}, {"sleep", "serial"}};
    for (size_t i = 0; i < 3; i++) {
        rows_add_runs(&runs.rows_a, rows[i][0], rows[i][1], 1, 64, 1, 3);
        rows_add_runs(&runs.rows_b, rows[i][0], rows[i][1], 1, 64, 1, 3);
    }
    compare_runs_gather(&runs);
    for (size_t i = 3; i-- > 0;)
        compare_runs_pair(&runs, rows[i][0], rows[i][1], JUDGED_EQUIVALENT, 1, 0.99, 1.01, 1);
    const struct compared_cell **cells = compare_order(&runs.comparison, COMPARE_BY_FILE);
    assert_non_null(cells);
    assert_string_equal(cells[0]->name, "sleep thread");
    assert_string_equal(cells[1]->name, "sleep serial");
    assert_string_equal(cells[2]->name, "cpu pool");
    free(cells);
    cells = compare_groups(&runs.comparison);
    assert_non_null(cells);
    assert_string_equal(cells[0]->a->key->workload, "cpu"); /* as in the table */
    assert_string_equal(cells[1]->a->key->workload, "sleep");
    assert_null(cells[2]);
    free(cells);
}

static void test_unknown_figures(void **state)
{
    (void)state;
    rows_add_runs(&runs.rows_a, "cpu", "thread", 4, 64, 1, 3);
    rows_add(&runs.rows_b, "cpu", "thread", 4, 64)->status = STATUS_CRASHED;
    rows_add_runs(&runs.rows_a, "cpu", "pool", 4, 64, 1, 3);
    rows_add_runs(&runs.rows_b, "cpu", "pool", 4, 64, 1, 3);
    compare_runs_gather(&runs);
    compare_runs_pair(&runs, "cpu", "thread", JUDGED_INCONCLUSIVE, (double)NAN, 0, 0, (double)NAN);
    compare_runs_pair(&runs, "cpu", "pool", JUDGED_INCONCLUSIVE, 1.0, 0, 0, (double)NAN);
    for (enum compare_sort sort = COMPARE_BY_FILE; sort <= COMPARE_BY_CHANGE; sort++) {
        free(text);
        print(COMPARE_TABLE, sort, true);
        LINE("  cpu thread", " 65.0 ms ", " n/a ", " n/a ", " n/a ", " nothing to compare");
        LINE("  cpu pool", " 65.0 ms ", " 65.0 ms ", " 1.000 ", " n/a ", " inconclusive");
        LINE("  ", " n/a ", " n/a ", " n/a");
        has_not("nan");
        const bool known_first = sort == COMPARE_BY_RATIO || sort == COMPARE_BY_CHANGE;
        if (known_first && strstr(text, "  cpu pool") > strstr(text, "  cpu thread"))
            fail_msg("what has no ratio does not come last:\n%s", text);
        has_not("Geometric mean");
        has_not("Speed-up over");
    }
}

static void test_nothing_in_common(void **state)
{
    (void)state;
    rows_add_runs(&runs.rows_a, "cpu", "thread", 4, 64, 1, 3);
    compare_runs_gather(&runs);
    print(COMPARE_TABLE, COMPARE_BY_RATIO, false);
    has("No cell was measured in both: nothing to compare\n");
    has_not("verdict");
    has_not("Which mode wins");
    free(text);
    print(COMPARE_MARKDOWN, COMPARE_BY_RATIO, false);
    has("- No cell was measured in both");
}

static void test_many_missing(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    for (size_t i = 0; i < RUNS_CELLS; i++) {
        runs.missing_a[i] = runs.missing_a[0];
        runs.refused[i] = runs.refused[0];
    }
    runs.comparison.missing_a_count = runs.comparison.refused_count = RUNS_CELLS;
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    has("  64 cells of after not in before: ");
    has("and 54 more");
    has("  and 44 more");
    fits();
}

static void test_colour(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    print(COMPARE_TABLE, COMPARE_BY_FILE, true);
    has("\033[1m  cpu thread-pool");
    has("\033[1m  cpu thread ");
    has_not("\033[1m  cpu process");
    has("[1.030, 1.070]\033[0m\n");
    free(text);
    print(COMPARE_MARKDOWN, COMPARE_BY_FILE, true);
    has_not("\033");
}

static void test_long_names_fit(void **state)
{
    (void)state;
    compare_runs_usual(&runs);
    strcpy(runs.a.label, "demo-scaling-20261123T065956Z");
    strcpy(runs.b.label, "demo-scaling-20261124T075956Z");
    strcpy(runs.cells[2].name, "matrix size=2048 block=64 process-spawn x512 pin=core async");
    runs.cells[3].pair.judged = JUDGED_INCONCLUSIVE;
    runs.cells[3].pair.needed = 100000;
    runs.cells[3].pair.needed_invocations = true;
    print(COMPARE_TABLE, COMPARE_BY_FILE, false);
    fits();
    has("\n  matrix size=2048");
    has("demo-scaling-20261124T075956Z against demo-scaling-20261123T065956Z (base)\n");
    LINE("  cell", "...1123T065956Z", "...1124T075956Z", "ratio");
}

static void test_labels(void **state)
{
    (void)state;
    char a[WORDS_LABEL], b[WORDS_LABEL];
    words_labels(a, b, "before", "after");
    assert_string_equal(a, "before");
    assert_string_equal(b, "after");
    words_labels(a, b, "kernel-6.1-and-more", "kernel-7.0-and-more");
    assert_string_equal(a, "kernel-6.1-a...");
    assert_string_equal(b, "kernel-7.0-a...");
    words_labels(a, b, "results-of-the-first-try-here-too", "results-of-the-other-try-here-too");
    assert_string_equal(a, "base");
    assert_string_equal(b, "other");
}

static void test_words(void **state)
{
    (void)state;
    char out[64];
    const struct interval none = {0}, wide = {0.5, 12.5, true};
    assert_string_equal(words_change(out, sizeof out, 1.031), "3.1% slower");
    assert_string_equal(words_change(out, sizeof out, 1 / 1.25), "25.0% faster");
    assert_string_equal(words_change(out, sizeof out, 2.5), "2.50 times slower");
    assert_string_equal(words_change(out, sizeof out, 0.25), "4.00 times faster");
    assert_string_equal(words_change(out, sizeof out, 1.0001), "equally fast");
    assert_string_equal(words_change(out, sizeof out, (double)NAN), "n/a");
    assert_string_equal(words_ratio(out, sizeof out, 3.25, &wide), "3.250\n[0.500, 12.50]");
    assert_string_equal(words_ratio(out, sizeof out, 3.25, &none), "3.250\nn/a");
    assert_string_equal(words_p(out, sizeof out, 0.00099), "<0.001");
    struct cell_figures cell = {.wall_ns = 1.0e6, .wall_interval = {0.95e6, 1.1e6, true}};
    assert_string_equal(words_median(out, sizeof out, &cell), "1.00 ms\n[0.95, 1.10] ms");
    struct judge_pair pair = {.ratio = 1.2, .judged = JUDGED_INCONCLUSIVE, .needed = 7};
    pair.needed_invocations = true;
    assert_string_equal(words_verdict(out, sizeof out, &pair, "b", &judge_default),
                        "inconclusive: about\n7 invocations");
    pair = (struct judge_pair){.ratio = 1, .judged = JUDGED_EQUIVALENT};
    const struct judge_rules rules = {.effect = 0.005};
    assert_string_equal(words_verdict(out, sizeof out, &pair, "b", &rules),
                        "equivalent\n(within 0.5%)");
}

/* Reads a Markdown table's line back: cells without their escapes. */
static size_t markdown_cells(const char *line, char cells[8][256])
{
    size_t count = 0, used = 0;
    assert_int_equal(*line, '|');
    for (const char *c = line + 1; *c && *c != '\n'; c++) {
        assert_true(count < 8 && used < 255);
        if (*c == '|') {
            cells[count][used] = '\0';
            count++;
            used = 0;
        } else {
            c += *c == '\\';
            cells[count][used++] = *c;
        }
    }
    assert_int_equal(used, 0); /* the line ends in | */
    return count;
}

static void test_markdown(void **state)
{
    (void)state;
    char cells[8][256];
    compare_runs_usual(&runs);
    print(COMPARE_MARKDOWN, COMPARE_BY_FILE, false);
    has("## after against before (base)\n\n");
    const char *line = strstr(text, "| cell | before \\[95% interval\\] | ");
    assert_non_null(line);
    for (size_t i = 0; i < 7; i++, line = strchr(line, '\n') + 1)
        assert_int_equal(markdown_cells(line, cells), 6);
    assert_int_equal(*line, '\n');
    line = strstr(text, "| cpu thread-pool | 65");
    assert_non_null(line);
    assert_int_equal(markdown_cells(line, cells), 6);
    assert_string_equal(cells[1], " 65.0 ms [62.0, 68.0] ms ");
    assert_string_equal(cells[3], " 1.050 [1.030, 1.070] ");
    assert_string_equal(cells[5], " **after slower 1.05x** ");
    has("| inconclusive: about 34 runs |\n");
    has("| cpu thread-pool | 2.00x | 1.91x | 0.956 |\n");
    has("\n### Which mode wins in which run:\n\n- cpu rounds=1000, 8 tasks\n  - before: ");
}

static void test_hostile(void **state)
{
    (void)state;
    const char *const bad = "x\033[2J|`<b>&\n\r\x9b\xc3\xa9\\*";
    rows_add_runs(&runs.rows_a, bad, "m|o\nde", 4, 64, 1, 6);
    rows_add_runs(&runs.rows_b, bad, "m|o\nde", 4, 64, 1, 6);
    for (size_t i = 0; i < 6; i++)
        runs.rows_a.row[i].params = runs.rows_b.row[i].params = bad;
    compare_runs_gather(&runs);
    compare_runs_pair(&runs, bad, "m|o\nde", JUDGED_SLOWER, 1.5, 1.4, 1.6, 0.001);
    snprintf(runs.refused[0].name, COMPARE_NAME, "%s", bad);
    snprintf(runs.refused[0].reason, COMPARE_REASON, "%s", bad);
    strcpy(runs.refused[1].name, "- x");
    strcpy(runs.refused[1].reason, "y");
    runs.comparison.refused_count = 2;
    runs.missing_a[0] = runs.cells[0].b;
    runs.comparison.missing_a_count = 1;
    for (int markdown = 0; markdown <= 1; markdown++) {
        free(text);
        print(markdown ? COMPARE_MARKDOWN : COMPARE_TABLE, COMPARE_BY_NAME, true);
        for (const char *c = text; *c; c++) {
            const bool bold =
                !markdown && (strncmp(c, "\033[1m", 4) == 0 || strncmp(c, "\033[0m", 4) == 0);
            if (!bold && (((unsigned char)*c < 0x20 && *c != '\n') || (unsigned char)*c >= 0x7f))
                fail_msg("byte 0x%02x in\n%s", (unsigned char)*c, text);
        }
    }
    has_not("<b>");
    has_not("x?[2J|");
    has("\n- \\- x: y\n");
    char cells[8][256];
    const char *line = strstr(text, "| x?\\[2J\\|\\`&lt;b&gt;&amp;???\\\\\\* ");
    if (!line)
        fail_msg("the cell's name is not escaped in\n%s", text);
    assert_int_equal(markdown_cells(line, cells), 6);
}

static void test_write_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    compare_runs_usual(&runs);
    assert_int_equal(compare_print(full, &runs.comparison, 1, COMPARE_TABLE, COMPARE_BY_FILE,
                                   &judge_default, false),
                     -EIO);
    fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_table),
        TEST(test_speedups),
        TEST(test_winners),
        TEST(test_notes),
        TEST(test_noise),
        TEST(test_reference),
        TEST(test_reference_of_one_side),
        TEST(test_machines),
        TEST(test_sort),
        TEST(test_sort_of_shuffled_rows),
        TEST(test_unknown_figures),
        TEST(test_nothing_in_common),
        TEST(test_many_missing),
        TEST(test_colour),
        TEST(test_long_names_fit),
        TEST(test_labels),
        TEST(test_words),
        TEST(test_markdown),
        TEST(test_hostile),
        TEST(test_write_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
