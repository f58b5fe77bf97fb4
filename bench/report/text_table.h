/*
 * text_table.h - a small table of texts in the terminal summary. One thread at a time.
 */
#ifndef BENCH_REPORT_TEXT_TABLE_H
#define BENCH_REPORT_TEXT_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 10, TABLE_TEXT = 128 };

struct text_table {
    char (*rows)[TABLE_COLUMNS][TABLE_TEXT]; /* the first is the head; the caller's */
    size_t count, columns;
};

/* Starts the table anew. */
void table_head(struct text_table *table, const char *const *names, size_t count);

/* As wide as its texts are; closer where that would not fit the page. */
void table_print(FILE *out, const struct text_table *table);

/* "12.9 us", or "n/a". `text` has TABLE_TEXT bytes. */
void table_time(char *text, double ns);

#endif
