/*
 * columns.h - what a column of a CSV file is: its name, where its value lives in the
 * record, how that is written and read. Tables of these are the only place where
 * a file's columns are declared.
 * Any thread.
 */
#ifndef BENCH_RESULTS_COLUMNS_H
#define BENCH_RESULTS_COLUMNS_H

#include "bench/results/csv_put.h"
#include "bench/results/timings.h"

enum column_kind {
    COLUMN_COUNT,   /* uint64_t, always known */
    COLUMN_FLAG,    /* uint64_t: 0 or 1 */
    COLUMN_FIGURE,  /* uint64_t, FIGURE_OFF or FIGURE_UNKNOWN */
    COLUMN_HEX,     /* the same, 16 hex digits */
    COLUMN_STATUS,  /* enum status */
    COLUMN_TEXT,    /* char[size] */
    COLUMN_POINTER, /* const char *; written only */
};

struct column {
    struct column_info info;
    enum column_kind kind;
    size_t offset, size; /* in the record */
};

/* An entry for a field of `struct record`, named as the field. */
#define COLUMN(record, field, kind, unit, summary)                     \
    {                                                                  \
        {#field, unit, summary}, kind, offsetof(struct record, field), \
            sizeof(((struct record *)0)->field)                        \
    }

/* The table of struct timing. */
const struct column *timings_columns(size_t *count);

/* Puts the record's value as one field. */
void column_put(const struct column *column, const void *record, struct csv_buffer *buffer);

/* Reads a field (terminated) into the record. 0, or -EINVAL with why, which names the column. */
int column_get(const struct column *column, const char *text, size_t length, void *record,
               struct error *err);

#endif
