#include "bench/results/states.h"

#include <errno.h>
#include <stdlib.h>

#define FIGURE(field, unit, summary) COLUMN(state_row, field, COLUMN_FIGURE, unit, summary)

static const struct column state_columns[] = {
    COLUMN(state_row, task, COLUMN_COUNT, "number", "index of the task, from 0"),
    FIGURE(worker, "number", "the worker that ran it, from 0"),
    FIGURE(queued_ns, "ns", "when the task was queued, as in tasks.csv"),
    FIGURE(from_ns, "ns", "when the segment began; a task's first one with the task"),
    FIGURE(to_ns, "ns", "when it ended, and the task's next one began"),
    FIGURE(running_ns, "ns", "how long of it the task ran on a CPU"),
    FIGURE(ready_ns, "ns", "how long of it the task could have run, and waited for a CPU"),
    FIGURE(blocked_ns, "ns", "how long of it the task waited for something else"),
    FIGURE(unknown_ns, "ns", "the rest, of which nobody could tell"),
    COLUMN_OF_TEXT(state_row, doing, TEXT_NAME,
                   "the context's call in which the task was, computing, or several"),
    FIGURE(joined, "number", "segments that were joined to this one for want of room; 1: none"),
};

static const struct cell_rows_table state_table = {"states", state_columns,
                                                   sizeof state_columns / sizeof *state_columns,
                                                   sizeof(struct state_row)};

const struct column_info *states_column(size_t index)
{
    bool of_cell;
    const struct column *column = cell_rows_column(&state_table, index, &of_cell);
    return column ? &column->info : NULL;
}

int states_create(struct cell_rows_writer **writer, const char *path, struct error *err)
{
    return cell_rows_create(writer, &state_table, path, err);
}

int states_open(struct cell_rows_writer **writer, const char *path, size_t drop, struct error *err)
{
    return cell_rows_open(writer, &state_table, path, drop, err);
}

int states_append(struct cell_rows_writer *writer, const struct timing *timing,
                  const struct state_row *row, struct error *err)
{
    return cell_rows_append(writer, timing, row, err);
}

int states_read(const char *path, struct texts *texts, struct state_cell **cells, size_t *count,
                struct error *err)
{
    struct cell_rows *read;
    *cells = NULL;
    int code = cell_rows_read(&state_table, path, texts, &read, count, err);
    if (code < 0)
        return code;
    *cells = calloc(*count > 0 ? *count : 1, sizeof **cells);
    if (!*cells) {
        cell_rows_free(read, *count);
        *count = 0;
        return error_set(err, -ENOMEM, "no memory for the cells of %s", path);
    }
    for (size_t i = 0; i < *count; i++)
        (*cells)[i] = (struct state_cell){read[i].key, read[i].rows, read[i].count};
    free(read);
    return 0;
}

void states_read_free(struct state_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(cells[i].rows);
    free(cells);
}

bool state_row_valid(const struct state_row *row)
{
    const uint64_t parts[] = {row->running_ns, row->ready_ns, row->blocked_ns, row->unknown_ns};
    if (row->worker >= FIGURE_OFF || row->from_ns >= FIGURE_OFF || row->to_ns >= FIGURE_OFF ||
        row->to_ns < row->from_ns)
        return false;
    uint64_t left = row->to_ns - row->from_ns;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i] > left)
            return false;
        left -= parts[i];
    }
    return left == 0;
}
