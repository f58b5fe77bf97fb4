#include "bench/results/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/columns.h"
#include "bench/results/csv_file.h"
#include "bench/results/csv_put.h"
#include "bench/results/tasks_internal.h"

enum { BUFFERED_MAX = 256 * 1024 };

/* The cell, declared in timings.c; together with it a row can be joined to its timing. */
static const char *const cell_names[] = {
    "schema", "run",    "workload", "params",   "mode", "wait",     "workers",    "width", "tasks",
    "pin",    "submit", "stack",    "schedule", "rate", "arrivals", "invocation", "block", "rep",
};

#define FIGURE(field, unit, summary) COLUMN(task_row, field, COLUMN_FIGURE, unit, summary)
#define TEXT(field, summary)         COLUMN_OF_TEXT(task_row, field, TEXT_PARAMS, summary)

static const struct column task_columns[] = {
    COLUMN(task_row, task, COLUMN_COUNT, "number", "index of the task, from 0"),
    FIGURE(queued_ns, "ns",
           "when the task was handed to the mode or, where a rate paces it, was to arrive"),
    COLUMN_SINCE(
        4, task_row, waited_ns, COLUMN_FIGURE, "ns",
        "under a schedule, its time of waiting for a turn, from its arrival on; under thread-gil, "
        "for the interpreter lock, from its thread's start on; else off"),
    FIGURE(start_ns, "ns", "when a worker began it"),
    FIGURE(end_ns, "ns", "when it ended"),
    FIGURE(worker, "number", "the worker that ran it, from 0"),
    FIGURE(process, "number", "id of the process that ran it"),
    FIGURE(cpu, "number", "CPU on which it ended, the system's number"),
    FIGURE(start_cpu, "number", "CPU on which it began, the system's number"),
    TEXT(pin_cpus,
         "CPUs that its worker was meant to run on, joined by blanks, off where not bound"),
    TEXT(pinned, "whether that binding took hold: yes, no, simulated, or off where not bound"),
};

enum {
    CELL_COLUMNS = sizeof cell_names / sizeof *cell_names,
    TASK_COLUMNS = sizeof task_columns / sizeof *task_columns,
};

static const struct column *tasks_cell_column(const char *name)
{
    size_t count;
    const struct column *columns = timings_columns(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].info.name, name) == 0)
            return &columns[i];
    return NULL;
}

size_t tasks_column_count(void)
{
    return CELL_COLUMNS + TASK_COLUMNS;
}

const struct column *tasks_column_at(size_t index, bool *of_cell)
{
    *of_cell = index < CELL_COLUMNS;
    if (*of_cell)
        return tasks_cell_column(cell_names[index]);
    index -= CELL_COLUMNS;
    return index < TASK_COLUMNS ? &task_columns[index] : NULL;
}

const struct column_info *tasks_column(size_t index)
{
    bool of_cell;
    const struct column *column = tasks_column_at(index, &of_cell);
    return column ? &column->info : NULL;
}

struct tasks_writer {
    struct csv_file file;
    struct csv_buffer rows;
    const struct column *cell[CELL_COLUMNS];
};

static int tasks_end_row(struct tasks_writer *writer, struct error *err)
{
    int ended = csv_put_end(&writer->rows);
    if (ended < 0)
        error_set(err, ended, "no memory for a row of %s", writer->file.path);
    return ended;
}

int tasks_create(struct tasks_writer **writer, const char *path, struct error *err)
{
    struct tasks_writer *made = calloc(1, sizeof *made);
    if (!made)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    int created = csv_file_create(&made->file, path, err);
    if (created < 0) {
        free(made);
        return created;
    }
    for (size_t i = 0; i < CELL_COLUMNS; i++)
        made->cell[i] = tasks_cell_column(cell_names[i]);
    for (size_t i = 0; i < CELL_COLUMNS + TASK_COLUMNS; i++)
        csv_put_text(&made->rows, tasks_column(i)->name);
    created = tasks_end_row(made, err);
    if (created == 0)
        created = tasks_flush(made, err);
    if (created < 0) {
        csv_put_clear(&made->rows);
        tasks_close(made, NULL);
        unlink(path);
        return created;
    }
    *writer = made;
    return 0;
}

int tasks_append(struct tasks_writer *writer, const struct timing *timing,
                 const struct task_row *row, struct error *err)
{
    if (writer->rows.length >= BUFFERED_MAX) {
        int flushed = tasks_flush(writer, err);
        if (flushed < 0)
            return flushed;
    }
    for (size_t i = 0; i < CELL_COLUMNS; i++)
        column_put(writer->cell[i], timing, &writer->rows);
    for (size_t i = 0; i < TASK_COLUMNS; i++)
        column_put(&task_columns[i], row, &writer->rows);
    return tasks_end_row(writer, err);
}

int tasks_flush(struct tasks_writer *writer, struct error *err)
{
    if (writer->rows.length == 0)
        return 0;
    int written = csv_file_append(&writer->file, writer->rows.text, writer->rows.length, err);
    if (written == 0)
        csv_put_clear(&writer->rows);
    return written;
}

int tasks_close(struct tasks_writer *writer, struct error *err)
{
    if (!writer)
        return 0;
    int flushed = tasks_flush(writer, err);
    int closed = csv_file_close(&writer->file, flushed < 0 ? NULL : err);
    csv_put_free(&writer->rows);
    free(writer);
    return flushed < 0 ? flushed : closed;
}
