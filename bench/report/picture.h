/*
 * picture.h - a chart as an SVG in memory, drawn in a private folder that is gone afterwards, so
 * that no result folder is touched. Thread rules: any thread, as far as the environment is left
 * alone.
 */
#ifndef BENCH_REPORT_PICTURE_H
#define BENCH_REPORT_PICTURE_H

#include "bench/report/chart.h"
#include "bench/util/error.h"

struct picture {
    unsigned char *bytes; /* malloc'ed; the caller frees it */
    size_t count;
};

/* `gnuplot`: from gnuplot_find(); `theme`: "light" or "dark". 0 or -errno. */
int picture_draw(struct picture *picture, const struct chart *chart, const struct chart_data *data,
                 const char *gnuplot, const char *theme, struct error *err);

#endif
