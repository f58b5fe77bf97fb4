/*
 * ending.h - how `bench run` and every suite end: what spoilt the figures is told, the charts are
 * drawn, and the folder is named.
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_ENDING_H
#define BENCH_ENDING_H

#include <stdbool.h>

#include "bench/record.h"
#include "bench/report/cells.h"

/* What readers should know of the rows and of the machine that they come from, on stderr. */
void ending_warnings(const struct cell_table *table, const json_t *facts);

/* Draws what there is, unless the run was interrupted, and says so on stderr unless `quiet`; ends
 * standard output, which holds `what` ("summary"), by the folder's name. Charts that fail are told
 * and no failure: the figures are there. 0, or -errno where standard output could not be written,
 * which was told. */
int ending_tell(const struct record *record, const char *what, bool quiet, bool interrupted);

#endif
