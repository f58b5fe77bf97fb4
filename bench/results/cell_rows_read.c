/* cell_rows_read.c - such a file, read into the cells whose rows it holds. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/cell_rows.h"
#include "bench/results/csv_scan.h"

enum { FIELDS_MAX = 256, COLUMNS_MAX = 64 };

struct rows_field {
    const struct column *column; /* NULL: a foreign one */
    bool of_cell;                /* it lies in the key, not in the row */
};

struct rows_reader {
    const struct cell_rows_table *table;
    struct rows_field columns[COLUMNS_MAX];
    size_t column_count;
    struct rows_field map[FIELDS_MAX];
    size_t fields; /* of the header */
    bool in_rows;
    const struct column *missing; /* that the header lacks, of the earliest schema; or NULL */
    struct csv_place header_end;
    struct texts *texts;
    struct timing absent_key;
    struct timing key; /* of the row in hand */
    void *absent_row, *row;
    struct cell_rows *cells;
    size_t count, room, row_room;
};

static void rows_columns_of(struct rows_reader *reader)
{
    for (; reader->column_count < COLUMNS_MAX; reader->column_count++) {
        struct rows_field *field = &reader->columns[reader->column_count];
        field->column = cell_rows_column(reader->table, reader->column_count, &field->of_cell);
        if (!field->column)
            return;
    }
}

static struct rows_field rows_field_of(const struct rows_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->column_count; i++)
        if (strcmp(reader->columns[i].column->info.name, name) == 0)
            return reader->columns[i];
    return (struct rows_field){NULL, false};
}

static int rows_header_field(struct rows_reader *reader, const struct csv_place *place,
                             const char *text, struct error *err)
{
    if (place->field > FIELDS_MAX)
        return csv_place_error(place, err, "more than %d columns", FIELDS_MAX);
    const struct rows_field field = rows_field_of(reader, text);
    for (size_t i = 0; field.column && i + 1 < place->field; i++)
        if (reader->map[i].column == field.column)
            return csv_place_error(place, err, "a second column '%s'; rename or delete one", text);
    reader->map[place->field - 1] = field;
    return 0;
}

static int rows_missing(const struct rows_reader *reader, struct error *err)
{
    return csv_place_error(
        &reader->header_end, err, "the column '%s' is missing%s", reader->missing->info.name,
        reader->fields == 1 ? "; are the columns separated by commas?"
                            : "; put it back, or use the file as bench wrote it");
}

/* What an older file lacks is off; what the first schema had must be there. */
static int rows_header_end(struct rows_reader *reader, const struct csv_place *place,
                           struct error *err)
{
    reader->fields = place->field - 1;
    reader->header_end = *place;
    reader->in_rows = true;
    for (size_t i = 0; i < reader->column_count; i++) {
        const struct rows_field *field = &reader->columns[i];
        bool found = false;
        for (size_t f = 0; f < reader->fields && !found; f++)
            found = reader->map[f].column == field->column;
        if (!found && (!reader->missing || field->column->since < reader->missing->since))
            reader->missing = field->column;
        column_absent(field->column,
                      field->of_cell ? (void *)&reader->absent_key : reader->absent_row);
    }
    return reader->missing && reader->missing->since == 1 ? rows_missing(reader, err) : 0;
}

/* A newer file may have other values: its version explains more than they do. */
static int rows_schema(const struct rows_reader *reader, const struct csv_place *place,
                       struct error *err)
{
    const unsigned long long schema = reader->key.schema;
    if (schema > TIMINGS_SCHEMA)
        return csv_place_error(place, err,
                               "schema %llu is newer than this program, which reads up to %d; "
                               "use the version of bench that wrote the file, or a later one",
                               schema, TIMINGS_SCHEMA);
    if (schema < 1)
        return csv_place_error(place, err, "there is no schema 0; schemas count from 1");
    return reader->missing && schema >= reader->missing->since ? rows_missing(reader, err) : 0;
}

static void *rows_at(const struct rows_reader *reader, void *rows, size_t index)
{
    return (char *)rows + index * reader->table->bytes;
}

/* Most texts are those of the row before, which were looked at and kept then. */
static bool rows_again(const struct rows_reader *reader, const struct rows_field *field,
                       const char *text, void *record)
{
    const struct cell_rows *cell = reader->count > 0 ? &reader->cells[reader->count - 1] : NULL;
    const char *before;
    if (field->column->kind != COLUMN_TEXT || !cell)
        return false;
    const void *last =
        field->of_cell ? (const void *)&cell->key : rows_at(reader, cell->rows, cell->count - 1);
    memcpy(&before, (const char *)last + field->column->offset, sizeof before);
    if (strcmp(before, text) != 0)
        return false;
    memcpy((char *)record + field->column->offset, &before, sizeof before);
    return true;
}

static int rows_field(void *user, const struct csv_place *place, const char *text, size_t length,
                      struct error *err)
{
    struct rows_reader *reader = user;
    struct error why;
    if (!reader->in_rows)
        return rows_header_field(reader, place, text, err);
    if (place->field > reader->fields)
        return csv_place_error(place, err,
                               "more than the header's %zu fields; quote fields that hold a comma",
                               reader->fields);
    if (place->field == 1) {
        reader->key = reader->absent_key;
        memcpy(reader->row, reader->absent_row, reader->table->bytes);
    }
    const struct rows_field *field = &reader->map[place->field - 1];
    if (!field->column)
        return 0;
    void *record = field->of_cell ? (void *)&reader->key : reader->row;
    if (rows_again(reader, field, text, record))
        return 0;
    const int got = column_get(field->column, text, length, reader->texts, record, &why);
    if (got < 0)
        return got == -ENOMEM ? error_set(err, got, "%s", why.text)
                              : csv_place_error(place, err, "%s", why.text);
    if (field->of_cell && field->column->offset == offsetof(struct timing, schema))
        return rows_schema(reader, place, err);
    return 0;
}

/* Texts of one pool are equal where their pointers are. */
static bool rows_same(const struct rows_reader *reader, const struct timing *a,
                      const struct timing *b)
{
    for (size_t i = 0; i < reader->column_count; i++) {
        const struct column *column = reader->columns[i].column;
        const size_t size = column->kind == COLUMN_TEXT ? sizeof(const char *) : sizeof(uint64_t);
        if (reader->columns[i].of_cell &&
            memcmp((const char *)a + column->offset, (const char *)b + column->offset, size) != 0)
            return false;
    }
    return true;
}

static int rows_new_cell(struct rows_reader *reader)
{
    if (reader->count == reader->room) {
        const size_t room = reader->room ? 2 * reader->room : 32;
        struct cell_rows *cells = reallocarray(reader->cells, room, sizeof *cells);
        if (!cells)
            return -ENOMEM;
        reader->cells = cells;
        reader->room = room;
    }
    reader->cells[reader->count++] = (struct cell_rows){.key = reader->key};
    reader->row_room = 0;
    return 0;
}

static int rows_row(void *user, const struct csv_place *place, struct error *err)
{
    struct rows_reader *reader = user;
    if (!reader->in_rows)
        return rows_header_end(reader, place, err);
    if (place->field - 1 < reader->fields)
        return csv_place_error(place, err,
                               "the row ends after %zu of %zu fields; mend it or delete the line",
                               place->field - 1, reader->fields);
    if ((reader->count == 0 ||
         !rows_same(reader, &reader->cells[reader->count - 1].key, &reader->key)) &&
        rows_new_cell(reader) < 0)
        return error_set(err, -ENOMEM, "no memory for the cells of %s", place->path);
    struct cell_rows *cell = &reader->cells[reader->count - 1];
    if (cell->count == reader->row_room) {
        const size_t room = reader->row_room ? 2 * reader->row_room : 64;
        void *rows = reallocarray(cell->rows, room, reader->table->bytes);
        if (!rows)
            return error_set(err, -ENOMEM, "no memory for the %s of %s", reader->table->what,
                             place->path);
        cell->rows = rows;
        reader->row_room = room;
    }
    memcpy(rows_at(reader, cell->rows, cell->count++), reader->row, reader->table->bytes);
    return 0;
}

int cell_rows_read(const struct cell_rows_table *table, const char *path, struct texts *texts,
                   struct cell_rows **cells, size_t *count, struct error *err)
{
    static const struct csv_calls calls = {rows_field, rows_row};
    *cells = NULL;
    *count = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return error_set(err, -ENOENT, "%s: there is no such file", path);
    struct rows_reader *reader = calloc(1, sizeof *reader);
    void *two_rows = calloc(2, table->bytes);
    int code = reader && two_rows ? 0 : error_set(err, -ENOMEM, "no memory for reading %s", path);
    if (code == 0) {
        reader->table = table;
        reader->texts = texts;
        reader->row = two_rows;
        reader->absent_row = rows_at(reader, two_rows, 1);
        rows_columns_of(reader);
        code = csv_scan(path, &calls, reader, err);
    }
    const struct csv_place start = {path, 1, 1};
    if (code == 0 && !reader->in_rows)
        code = csv_place_error(&start, err, "the file is empty; its first line must name columns");
    if (code == 0) {
        *cells = reader->cells;
        *count = reader->count;
    } else if (reader) {
        cell_rows_free(reader->cells, reader->count);
    }
    free(two_rows);
    free(reader);
    return code;
}

void cell_rows_free(struct cell_rows *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(cells[i].rows);
    free(cells);
}
