/*
 * twins.h - shapes of work that both bench and CPython run, set side by side: how far the model of
 * the interpreter lock is from the real one, and what the language and the strategy cost.
 * Thread rules: one thread.
 */
#ifndef BENCH_SUITE_TWINS_H
#define BENCH_SUITE_TWINS_H

#include <stdio.h>

#include "bench/report/cells.h"
#include "bench/suite/python.h"
#include "bench/suite/scene.h"

enum { TWIN_SCENES = 6 };

/* bench's side: those of the lock's model come first. */
extern const struct scene twin_scenes[TWIN_SCENES];
/* How many of them are run: the model's alone, or all. */
size_t twin_scene_count(bool all);

/* Runs CPython's side in `blocks` blocks. 0 or -errno, -EINTR after an interrupt. */
int twins_run(struct python *python, const char *interpreter, bool all, uint64_t blocks,
              struct error *err);

/* The ratios that the model should meet, and how far apart they are; `tell_missing`: also what
 * could not be run. 0 or -errno. */
int twins_print_model(FILE *out, const struct python *python, const struct cell_table *table,
                      const struct topology_counts *counts, bool tell_missing, struct error *err);

/* Every shape in every way, and what could not be run. 0 or -errno. */
int twins_print_all(FILE *out, const struct python *python, const struct cell_table *table,
                    const struct topology_counts *counts, struct error *err);

#endif
