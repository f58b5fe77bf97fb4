/*
 * python_file.h - python.csv: one row per repetition of a shape in CPython. Any thread.
 */
#ifndef BENCH_SUITE_PYTHON_FILE_H
#define BENCH_SUITE_PYTHON_FILE_H

#include "bench/results/timings.h"
#include "bench/suite/python.h"

/* folder/python.csv, in the place of one that is there; `run` as in timings.csv. 0 or -errno. */
int python_write(const char *folder, const char *run, const struct python *python,
                 struct error *err);

/* The columns, as timings_column() in timings.h. */
const struct column_info *python_column(size_t index);

#endif
