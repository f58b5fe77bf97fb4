/* csv_table_read.c - a small CSV file, read into records. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/csv_scan.h"
#include "bench/results/csv_table.h"
#include "bench/results/folder.h"

enum { FIELDS_MAX = 256 };

struct table_reader {
    const struct column *columns;
    size_t column_count, size, most;
    const struct column *map[FIELDS_MAX]; /* by field of the file; NULL: a foreign column */
    size_t fields;                        /* of the header; 0: not read yet */
    struct texts *texts;
    char *records;
    size_t count, room;
};

static int table_header(struct table_reader *reader, const struct csv_place *place,
                        const char *text, struct error *err)
{
    if (place->field > FIELDS_MAX)
        return csv_place_error(place, err, "more than %d columns", FIELDS_MAX);
    for (size_t i = 0; i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].info.name, text) != 0)
            continue;
        for (size_t f = 0; f + 1 < place->field; f++)
            if (reader->map[f] == &reader->columns[i])
                return csv_place_error(place, err, "a second column '%s'; rename or delete one",
                                       text);
        reader->map[place->field - 1] = &reader->columns[i];
    }
    return 0;
}

static int table_header_end(struct table_reader *reader, const struct csv_place *place,
                            struct error *err)
{
    reader->fields = place->field - 1;
    for (size_t i = 0; i < reader->column_count; i++) {
        bool found = false;
        for (size_t f = 0; f < reader->fields && !found; f++)
            found = reader->map[f] == &reader->columns[i];
        if (!found)
            return csv_place_error(place, err,
                                   "the column '%s' is missing; put it back, or use the file as "
                                   "bench wrote it",
                                   reader->columns[i].info.name);
    }
    return 0;
}

static int table_grow(struct table_reader *reader, const struct csv_place *place, struct error *err)
{
    if (reader->count == reader->most)
        return csv_place_error(place, err, "more than %zu rows", reader->most);
    if (reader->count < reader->room)
        return 0;
    const size_t room = reader->room > 0 ? 2 * reader->room : 32;
    char *records = reallocarray(reader->records, room, reader->size);
    if (!records)
        return error_set(err, -ENOMEM, "no memory for more than %zu rows of %s", reader->count,
                         place->path);
    reader->records = records;
    reader->room = room;
    return 0;
}

static int table_field(void *user, const struct csv_place *place, const char *text, size_t length,
                       struct error *err)
{
    struct table_reader *reader = user;
    struct error why;
    if (reader->fields == 0)
        return table_header(reader, place, text, err);
    if (place->field > reader->fields)
        return csv_place_error(place, err,
                               "more than the header's %zu fields; quote fields that hold a comma",
                               reader->fields);
    int code = place->field == 1 ? table_grow(reader, place, err) : 0;
    const struct column *column = reader->map[place->field - 1];
    if (code < 0 || !column)
        return code;
    code = column_get(column, text, length, reader->texts,
                      reader->records + reader->count * reader->size, &why);
    return code == 0         ? 0
           : code == -ENOMEM ? error_set(err, code, "%s", why.text)
                             : csv_place_error(place, err, "%s", why.text);
}

static int table_row(void *user, const struct csv_place *place, struct error *err)
{
    struct table_reader *reader = user;
    if (reader->fields == 0)
        return table_header_end(reader, place, err);
    if (place->field - 1 < reader->fields)
        return csv_place_error(place, err,
                               "the row ends after %zu of %zu fields; mend it or delete the line",
                               place->field - 1, reader->fields);
    reader->count++;
    return 0;
}

int csv_table_read(const char *folder, const char *name, const struct column *columns,
                   size_t column_count, size_t size, size_t most, struct texts *texts,
                   void **records, size_t *count, struct error *err)
{
    static const struct csv_calls calls = {table_field, table_row};
    struct table_reader reader = {
        .columns = columns, .column_count = column_count, .size = size, .most = most};
    char path[4096 + 32];
    *records = NULL;
    *count = 0;
    if (folder_path(folder, name, path, sizeof path) != 0)
        return error_set(err, -ENAMETOOLONG, "%s: the folder's name is too long", name);
    reader.texts = texts;
    int code = csv_scan(path, &calls, &reader, err);
    const struct csv_place start = {path, 1, 1};
    if (code == 0 && reader.fields == 0)
        code = csv_place_error(&start, err, "the file is empty; its first line must name columns");
    if (code < 0 || reader.count == 0) {
        free(reader.records);
        return code;
    }
    *records = reader.records;
    *count = reader.count;
    return 0;
}
