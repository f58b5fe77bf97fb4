/*
 * export.h - one run for other tools: JSON for programs, Markdown for an issue or a pull request,
 * trace events of its tasks for Perfetto and Chrome. docs/results.md describes them.
 *
 * What the files of a run say is hostile: it is escaped here. All write to a stream and return 0,
 * -ENOMEM or -EIO; what was written before a failure stays. Thread rules: as those of what is
 * given; scaling_fit.h's for GSL.
 */
#ifndef BENCH_REPORT_EXPORT_H
#define BENCH_REPORT_EXPORT_H

#include <stdio.h>

#include "bench/report/compare.h"
#include "bench/results/tasks.h"

#define EXPORT_SCHEMA 1

int export_json(FILE *out, const struct compared_run *run);
int export_markdown(FILE *out, const struct compared_run *run);

/* Written as it goes: besides the tasks it takes memory for the order of one cell's tasks. The
 * tasks are not changed. */
int export_perfetto(FILE *out, const struct task_cell *cells, size_t count);

/* --- what the formats share --- */

/* When the first repetition began, "2026-01-02T03:04:05Z"; "" where nobody knows. Returns `text`.
 */
char *export_started(char *text, size_t size, const struct compared_run *run);

/* A text of machine.json; NULL where it has none. */
const char *export_fact(const struct compared_run *run, const char *path);

#endif
