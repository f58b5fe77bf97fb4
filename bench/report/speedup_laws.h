/*
 * speedup_laws.h - the fitted laws of a group's lines, as rows of speedup.csv (chart.h). Thread
 * rules as scaling.h.
 */
#ifndef BENCH_REPORT_SPEEDUP_LAWS_H
#define BENCH_REPORT_SPEEDUP_LAWS_H

#include "bench/report/chart_lines.h"

enum { SPEEDUP_FIGURES = 7 }; /* speedup,low,high,cap,sigma,kappa,preferred */

/* One row; `name` and `note` are fields (plain_field). NaN: none. */
void speedup_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                 const char *note, double workers, const double figures[SPEEDUP_FIGURES]);

extern const double speedup_none[SPEEDUP_FIGURES];

/* Rows `law` and `text` of a group that has a serial cell. 0 or -ENOMEM. */
int speedup_laws(FILE *out, const struct cell_group *group, size_t number,
                 struct chart_lines *lines);

#endif
