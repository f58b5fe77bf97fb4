/*
 * timings_fixture.h - what the tests of timings.csv share: a folder for the file, a
 * sample row, writing and reading that must go well.
 */
#ifndef TESTS_UNIT_TIMINGS_FIXTURE_H
#define TESTS_UNIT_TIMINGS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/results/columns.h"
#include "bench/results/timings.h"

static char folder[64], path[96];
static struct texts *texts; /* of the rows that were read */

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_timings.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    texts = texts_new();
    snprintf(path, sizeof path, "%s/timings.csv", folder);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    texts_free(texts);
    return rmdir(folder);
}

static inline void put_file(const char *content, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline char *get_file(const char *name)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    ssize_t length = getdelim(&text, &room, '\0', file);
    assert_true(length >= 0);
    fclose(file);
    return text;
}

/* Every field differs from every other, in value and in length. */
static inline struct timing sample(void)
{
    size_t count;
    const struct column *columns = timings_columns(&count);
    static char names[96][32];
    struct timing row;
    memset(&row, 0, sizeof row);
    for (size_t i = 0; i < count; i++) {
        char *field = (char *)&row + columns[i].offset;
        uint64_t number = UINT64_C(1000000007) * (i + 1);
        const char *name = names[i];
        snprintf(names[i], sizeof names[i], "text-%zu", i);
        if (columns[i].kind == COLUMN_TEXT)
            memcpy(field, &name, sizeof name);
        else if (columns[i].kind != COLUMN_STATUS && columns[i].kind != COLUMN_FLAG)
            memcpy(field, &number, sizeof number);
    }
    row.schema = TIMINGS_SCHEMA;
    row.warmup = row.reference = 1;
    row.status = STATUS_TIMEOUT;
    return row;
}

static inline const char *column_text(const struct column *column, const struct timing *row)
{
    const char *text;
    memcpy(&text, (const char *)row + column->offset, sizeof text);
    return text;
}

static inline void assert_same_row(const struct timing *a, const struct timing *b)
{
    size_t count;
    const struct column *columns = timings_columns(&count);
    for (size_t i = 0; i < count; i++) {
        const char *x = (const char *)a + columns[i].offset;
        const char *y = (const char *)b + columns[i].offset;
        const size_t size = columns[i].kind == COLUMN_STATUS ? sizeof(enum status) : 8;
        int same = columns[i].kind == COLUMN_TEXT
                       ? strcmp(column_text(&columns[i], a), column_text(&columns[i], b))
                       : memcmp(x, y, size);
        if (same != 0)
            fail_msg("column %s differs", columns[i].info.name);
    }
}

static inline void write_rows(const struct timing *rows, size_t count)
{
    struct timings_writer *writer = NULL;
    struct error err;
    unlink(path);
    if (timings_create(&writer, path, &err) != 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++)
        if (timings_append(writer, &rows[i], &err) != 0)
            fail_msg("%s", err.text);
    assert_int_equal(timings_close(writer, &err), 0);
}

static inline size_t read_rows(struct timing **rows)
{
    struct error err;
    size_t count = 12345;
    if (timings_read(path, texts, rows, &count, &err) != 0)
        fail_msg("%s", err.text);
    return count;
}

#endif
