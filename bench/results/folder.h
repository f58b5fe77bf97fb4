/*
 * folder.h - the folder that a run's results go to.
 * Thread rules: any thread, one at a time per path.
 */
#ifndef BENCH_RESULTS_FOLDER_H
#define BENCH_RESULTS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/util/error.h"

enum { FOLDER_LABEL_MAX = 64 };

/* [A-Za-z0-9_.-]+, not starting with '-' or '.', at most FOLDER_LABEL_MAX bytes. */
bool folder_label_ok(const char *label);

/* A label made from a name: what a label may not have becomes '-', "machine" where nothing
 * is left. Cut to fit. Returns `label`. */
char *folder_label_from(const char *name, char *label, size_t size);

/* A label made from the host's name. */
char *folder_default_label(char *label, size_t size);

/* Makes the folder and its parents. `asked` NULL: results/<label>-<UTC yyyymmddThhmmssZ>, with
 * -2, -3, ... where that exists. Otherwise exactly `asked`, which must not exist or be empty
 * (-EEXIST). `path`: the folder; `run`: the last part of its name, for the column `run`.
 * 0; -EINVAL where no folder can have that name; -errno. */
int folder_create(const char *asked, const char *label, char *path, size_t size, char *run,
                  size_t run_size, struct error *err);

/* path/name. 0 or -ENAMETOOLONG. */
int folder_path(const char *path, const char *name, char *out, size_t size);

#endif
