#include "bench/results/cell_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/csv_file.h"
#include "bench/results/csv_put.h"

enum { BUFFERED_MAX = 256 * 1024 };

/* The cell, declared in timings.c; together with it a row can be joined to its timing. */
static const char *const cell_names[] = {
    "schema", "run",    "workload", "params",   "mode", "wait",     "workers",    "width", "tasks",
    "pin",    "submit", "stack",    "schedule", "rate", "arrivals", "invocation", "block", "rep",
};

enum { CELL_COLUMNS = sizeof cell_names / sizeof *cell_names };

static const struct column *cell_column(const char *name)
{
    size_t count;
    const struct column *columns = timings_columns(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].info.name, name) == 0)
            return &columns[i];
    return NULL;
}

const struct column *cell_rows_column(const struct cell_rows_table *table, size_t index,
                                      bool *of_cell)
{
    *of_cell = index < CELL_COLUMNS;
    if (*of_cell)
        return cell_column(cell_names[index]);
    index -= CELL_COLUMNS;
    return index < table->count ? &table->columns[index] : NULL;
}

struct cell_rows_writer {
    const struct cell_rows_table *table;
    struct csv_file file;
    struct csv_buffer rows;
    const struct column *cell[CELL_COLUMNS];
};

static int cell_rows_end(struct cell_rows_writer *writer, struct error *err)
{
    int ended = csv_put_end(&writer->rows);
    if (ended < 0)
        error_set(err, ended, "no memory for a row of %s", writer->file.path);
    return ended;
}

/* With its header in the buffer; the file is not open yet. */
static struct cell_rows_writer *cell_rows_new(const struct cell_rows_table *table)
{
    struct cell_rows_writer *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->file.fd = -1;
    made->table = table;
    for (size_t i = 0; i < CELL_COLUMNS; i++) {
        made->cell[i] = cell_column(cell_names[i]);
        csv_put_text(&made->rows, cell_names[i]);
    }
    for (size_t i = 0; i < table->count; i++)
        csv_put_text(&made->rows, table->columns[i].info.name);
    if (csv_put_end(&made->rows) == 0)
        return made;
    csv_put_free(&made->rows);
    free(made);
    return NULL;
}

/* What is buffered is not written. */
static void cell_rows_drop(struct cell_rows_writer *writer)
{
    csv_put_clear(&writer->rows);
    cell_rows_close(writer, NULL);
}

int cell_rows_create(struct cell_rows_writer **writer, const struct cell_rows_table *table,
                     const char *path, struct error *err)
{
    struct cell_rows_writer *made = cell_rows_new(table);
    if (!made)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    int created = csv_file_create(&made->file, path, err);
    if (created < 0) {
        cell_rows_drop(made);
        return created;
    }
    created = cell_rows_flush(made, err);
    if (created < 0) {
        cell_rows_drop(made);
        unlink(path);
        return created;
    }
    *writer = made;
    return 0;
}

int cell_rows_open(struct cell_rows_writer **writer, const struct cell_rows_table *table,
                   const char *path, size_t drop, struct error *err)
{
    struct cell_rows_writer *made = cell_rows_new(table);
    if (!made)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    int opened = csv_file_open(&made->file, path, err);
    if (opened == 0 && !csv_file_begins(&made->file, made->rows.text, made->rows.length))
        opened = error_set(err, -EINVAL,
                           "%s:1:1: the columns are not those that this version of bench writes; "
                           "go on with the version that wrote it, or start a new run",
                           path);
    if (opened == 0 && drop > 0)
        opened = csv_file_drop(&made->file, drop, err);
    if (opened < 0) {
        cell_rows_drop(made);
        return opened;
    }
    csv_put_clear(&made->rows);
    *writer = made;
    return 0;
}

int cell_rows_append(struct cell_rows_writer *writer, const struct timing *timing, const void *row,
                     struct error *err)
{
    if (writer->rows.length >= BUFFERED_MAX) {
        int flushed = cell_rows_flush(writer, err);
        if (flushed < 0)
            return flushed;
    }
    for (size_t i = 0; i < CELL_COLUMNS; i++)
        column_put(writer->cell[i], timing, &writer->rows);
    for (size_t i = 0; i < writer->table->count; i++)
        column_put(&writer->table->columns[i], row, &writer->rows);
    return cell_rows_end(writer, err);
}

int cell_rows_flush(struct cell_rows_writer *writer, struct error *err)
{
    if (writer->rows.length == 0)
        return 0;
    int written = csv_file_append(&writer->file, writer->rows.text, writer->rows.length, err);
    if (written == 0)
        csv_put_clear(&writer->rows);
    return written;
}

int cell_rows_close(struct cell_rows_writer *writer, struct error *err)
{
    if (!writer)
        return 0;
    int flushed = cell_rows_flush(writer, err);
    int closed = csv_file_close(&writer->file, flushed < 0 ? NULL : err);
    csv_put_free(&writer->rows);
    free(writer);
    return flushed < 0 ? flushed : closed;
}
