/*
 * report.h - `bench report DIR...`: one self-contained page about a run, and about others beside
 * it. Thread rules: one thread at a time.
 */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include <stdio.h>

#include "bench/report/drawing.h"
#include "bench/util/error.h"

/* What a page lacks, and tells. */
struct report_lack {
    struct error charts; /* why it has none; empty where it has */
    struct error file;   /* why a file that charts are drawn from could not be read, */
    int code;            /* with its -errno; 0 where all could */
};

/* Writes the page. 0; -EINVAL for unreadable results, with FILE:LINE:COLUMN; -errno. */
int report_write(FILE *out, const char *const *folders, size_t count, const struct drawing_way *way,
                 struct report_lack *lack, struct error *err);

#endif
