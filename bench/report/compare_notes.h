/*
 * compare_notes.h - what must be known beside a comparison's figures, as sentences on a page: the
 * mean and what it leaves out, the reference cell, how the noise was treated. Any thread.
 */
#ifndef BENCH_REPORT_COMPARE_NOTES_H
#define BENCH_REPORT_COMPARE_NOTES_H

#include "bench/report/compare.h"
#include "bench/report/page.h"

/* The geometric mean and the cells missing from either side. */
void notes_mean(const struct page *page, const struct comparison *comparison);
void notes_refused(const struct page *page, const struct comparison *comparison);
void notes_reference(const struct page *page, const struct comparison *comparison);
void notes_noise(const struct page *page, const struct comparison *comparison);

/* Common cells with a ratio: those that the mean is of. */
size_t notes_common(const struct comparison *comparison);

#endif
