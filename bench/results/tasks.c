#include "bench/results/tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/results/cell_rows.h"

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

static const struct cell_rows_table task_table = {
    "tasks", task_columns, sizeof task_columns / sizeof *task_columns, sizeof(struct task_row)};

const struct column_info *tasks_column(size_t index)
{
    bool of_cell;
    const struct column *column = cell_rows_column(&task_table, index, &of_cell);
    return column ? &column->info : NULL;
}

int tasks_create(struct cell_rows_writer **writer, const char *path, struct error *err)
{
    return cell_rows_create(writer, &task_table, path, err);
}

int tasks_open(struct cell_rows_writer **writer, const char *path, size_t drop, struct error *err)
{
    return cell_rows_open(writer, &task_table, path, drop, err);
}

int tasks_append(struct cell_rows_writer *writer, const struct timing *timing,
                 const struct task_row *row, struct error *err)
{
    return cell_rows_append(writer, timing, row, err);
}

int tasks_read(const char *path, struct texts *texts, struct task_cell **cells, size_t *count,
               struct error *err)
{
    struct cell_rows *read;
    *cells = NULL;
    int code = cell_rows_read(&task_table, path, texts, &read, count, err);
    if (code < 0)
        return code;
    *cells = calloc(*count > 0 ? *count : 1, sizeof **cells);
    if (!*cells) {
        cell_rows_free(read, *count);
        *count = 0;
        return error_set(err, -ENOMEM, "no memory for the cells of %s", path);
    }
    for (size_t i = 0; i < *count; i++)
        (*cells)[i] = (struct task_cell){read[i].key, read[i].rows, read[i].count};
    free(read);
    return 0;
}

void tasks_read_free(struct task_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(cells[i].rows);
    free(cells);
}
