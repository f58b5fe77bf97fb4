/*
 * plot.h - the charts of result folders, from their files alone: drawn by gnuplot into
 * FOLDER/charts/, or printed as text for a terminal.
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_REPORT_PLOT_H
#define BENCH_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/util/error.h"

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF, PLOT_FORMATS };
extern const char *const plot_format_names[PLOT_FORMATS + 1]; /* NULL at the end */
extern const char *const plot_theme_names[];                  /* "light", "dark", NULL */

struct plot_options {
    unsigned charts;  /* a bit for each of charts[] (charts.h); 0: all */
    unsigned formats; /* a bit for each enum plot_format; 0: SVG and PNG */
    unsigned theme;   /* index in plot_theme_names */
    size_t width;     /* columns of a text chart on standard output; 0: pictures are drawn */
    bool all_notes;   /* of charts that are not made, too, and why */
};

typedef void plot_complaint(void *user, const char *line);

/* Draws each folder's charts and, of several folders, into the first one's what compares them. A
 * folder that fails does not keep the others from being drawn. `notes` is called with a line for
 * each chart that was made and where it is (may be NULL); `complain` with a line for each folder
 * that failed. Ctrl-C and the like stop it; nothing half-made is left. Returns -EINTR then, or the
 * first failure: -ENOENT with the package to install where there is no gnuplot; -EINVAL for a
 * folder without results or with unreadable ones (FILE:LINE:COLUMN); -errno; or 0. */
int plot_folders(const char *const *folders, size_t count, const struct plot_options *options,
                 void (*notes)(const char *line), plot_complaint *complain, void *user);

/* One folder, with SVG and PNG pictures of all charts. */
int plot_folder(const char *folder, void (*notes)(const char *line), struct error *err);

#endif
