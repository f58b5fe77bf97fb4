/*
 * drawing.h - the charts of a page, drawn side by side: a page about a suite has some eighty
 * pictures, and gnuplot takes one CPU for each.
 * Thread rules: one thread at a time, which holds the signals (bench/util/interrupt.h).
 */
#ifndef BENCH_REPORT_DRAWING_H
#define BENCH_REPORT_DRAWING_H

#include "bench/report/picture.h"

struct drawing {
    const struct chart *chart;
    const struct chart_data *data;
    struct picture picture; /* drawing_free() frees it */
};

struct drawing_way {
    size_t at_once; /* so many at the most; 0: one */
    /* After each chart; not by several threads at a time. NULL: nobody asks. */
    void (*drawn)(void *user, size_t done, size_t count);
    void *user;
};

/* `gnuplot`: from gnuplot_find(). 0, or the -errno of one that failed; others may lack their
 * picture then. */
int drawing_all(struct drawing *list, size_t count, const char *gnuplot,
                const struct drawing_way *way, struct error *err);

void drawing_free(struct drawing *list, size_t count);

#endif
