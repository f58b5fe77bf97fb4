/*
 * gnuplot.h - finding and running gnuplot, without a shell, for files that may
 * come from anywhere: it starts with its own settings only, in a given
 * folder, and is handed plain file names in that folder. Thread rules: any thread, as far as the
 * environment is left alone.
 */
#ifndef BENCH_REPORT_GNUPLOT_H
#define BENCH_REPORT_GNUPLOT_H

#include "bench/util/error.h"

/* Absolute path of gnuplot, from the absolute folders in PATH; malloc'ed.
 * 0; -ENOENT with the package to install; -ENOMEM. */
int gnuplot_find(char **path, struct error *err);

/* Runs `gnuplot -c script data picture theme` in the folder `directory` (an open descriptor) and
 * waits for it. `data` and `picture` are names of files in that folder, chosen by the caller;
 * `theme` is "light", "dark", or "page": light, with PICTURE.css, a style sheet that makes it dark.
 * 0; -EIO where gnuplot fails, with the first line that it said; -ETIMEDOUT where it hangs; -EINTR
 * where somebody wants bench to end (bench/util/interrupt.h); -errno. It has ended in each case. */
int gnuplot_run(const char *gnuplot, int directory, const char *script, const char *data,
                const char *picture, const char *theme, struct error *err);

#endif
