/*
 * read_csv.h - bytes as timings.csv: read, written back, gathered, judged, compared with
 * themselves and shown in every way there is.
 */
#ifndef TESTS_FUZZ_READ_CSV_H
#define TESTS_FUZZ_READ_CSV_H

#include <errno.h>
#include <jansson.h>

#include "bench/report/charts.h"
#include "bench/report/compare.h"
#include "bench/report/compare_export.h"
#include "bench/report/compare_print.h"
#include "bench/report/summary.h"
#include "bench/report/warnings.h"
#include "bench/results/columns.h"
#include "bench/results/csv_scan.h"
#include "tests/fuzz/feed.h"

enum { CSV_RESAMPLES = 20 };

static struct feed csv_given, csv_again;

/* --- what was read, written and read again, is the same --- */

static inline void csv_write(const struct timing *rows, size_t count)
{
    struct csv_buffer buffer = {0};
    size_t columns;
    const struct column *column = timings_columns(&columns);
    for (size_t c = 0; c < columns; c++)
        csv_put_text(&buffer, column[c].info.name);
    csv_put_end(&buffer);
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < columns; c++)
            column_put(&column[c], &rows[i], &buffer);
        csv_put_end(&buffer);
    }
    feed_put(&csv_again, buffer.text, buffer.length);
    csv_put_free(&buffer);
}

static inline bool csv_same(const struct column *column, const struct timing *a,
                            const struct timing *b)
{
    const char *from = (const char *)a + column->offset, *to = (const char *)b + column->offset;
    const char *text, *back;
    if (column->kind == COLUMN_STATUS)
        return memcmp(from, to, sizeof(enum status)) == 0;
    if (column->kind != COLUMN_TEXT)
        return memcmp(from, to, sizeof(uint64_t)) == 0;
    memcpy(&text, from, sizeof text);
    memcpy(&back, to, sizeof back);
    return strcmp(text, back) == 0;
}

static inline void csv_check_written(const struct timing *rows, size_t count, struct texts *texts)
{
    struct timing *back = NULL;
    struct error err = {""};
    size_t read = 0, columns;
    const struct column *column = timings_columns(&columns);
    csv_write(rows, count);
    const int code = timings_read(csv_again.path, texts, &back, &read, &err);
    FEED_CHECK(code == 0 && read == count, "%zu rows, %zu read: %s", count, read, err.text);
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < columns; c++)
            FEED_CHECK(csv_same(&column[c], &rows[i], &back[i]), "row %zu, %s", i,
                       column[c].info.name);
    free(back);
}

/* --- what is shown --- */

struct csv_shape {
    size_t fields;
};

static inline int csv_shape_field(void *user, const struct csv_place *place, const char *text,
                                  size_t length, struct error *err)
{
    (void)user, (void)place, (void)err;
    FEED_CHECK(length > 0, "field %zu of line %zu is empty", place->field, (size_t)place->line);
    feed_check_text(text, length, false);
    return 0;
}

static inline int csv_shape_row(void *user, const struct csv_place *place, struct error *err)
{
    struct csv_shape *shape = user;
    (void)err;
    shape->fields = shape->fields ? shape->fields : place->field;
    FEED_CHECK(shape->fields == place->field, "line %zu has another width", (size_t)place->line);
    return 0;
}

/* Other programs must be able to read it. */
static inline void csv_check_export(const char *text, size_t size, enum compare_format format)
{
    static const struct csv_calls calls = {csv_shape_field, csv_shape_row};
    struct csv_shape shape = {0};
    struct error err = {""};
    json_error_t why = {.line = 0};
    if (format == COMPARE_JSON) {
        json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
        FEED_CHECK(json, "%s: %.*s", why.text, (int)size, text);
        json_decref(json);
        return;
    }
    if (format == COMPARE_CSV) {
        feed_put(&csv_again, text, size);
        FEED_CHECK(csv_scan(csv_again.path, &calls, &shape, &err) == 0, "%s", err.text);
        return;
    }
    feed_check_text(text, size, true);
}

static inline void csv_show(const struct comparison *comparison, enum compare_format format,
                            enum compare_sort sort, const struct judge_rules *rules)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    FEED_CHECK(out, "no memory");
    const int code = format == COMPARE_CSV ? compare_export_csv(out, comparison, 1, sort)
                     : format == COMPARE_JSON
                         ? compare_export_json(out, comparison, 1, sort, rules)
                         : compare_print(out, comparison, 1, format, sort, rules, false);
    fclose(out);
    FEED_CHECK(code == 0, "%d", code);
    csv_check_export(text, size, format);
    free(text);
}

static inline void csv_show_all(const struct comparison *comparison,
                                const struct judge_rules *rules)
{
    csv_show(comparison, COMPARE_TABLE, COMPARE_BY_FILE, rules);
    csv_show(comparison, COMPARE_MARKDOWN, COMPARE_BY_CHANGE, rules);
    csv_show(comparison, COMPARE_CSV, COMPARE_BY_P, rules);
    csv_show(comparison, COMPARE_JSON, COMPARE_BY_NAME, rules);
}

static inline void csv_report(const struct cell_table *table)
{
    char *text = NULL;
    size_t size = 0, count = 0;
    struct warning *warnings = NULL;
    FILE *out = open_memstream(&text, &size);
    FEED_CHECK(out, "no memory");
    FEED_CHECK(warnings_collect(table, NULL, &warnings, &count) == 0, "warnings");
    FEED_CHECK(summary_print(out, table, 0.02, false) == 0, "summary");
    FEED_CHECK(warnings_print(out, warnings, count) == 0, "warnings");
    const struct chart_data data = {.table = table};
    for (size_t i = 0; i < CHARTS_COUNT; i++) {
        char title[CHART_TITLE];
        if (charts_missing(charts[i], &data))
            continue;
        fprintf(out, "%s\n", charts[i]->title(title, sizeof title, &data));
        FEED_CHECK(charts[i]->write(out, &data) == 0, "%s", charts[i]->what);
        FEED_CHECK(charts[i]->print(out, &data, 80) == 0, "%s", charts[i]->what);
    }
    fclose(out);
    feed_check_text(text, size, true);
    free(text);
    free(warnings);
}

/* A run is never faster or slower than itself, and all of it is its own like. */
static inline void csv_compare(struct compared_run *a, struct compared_run *b)
{
    static const struct judge_rules rules = {JUDGE_EFFECT, CSV_RESAMPLES, 1};
    struct comparison comparison;
    FEED_CHECK(compare_make(&comparison, a, b, &rules, NULL) == 0, "no memory");
    FEED_CHECK(comparison.refused_count == 0 && comparison.missing_a_count == 0 &&
                   comparison.missing_b_count == 0,
               "%zu refused, %zu and %zu missing", comparison.refused_count,
               comparison.missing_a_count, comparison.missing_b_count);
    for (size_t i = 0; i < comparison.count; i++)
        FEED_CHECK(comparison.cells[i].pair.judged != JUDGED_FASTER &&
                       comparison.cells[i].pair.judged != JUDGED_SLOWER,
                   "%s against itself", comparison.cells[i].name);
    csv_show_all(&comparison, &rules);
    compare_free(&comparison);
}

/* Works of the run that differ in something, as if they were runs. */
static inline void csv_within(const struct compared_run *run)
{
    static const struct judge_rules rules = {JUDGE_EFFECT, CSV_RESAMPLES, 1};
    struct compared_within within;
    const int code = compare_within(&within, run, &rules, NULL);
    FEED_CHECK(code == 0 || code == -ENOENT, "%d", code);
    for (size_t i = 0; code == 0 && i < within.count; i++)
        csv_show_all(&within.list[i], &rules);
    if (code == 0)
        compare_within_free(&within);
}

static inline void csv_use(struct timing *rows, size_t count)
{
    struct compared_run a = {"before", "before", rows, count, .invocations = 1}, b = a;
    b.label[0] = 'B';
    FEED_CHECK(cells_gather(&a.table, rows, count, 0) == 0, "no memory");
    FEED_CHECK(cells_gather(&b.table, rows, count, 1 << 20) == 0, "no memory");
    csv_report(&a.table);
    csv_compare(&a, &b);
    csv_within(&a);
    cells_free(&a.table);
    cells_free(&b.table);
}

/* 0 where the bytes could be read, or the negative code of the refusal. */
static inline int read_csv(const uint8_t *data, size_t size)
{
    struct texts *texts = texts_new();
    struct timing *rows = NULL;
    struct error err = {""};
    size_t count = 0;
    FEED_CHECK(texts, "no memory");
    feed_put(&csv_given, data, size);
    const int code = timings_read(csv_given.path, texts, &rows, &count, &err);
    if (code < 0) {
        feed_check_error(&err);
        feed_check_place(&err, csv_given.path);
        FEED_CHECK(!rows, "rows of a refused file");
    } else {
        csv_check_written(rows, count, texts);
        csv_use(rows, count);
    }
    free(rows);
    texts_free(texts);
    return code;
}

#endif
