#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/columns.h"
#include "bench/results/csv_scan.h"
#include "bench/results/timings.h"

enum { FIELDS_MAX = 1024 };

struct reader {
    const struct column *columns;
    size_t column_count;
    const struct column *map[FIELDS_MAX]; /* by field of the file; NULL: a foreign column */
    size_t fields;                        /* of the header; 0: not read yet */
    bool in_rows;
    const struct column *missing; /* the first that the header lacks, of the earliest schema */
    struct timing absent;         /* what a row has where its header lacks a column */
    struct texts *texts;
    struct csv_place header_end;
    struct timing *rows;
    size_t count, room;
};

static int reader_header_field(struct reader *reader, const struct csv_place *place,
                               const char *text, struct error *err)
{
    if (place->field > FIELDS_MAX)
        return csv_place_error(place, err, "more than %d columns", FIELDS_MAX);
    for (size_t i = 0; i < reader->column_count; i++) {
        const struct column *column = &reader->columns[i];
        if (strcmp(text, column->info.name) != 0)
            continue;
        for (size_t j = 0; j + 1 < place->field; j++)
            if (reader->map[j] == column)
                return csv_place_error(place, err, "a second column '%s'; rename or delete one",
                                       text);
        reader->map[place->field - 1] = column;
    }
    return 0;
}

static void reader_header_end(struct reader *reader, const struct csv_place *place)
{
    reader->fields = place->field - 1;
    reader->header_end = *place;
    reader->in_rows = true;
    for (size_t i = 0; i < reader->column_count; i++) {
        const struct column *column = &reader->columns[i];
        bool found = false;
        for (size_t j = 0; j < reader->fields && !found; j++)
            found = reader->map[j] == column;
        if (found)
            continue;
        if (!reader->missing || column->since < reader->missing->since)
            reader->missing = column;
        if (column->since > 1)
            column_absent(column, &reader->absent);
    }
}

static int reader_missing(const struct reader *reader, struct error *err)
{
    const char *hint = reader->fields == 1 ? "; are the columns separated by commas?"
                                           : "; put it back, or use the file as bench wrote it";
    return csv_place_error(&reader->header_end, err, "the column '%s' is missing%s",
                           reader->missing->info.name, hint);
}

/* A file may lack the columns of a later schema than its own; one without rows has none. */
static bool reader_lacks(const struct reader *reader, uint64_t schema)
{
    return reader->missing && schema >= reader->missing->since;
}

/* A newer file may lack columns or have other values: its version explains more than they do. */
static int reader_schema(const struct reader *reader, const struct csv_place *place,
                         struct error *err)
{
    uint64_t schema = reader->rows[reader->count].schema;
    if (schema > TIMINGS_SCHEMA)
        return csv_place_error(place, err,
                               "schema %llu is newer than this program, which reads up to %d; "
                               "use the version of bench that wrote the file, or a later one",
                               (unsigned long long)schema, TIMINGS_SCHEMA);
    if (schema < 1)
        return csv_place_error(place, err, "there is no schema 0; schemas count from 1");
    return 0;
}

static int reader_grow(struct reader *reader, const struct csv_place *place, struct error *err)
{
    const size_t room = reader->room > 0 ? 2 * reader->room : 64;
    if (room > TIMINGS_ROWS)
        return error_set(err, -EINVAL, "%s has more than %d rows; split it", place->path,
                         TIMINGS_ROWS);
    struct timing *rows = reallocarray(reader->rows, room, sizeof *rows);
    if (!rows)
        return error_set(err, -ENOMEM, "no memory for more than %zu rows of %s", reader->count,
                         place->path);
    reader->rows = rows;
    reader->room = room;
    return 0;
}

/* Most texts are those of the row before, which were looked at and kept then. */
static bool reader_again(const struct reader *reader, const struct column *column, const char *text,
                         struct timing *row)
{
    const char *before;
    if (column->kind != COLUMN_TEXT || reader->count == 0)
        return false;
    memcpy(&before, (const char *)(row - 1) + column->offset, sizeof before);
    if (strcmp(before, text) != 0)
        return false;
    memcpy((char *)row + column->offset, &before, sizeof before);
    return true;
}

static int reader_field(void *user, const struct csv_place *place, const char *text, size_t length,
                        struct error *err)
{
    struct reader *reader = user;
    if (!reader->in_rows)
        return reader_header_field(reader, place, text, err);
    if (place->field > reader->fields)
        return csv_place_error(place, err,
                               "more than the header's %zu fields; quote fields that hold a comma",
                               reader->fields);
    if (reader->count == reader->room) {
        int grown = reader_grow(reader, place, err);
        if (grown < 0)
            return grown;
    }
    struct error why;
    struct timing *row = &reader->rows[reader->count];
    if (place->field == 1) /* even where that is a foreign column */
        *row = reader->absent;
    const struct column *column = reader->map[place->field - 1];
    if (!column)
        return 0;
    if (reader_again(reader, column, text, row))
        return 0;
    int got = column_get(column, text, length, reader->texts, row, &why);
    if (got < 0)
        return got == -ENOMEM ? error_set(err, got, "%s", why.text)
                              : csv_place_error(place, err, "%s", why.text);
    if (column->offset == offsetof(struct timing, schema))
        return reader_schema(reader, place, err);
    return 0;
}

static int reader_row(void *user, const struct csv_place *place, struct error *err)
{
    struct reader *reader = user;
    if (!reader->in_rows) {
        reader_header_end(reader, place);
        return 0;
    }
    if (reader_lacks(reader, 1))
        return reader_missing(reader, err);
    if (place->field - 1 < reader->fields)
        return csv_place_error(place, err,
                               "the row ends after %zu of %zu fields; mend it or delete the line",
                               place->field - 1, reader->fields);
    if (reader_lacks(reader, reader->rows[reader->count].schema))
        return reader_missing(reader, err);
    reader->count++;
    return 0;
}

static int reader_scan(struct reader *reader, const char *path, struct error *err)
{
    static const struct csv_calls calls = {reader_field, reader_row};
    int scanned = csv_scan(path, &calls, reader, err);
    if (scanned < 0)
        return scanned;
    struct csv_place start = {path, 1, 1};
    if (!reader->in_rows)
        return csv_place_error(&start, err, "the file is empty; its first line must name columns");
    return reader_lacks(reader, 1) ? reader_missing(reader, err) : 0;
}

int timings_read(const char *path, struct texts *texts, struct timing **rows, size_t *count,
                 struct error *err)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(err, -ENOMEM, "no memory for reading %s", path);
    reader->texts = texts;
    reader->columns = timings_columns(&reader->column_count);
    int scanned = reader_scan(reader, path, err);
    if (scanned < 0 || reader->count == 0) {
        free(reader->rows);
        reader->rows = NULL;
    }
    if (scanned == 0) {
        *rows = reader->rows;
        *count = reader->count;
    }
    free(reader);
    return scanned;
}
