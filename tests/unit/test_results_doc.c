/* docs/results.md describes every column of the CSV files, in their order, with the
 * texts of the tables in the code, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/results/claims.h"
#include "bench/results/states.h"
#include "bench/results/tasks.h"
#include "bench/suite/python_file.h"

/* The next line that starts with "| `", without its end; NULL before the next heading. */
static char *next_row(FILE *doc, char **line, size_t *room)
{
    ssize_t length;
    while ((length = getline(line, room, doc)) > 0) {
        (*line)[length - 1] = '\0';
        if ((*line)[0] == '#')
            break;
        if (strncmp(*line, "| `", 3) == 0)
            return *line;
    }
    return NULL;
}

static void assert_section(const char *heading, const struct column_info *(*column)(size_t))
{
    FILE *doc = fopen(BENCH_SOURCE_DIR "/docs/results.md", "r");
    assert_non_null(doc);
    char *line = NULL;
    size_t room = 0, length = strlen(heading);
    do {
        if (getline(&line, &room, doc) < 0)
            fail_msg("no heading %s", heading);
    } while (strncmp(line, heading, length) != 0 || line[length] != '\n');
    for (size_t i = 0; column(i); i++) {
        char expected[512];
        snprintf(expected, sizeof expected, "| `%s` | %s | %s |", column(i)->name, column(i)->unit,
                 column(i)->summary);
        char *row = next_row(doc, &line, &room);
        assert_non_null(row);
        assert_string_equal(row, expected);
    }
    assert_null(next_row(doc, &line, &room));
    free(line);
    fclose(doc);
}

static void timings_columns_are_documented(void **state)
{
    (void)state;
    assert_section("### timings.csv", timings_column);
}

static void tasks_columns_are_documented(void **state)
{
    (void)state;
    assert_section("### tasks.csv", tasks_column);
}

static void states_columns_are_documented(void **state)
{
    (void)state;
    assert_section("### states.csv", states_column);
}

static void claims_columns_are_documented(void **state)
{
    (void)state;
    assert_section("### claims.csv", claims_column);
}

static void python_columns_are_documented(void **state)
{
    (void)state;
    assert_section("### python.csv", python_column);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timings_columns_are_documented),
        cmocka_unit_test(tasks_columns_are_documented),
        cmocka_unit_test(states_columns_are_documented),
        cmocka_unit_test(claims_columns_are_documented),
        cmocka_unit_test(python_columns_are_documented),
    };
    return cmocka_run_group_tests_name("results_doc", tests, NULL, NULL);
}
