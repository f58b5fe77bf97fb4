/* conditions_internal.h - conditions_open with another root folder, and what the other probes
 * share with it. For this folder and its tests. */
#ifndef BENCH_MACHINE_CONDITIONS_INTERNAL_H
#define BENCH_MACHINE_CONDITIONS_INTERNAL_H

#include <stdbool.h>

#include "bench/machine/conditions.h"

void conditions_open_at(struct conditions_probe *probe, const char *root);

/* Calls `take` for each line of the file from its start, without the line's end; a line
 * longer than about 1000 characters is cut. Ends early where `take` says false. The file is read in
 * small pieces by pread, which the kernel serves from one snapshot. 0 or -errno. */
typedef bool (*conditions_take)(const char *line, void *data);
int conditions_lines(int fd, conditions_take take, void *data);

/* after - before; unknown if either is, or if the counter went back. */
uint64_t conditions_change(uint64_t before, uint64_t after);

#endif
