/*
 * page.h - a page of titles, sentences and tables, for a terminal or as GitHub Markdown.
 *
 * Texts are printable ASCII (plain.h); for Markdown they are escaped here. Write errors show in
 * ferror() of the stream. Thread rules: one thread at a time per page.
 */
#ifndef BENCH_REPORT_PAGE_H
#define BENCH_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct page {
    FILE *out;
    bool markdown;
    bool colour; /* bold, on a terminal */
};

void page_title(const struct page *page, const char *text);
void page_section(const struct page *page, const char *text);
/* `level` 0: by itself, 1: below the item before it. */
void page_item(const struct page *page, int level, const char *text);

enum { PAGE_COLUMNS = 8 };

/* Start from zeros but for `columns` and `words`. The first row added is the head. */
struct page_table {
    size_t columns; /* 2 to PAGE_COLUMNS; the first holds words and is folded where it must be */
    bool words;     /* so does the last */
    struct page_row *rows;
    size_t count, room;
    bool full; /* memory ran out: nothing will be printed */
};

/* A "\n" in any text but the first breaks its line on a terminal. */
void page_table_add(struct page_table *table, bool bold, const char *const *texts);
/* Nothing where there is but a head. Frees the table. 0 or -ENOMEM. */
int page_table_print(const struct page *page, struct page_table *table);

#endif
