/*
 * compare_words.h - figures and verdicts of a comparison as words. Pure, any thread.
 *
 * Each writes at most `size` bytes and returns `text`, which is printable ASCII. A "\n" in it is a
 * good place to break the line. What is not known is "n/a".
 */
#ifndef BENCH_REPORT_COMPARE_WORDS_H
#define BENCH_REPORT_COMPARE_WORDS_H

#include "bench/report/compare.h"

enum { WORDS_LABEL = 16, WORDS_CELL = 64 };

/* Both labels cut such that they fit into a column and still differ. */
void words_labels(char a[WORDS_LABEL], char b[WORDS_LABEL], const char *from_a, const char *from_b);

/* "65.0 ms\n[62.0, 68.0] ms" */
char *words_median(char *text, size_t size, const struct cell_figures *cell);
/* "1.052\n[1.021, 1.083]" */
char *words_ratio(char *text, size_t size, double ratio, const struct interval *interval);
/* "0.012", "<0.001" */
char *words_p(char *text, size_t size, double p);
/* "1.97x" */
char *words_factor(char *text, size_t size, double factor);
/* "3.1% slower", "2.35 times slower", "equally fast": of a ratio of times. */
char *words_change(char *text, size_t size, double ratio);
/* "B faster 1.05x", "equivalent\n(within 2%)", "inconclusive: about\n34 runs": so many a side would
 * settle it. */
char *words_verdict(char *text, size_t size, const struct judge_pair *pair, const char *label,
                    const struct judge_rules *rules);

/* "cpu rounds=1000, 8 tasks" */
char *words_work(char *text, size_t size, const struct timing *work);
/* "thread-pool x2" */
char *words_way(char *text, size_t size, const struct timing *key);
/* "cpu rounds=1000, 8 tasks, thread-pool x2": a cell without its neighbours. */
char *words_cell(char *text, size_t size, const struct timing *key);

#endif
