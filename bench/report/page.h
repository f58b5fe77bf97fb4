/*
 * page.h - a page of titles, sentences and tables, for a terminal, as GitHub Markdown or as HTML.
 *
 * Texts are printable ASCII (plain.h); for Markdown and HTML they are escaped here. Write errors
 * show in ferror() of the stream. Thread rules: one thread at a time per page.
 */
#ifndef BENCH_REPORT_PAGE_H
#define BENCH_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum page_form { PAGE_TERMINAL, PAGE_MARKDOWN, PAGE_HTML };

struct page {
    FILE *out;
    enum page_form form;
    bool colour;      /* bold, on a terminal */
    unsigned heading; /* HTML: the level of titles; sections are one below */
};

void page_title(const struct page *page, const char *text);
void page_section(const struct page *page, const char *text);
/* `level` 0: by itself, 1: below the item before it. */
void page_item(const struct page *page, int level, const char *text);

enum { PAGE_COLUMNS = 10 };

enum page_tone { PAGE_USUAL, PAGE_BEST, PAGE_BETTER, PAGE_WORSE };

/* Start from zeros but for `columns` and `words`. The first row added is the head. */
struct page_table {
    size_t columns; /* 2 to PAGE_COLUMNS; the first holds words and is folded where it must be */
    bool words;     /* so does the last */
    bool all_words; /* so do all others */
    size_t mark;    /* the column that says how a row was judged, in HTML; 0: none */
    const char *caption; /* what the rows are, in HTML */
    struct page_row *rows;
    size_t count, room;
    bool full; /* memory ran out: nothing will be printed */
};

/* A "\n" in any text but the first breaks its line on a terminal. */
void page_table_add(struct page_table *table, enum page_tone tone, const char *const *texts);
/* What the last row's texts are sorted by in HTML, NaN: nothing; of texts without such values the
 * number that they start with. */
void page_table_values(struct page_table *table, const double *values);
/* Nothing where there is but a head. Frees the table. 0 or -ENOMEM. */
int page_table_print(const struct page *page, struct page_table *table);

#endif
