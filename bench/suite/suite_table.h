/*
 * suite_table.h - the claims and what came of them, for people: verdict, claim, figures, reason.
 * Any thread, one at a time per stream.
 */
#ifndef BENCH_SUITE_SUITE_TABLE_H
#define BENCH_SUITE_SUITE_TABLE_H

#include <stdio.h>

#include "bench/suite/suite.h"

void suite_table_print(FILE *out, const struct claim *const *claims, const struct finding *findings,
                       size_t count, bool colour);

/* Each claim with its command lines. */
void suite_list_print(FILE *out, const struct claim *const *claims, size_t count, bool full);

#endif
