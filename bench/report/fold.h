/*
 * fold.h - sentences folded at blanks to the width of a page. Any thread.
 */
#ifndef BENCH_REPORT_FOLD_H
#define BENCH_REPORT_FOLD_H

#include <stdio.h>

#define FOLD_COLUMN 100 /* where lines end at the latest, but for longer words */

/* The first line starts in `column`, those after it at `indent`; ends the last one. */
void fold_text(FILE *out, const char *text, int column, int indent);

/* On a page of another width, where longer words are broken. */
void fold_text_within(FILE *out, const char *text, int column, int indent, int width);

#endif
