/*
 * text_table.h - a small table of texts, closely set on a terminal. One thread at a time.
 */
#ifndef BENCH_REPORT_TEXT_TABLE_H
#define BENCH_REPORT_TEXT_TABLE_H

#include <stddef.h>

#include "bench/report/page.h"

enum { TABLE_COLUMNS = PAGE_COLUMNS, TABLE_TEXT = 128 };

struct text_row {
    char texts[TABLE_COLUMNS][TABLE_TEXT];
    double values[TABLE_COLUMNS]; /* what it is sorted by on a page where that can be; NaN: none */
};

struct text_table {
    struct text_row *rows; /* the first is the head; the caller's */
    size_t count, columns;
};

/* Starts the table anew. */
void table_head(struct text_table *table, const char *const *names, size_t count);

/* The next row, empty. */
struct text_row *table_row(struct text_table *table);

/* On a terminal as wide as its texts are, closer where that would not fit. `caption`: what the
 * rows are, where a page has room for it. Nothing where memory runs out. */
void table_print(const struct page *page, const struct text_table *table, const char *caption);

/* "12.9 us", or "n/a". */
void table_time(struct text_row *row, size_t column, double ns);

#endif
