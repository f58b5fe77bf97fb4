/*
 * noise.h - how much figures of this machine differ between invocations, as bench doctor measured
 * it and left it for later runs: ${XDG_STATE_HOME:-~/.local/state}/bench/noise.json.
 *
 * One file may hold several machines, as a home folder may be shared by them. A machine is told by
 * host, cpu.model, cores.usable and kernel.release: under another kernel or on fewer cores the
 * noise is another one. Two that store at the same moment lose one of both.
 * Any thread, one at a time.
 */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H

#include <jansson.h>
#include <stddef.h>

#include "bench/util/error.h"

/* Older figures are not used: machines change. */
#define NOISE_DAYS 30

/* Where it is stored. 0; -ENOENT where neither XDG_STATE_HOME nor HOME says where; -ENAMETOOLONG.
 */
int noise_path(char *path, size_t size);

/* The stored noise where it was measured on the machine that `machine` (machine.json's facts)
 * describes, a new reference: {"sd": of the log of a median, "degrees_of_freedom", "measured":
 * UTC, and where they are there "span_s", "invocations", "repetitions"}. NULL: none is stored, or
 * of another machine, or it is too old, or it cannot be read. */
json_t *noise_load(const json_t *machine);

/* Stores it for that machine, in place of what was there; `noise` stays the caller's. A file that
 * is none of ours is replaced, which is said on stderr. 0 or -errno: the old file is untouched. */
int noise_store(const json_t *machine, json_t *noise, struct error *err);

#endif
