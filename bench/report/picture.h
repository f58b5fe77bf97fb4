/*
 * picture.h - charts and machines as SVGs in memory, drawn in a private folder that is gone
 * afterwards, so that no result folder is touched. Any thread, as far as the environment is left
 * alone.
 */
#ifndef BENCH_REPORT_PICTURE_H
#define BENCH_REPORT_PICTURE_H

#include "bench/report/chart.h"
#include "bench/util/error.h"

struct picture {
    char *bytes; /* malloc'ed; the caller frees it */
    size_t count;
};

/* The chart: light, and dark where the reader prefers that (prefers-color-scheme). `gnuplot`: from
 * gnuplot_find(). 0 or -errno; then there is none. */
int picture_chart(struct picture *picture, const struct chart *chart, const struct chart_data *data,
                  const char *gnuplot, struct error *err);

/* `lstopo`: its absolute path; `xml`: as topology_xml_clean() writes it, of a machine with so many
 * hardware threads. 0; -ETIMEDOUT; -EIO where lstopo fails; -EFBIG where nobody could
 * make anything of the picture; -errno. */
int picture_topology(struct picture *picture, const char *lstopo, const char *xml, size_t size,
                     unsigned pus, struct error *err);

#endif
