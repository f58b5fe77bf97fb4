/*
 * texts.h - texts that come again and again, each kept once.
 *
 * A file of a million rows has few different names; rows point into a pool. Equal texts of one
 * pool are one pointer. Thread rules: one thread at a time per pool.
 */
#ifndef BENCH_RESULTS_TEXTS_H
#define BENCH_RESULTS_TEXTS_H

struct texts; /* opaque */

/* NULL without memory. */
struct texts *texts_new(void);

/* The pool's own copy, which lives as long as the pool; NULL without memory. */
const char *texts_keep(struct texts *texts, const char *text);

void texts_free(struct texts *texts); /* NULL is allowed */

#endif
