/*
 * target.h - which cells are not known as well as was asked for. Pure, any thread.
 */
#ifndef BENCH_REPORT_TARGET_H
#define BENCH_REPORT_TARGET_H

#include "bench/report/cells.h"

/* "Target of +-2% not met: thread +-3.1% after 50 runs, ...", cut to `size`, "" where it is met in
 * every invocation of every measured cell, or precision is 0 (none was asked for). The half-width
 * is that of the exact 95% interval of the median. Returns `text`. */
char *target_sentence(char *text, size_t size, const struct cell_group *group, double precision);

#endif
