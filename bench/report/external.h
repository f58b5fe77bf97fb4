/*
 * external.h - the programs that draw for bench: where they and their scripts are found, and how
 * they are run, without a shell. Any thread, as far as the environment is left alone.
 */
#ifndef BENCH_REPORT_EXTERNAL_H
#define BENCH_REPORT_EXTERNAL_H

#include <stddef.h>

#include "bench/util/error.h"

/* Absolute path of a program, from the absolute folders in PATH; malloc'ed. 0; -ENOENT; -ENOMEM. */
int external_program(char **path, const char *name, struct error *err);

/* Absolute path of a script; malloc'ed. Looked for in the folder named by BENCH_SCRIPTS, in
 * scripts/ at the root of the source tree that holds build/<preset>/bin/, and in
 * ../share/bench/scripts beside the program's folder.
 * 0; -ENOENT with the places; -errno. */
int external_script(char **path, const char *name, struct error *err);

/* Runs arguments[0], an absolute path, in the folder `directory` (an open descriptor) with an
 * environment that holds nothing but what fonts and the loader need, nothing to read and standard
 * output thrown away; waits for it. `said` gets the start of what it wrote to standard error. It is
 * killed, with all that it started, after so many seconds (0: never) and where somebody wants bench
 * to end (bench/util/interrupt.h). 0; -EIO where it failed or crashed; or, told in `err`:
 * -ETIMEDOUT; -EINTR; -errno where it could not be run. */
int external_run(const char *const arguments[], int directory, unsigned seconds, char *said,
                 size_t size, struct error *err);

#endif
