/*
 * cell_rows.h - a CSV file of rows that belong to repetitions: those of its tasks (tasks.h), or of
 * their states (states.h). Each row begins with what names the cell and the repetition, as in
 * timings.csv, so that it can be joined to its timing; then come the file's own columns, which are
 * declared once, in the file's own table.
 * Thread rules: a writer belongs to one thread at a time.
 */
#ifndef BENCH_RESULTS_CELL_ROWS_H
#define BENCH_RESULTS_CELL_ROWS_H

#include "bench/results/columns.h"

/* What a file holds beside the cell. */
struct cell_rows_table {
    const char *what; /* rows of it are told of as that: "tasks" */
    const struct column *columns;
    size_t count;
    size_t bytes; /* of a row's struct */
};

struct cell_rows_writer; /* opaque */

/* Makes the file with its header. 0 or -errno. */
int cell_rows_create(struct cell_rows_writer **writer, const struct cell_rows_table *table,
                     const char *path, struct error *err);
/* The same for a file that is there: its header must name the columns in their order (-EINVAL), its
 * last line be whole. `drop`: so many of its last rows are cut off first. */
int cell_rows_open(struct cell_rows_writer **writer, const struct cell_rows_table *table,
                   const char *path, size_t drop, struct error *err);
/* The cell's columns come from `timing`, the others from `row`. Buffered. */
int cell_rows_append(struct cell_rows_writer *writer, const struct timing *timing, const void *row,
                     struct error *err);
/* Hands what is buffered to the kernel, whole rows only. On failure the rows stay
 * buffered and the file keeps the rows it had. */
int cell_rows_flush(struct cell_rows_writer *writer, struct error *err);
int cell_rows_close(struct cell_rows_writer *writer, struct error *err); /* NULL is allowed */

/* The rows of one repetition of one cell. */
struct cell_rows {
    struct timing key; /* what the file says of the repetition; all else is off or 0 */
    void *rows;        /* of the table's struct */
    size_t count;
};

/* Reads a whole file, as timings_read() does; rows of one repetition that lie together are one
 * cell. Texts are in `texts`. 0; -ENOENT without the file; -EINVAL with "FILE:LINE:COLUMN: why";
 * -errno. */
int cell_rows_read(const struct cell_rows_table *table, const char *path, struct texts *texts,
                   struct cell_rows **cells, size_t *count, struct error *err);
void cell_rows_free(struct cell_rows *cells, size_t count); /* NULL is allowed */

/* Every column of the file, the cell's first; `of_cell`: it lies in struct timing. NULL past the
 * end. */
const struct column *cell_rows_column(const struct cell_rows_table *table, size_t index,
                                      bool *of_cell);

#endif
