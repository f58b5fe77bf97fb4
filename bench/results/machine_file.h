/*
 * machine_file.h - machine.json of a result folder, read as data from others.
 * Any thread.
 */
#ifndef BENCH_RESULTS_MACHINE_FILE_H
#define BENCH_RESULTS_MACHINE_FILE_H

#include <jansson.h>

#include "bench/util/error.h"

/* A new reference, always an object. 0; -ENOENT without the file; -EINVAL with "FILE:LINE:COLUMN:
 * why", or where the file is over 16 MiB or no regular one; -errno. */
int machine_read(const char *folder, json_t **machine, struct error *err);

/* Of a run that is to be gone on with, which needs it. */
int machine_read_run(const char *folder, json_t **machine, struct error *err);

/* Writes it whole or not at all: a new file takes the old one's place. 0 or -errno. */
int machine_write(const char *folder, const json_t *machine, struct error *err);

/* The value at a path of keys, "cpu.model"; NULL where there is none. Borrowed. */
const json_t *machine_fact(const json_t *machine, const char *path);

#endif
