/*
 * page_internal.h - what the files of a page share. Nobody else includes it.
 */
#ifndef BENCH_REPORT_PAGE_INTERNAL_H
#define BENCH_REPORT_PAGE_INTERNAL_H

#include "bench/report/page.h"

struct page_row {
    char *texts[PAGE_COLUMNS];
    double values[PAGE_COLUMNS];
    bool valued;
    enum page_tone tone;
};

/* Whether a column holds words, which start at the left. */
bool page_left(const struct page_table *table, size_t column);

/* `below`: 0 for titles, 1 for sections. */
void page_html_heading(const struct page *page, unsigned below, const char *text);
void page_html_item(const struct page *page, int level, const char *text);
void page_html_table(const struct page *page, const struct page_table *table);

#endif
