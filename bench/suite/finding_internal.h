/*
 * finding_internal.h - what finding.c and conditions*.c share. For these only.
 */
#ifndef BENCH_SUITE_FINDING_INTERNAL_H
#define BENCH_SUITE_FINDING_INTERNAL_H

#include "bench/suite/finding.h"

/* A figure's value as people read it; `figure` NULL: a ratio. Returns text. */
char *finding_number_text(char *text, size_t size, const struct figure *figure, double value);

static inline const char *finding_side_words(enum side side)
{
    return side == AT_MOST ? "at most" : "at least";
}

/* The cell with rows, whatever came of them, or NULL with the reason. */
const struct cell_figures *finding_any_rows(struct finding *finding, const struct way *way);

/* Why a cell's rows came to nothing. */
void finding_tell_trouble(struct finding *finding, const struct cell_figures *cell);

#endif
