/*
 * svg.h - what gnuplot writes as SVG, made fit to be shown: without its own words
 * ("gnuplot_plot_3", which browsers show as tips and screen readers read), named after what the
 * chart shows, able to follow a reader's theme, and a fifth smaller. Thread rules: any thread.
 */
#ifndef BENCH_REPORT_SVG_H
#define BENCH_REPORT_SVG_H

#include <stddef.h>

/* The picture again, malloc'ed, with its size; the caller frees it. `title`: any text; NULL: none.
 * `style`: a style sheet of bench's own; NULL: none. Colours are written as #rrggbb in every
 * attribute, so that selectors of a sheet find them. What has no <svg> gets neither. NULL: no
 * memory. */
char *svg_refine(const char *svg, size_t count, const char *title, const char *style, size_t *size);

#endif
