/* conditions_internal.h - conditions_open with another root folder, for this folder and its
 * tests. */
#ifndef BENCH_MACHINE_CONDITIONS_INTERNAL_H
#define BENCH_MACHINE_CONDITIONS_INTERNAL_H

#include "bench/machine/conditions.h"

void conditions_open_at(struct conditions_probe *probe, const char *root);

#endif
