/*
 * report_charts.h - derived CSV files as text, for the tests of charts. After cmocka.h.
 */
#ifndef TESTS_REPORT_CHARTS_H
#define TESTS_REPORT_CHARTS_H

#include "bench/report/charts.h"
#include "tests/unit/report_rows.h"

static inline void has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text ? text : "");
}

static inline void has_not(const char *text, const char *part)
{
    if (!text || strstr(text, part))
        fail_msg("\"%s\" is in\n%s", part, text ? text : "");
}

static inline void fill_sweep(struct rows *rows)
{
    rows_add_runs(rows, "cpu", "serial", 1, 121, 1, 7); /* median 124, interval 121 .. 127 */
    rows_add_runs(rows, "cpu", "thread-pool", 1, 122, 1, 7);
    rows_add_runs(rows, "cpu", "thread-pool", 2, 59, 1, 7); /* median 62, interval 59 .. 65 */
    rows_add_runs(rows, "cpu", "thread", 8, 70, 1, 7);
}

static inline char *chart(const struct rows *rows, const struct chart *of)
{
    struct cell_table table;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(cells_gather(&table, rows->row, rows->count, 0), 0);
    const struct chart_data data = {.table = &table};
    assert_int_equal(of->write(out, &data), 0);
    cells_free(&table);
    fclose(out);
    return text;
}

static inline const char *missing(const struct chart *of, const struct cell_table *table)
{
    const struct chart_data data = {.table = table};
    return charts_missing(of, &data);
}

static inline void rectangular(const char *csv)
{
    size_t commas[2] = {0, 0};
    for (const char *line = csv; *line; line += strcspn(line, "\n") + 1) {
        const size_t length = strcspn(line, "\n");
        commas[1] = 0;
        for (size_t i = 0; i < length; i++)
            commas[1] += line[i] == ',';
        if (line == csv)
            commas[0] = commas[1];
        if (commas[0] != commas[1])
            fail_msg("not as many fields as in the header: %.*s", (int)length, line);
    }
}

#endif
