/*
 * report_charts.h - charts as text, for their tests. After cmocka.h.
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

/* The derived CSV or, at a width, the chart for a terminal. The caller frees it. */
static inline char *chart_text(const struct chart *of, const struct chart_data *data, size_t width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(width > 0 ? of->print(out, data, width) : of->write(out, data), 0);
    fclose(out);
    return text;
}

static inline char *chart_printed(const struct rows *rows, const struct chart *of, size_t width)
{
    struct cell_table table;
    assert_int_equal(cells_gather(&table, rows->row, rows->count, 0), 0);
    const struct chart_data data = {.table = &table};
    char *text = chart_text(of, &data, width);
    cells_free(&table);
    return text;
}

static inline char *chart(const struct rows *rows, const struct chart *of)
{
    return chart_printed(rows, of, 0);
}

/* Its title, until the next call. */
static inline const char *chart_title_of(const struct rows *rows, const struct chart *of)
{
    static char text[CHART_TITLE];
    struct cell_table table;
    assert_int_equal(cells_gather(&table, rows->row, rows->count, 0), 0);
    const struct chart_data data = {.table = &table};
    of->title(text, sizeof text, &data);
    cells_free(&table);
    return text;
}

static inline const char *missing(const struct chart *of, const struct cell_table *table)
{
    const struct chart_data data = {.table = table};
    return charts_missing(of, &data);
}

/* That no line of a text is wider. */
static inline void widths(const char *text, size_t most)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strcspn(line, "\n") > most)
            fail_msg("wider than %zu: %.*s", most, (int)strcspn(line, "\n"), line);
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
