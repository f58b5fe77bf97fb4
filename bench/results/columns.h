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
    COLUMN_COUNT,  /* uint64_t, always known */
    COLUMN_FLAG,   /* uint64_t: 0 or 1 */
    COLUMN_FIGURE, /* uint64_t, FIGURE_OFF or FIGURE_UNKNOWN */
    COLUMN_HEX,    /* the same, 16 hex digits */
    COLUMN_STATUS, /* enum status */
    COLUMN_TEXT,   /* const char * */
};

struct column {
    struct column_info info;
    enum column_kind kind;
    unsigned since; /* first schema that has it */
    size_t offset;  /* in the record */
    size_t most;    /* of a text that is read: bytes with the terminator */
};

/* An entry for a field of `struct record`, named as the field. */
#define COLUMN_SINCE(schema, record, field, kind, unit, summary)                 \
    {                                                                            \
        {#field, unit, summary}, kind, schema, offsetof(struct record, field), 0 \
    }
#define COLUMN(record, field, kind, unit, summary) \
    COLUMN_SINCE(1, record, field, kind, unit, summary)
#define COLUMN_OF_TEXT_SINCE(schema, record, field, most, summary)                             \
    {                                                                                          \
        {#field, "text", summary}, COLUMN_TEXT, schema, offsetof(struct record, field), (most) \
    }
#define COLUMN_OF_TEXT(record, field, most, summary) \
    COLUMN_OF_TEXT_SINCE(1, record, field, most, summary)

/* The table of struct timing. */
const struct column *timings_columns(size_t *count);

/* Puts the record's value as one field. */
void column_put(const struct column *column, const void *record, struct csv_buffer *buffer);

/* Reads a field (terminated) into the record, a text by way of `texts`. 0, or -EINVAL with why,
 * which names the column, or -ENOMEM. */
int column_get(const struct column *column, const char *text, size_t length, struct texts *texts,
               void *record, struct error *err);

/* What a record has in a column that its older schema did not know: off, 0, or, counted, 1. */
void column_absent(const struct column *column, void *record);

#endif
