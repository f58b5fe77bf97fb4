/*
 * report.h - `bench report DIR...`: one self-contained page about a run, and about others beside
 * it. Thread rules: one thread at a time.
 */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include <stdio.h>

#include "bench/util/error.h"

/* Writes the page. What keeps charts from being drawn is told on the page and in `warning` (empty
 * where nothing does). 0; -EINVAL for unreadable results, with FILE:LINE:COLUMN; -errno. */
int report_write(FILE *out, const char *const *folders, size_t count, struct error *warning,
                 struct error *err);

#endif
