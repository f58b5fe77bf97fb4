/*
 * external.h - where programs and scripts that bench runs are found. Any thread, as far as the
 * environment is left alone.
 */
#ifndef BENCH_REPORT_EXTERNAL_H
#define BENCH_REPORT_EXTERNAL_H

#include "bench/util/error.h"

/* Absolute path of a program, from the absolute folders in PATH; malloc'ed. 0; -ENOENT; -ENOMEM. */
int external_program(char **path, const char *name, struct error *err);

/* Absolute path of a script; malloc'ed. Looked for in the folder named by BENCH_SCRIPTS, in
 * scripts/ at the root of the source tree that holds build/<preset>/bin/, and in
 * ../share/bench/scripts beside the program's folder.
 * 0; -ENOENT with the places; -errno. */
int external_script(char **path, const char *name, struct error *err);

#endif
