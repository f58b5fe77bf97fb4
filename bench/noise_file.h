/*
 * noise_file.h - a small JSON file among the user's state files, read as data from others and
 * replaced whole or not at all. Any thread, one at a time per path.
 */
#ifndef BENCH_NOISE_FILE_H
#define BENCH_NOISE_FILE_H

#include <jansson.h>
#include <stddef.h>

#include "bench/util/error.h"

/* ${XDG_STATE_HOME:-$HOME/.local/state}/bench/NAME. As the XDG Base Directory Specification (0.8)
 * says, a path that is not absolute counts as not given. 0; -ENOENT where both are missing;
 * -ENAMETOOLONG. */
int noise_file_path(const char *name, char *path, size_t size);

/* A new reference, always an object. 0; -ENOENT without the file; -EINVAL with the reason where
 * it is no JSON object, more than 1 MiB or not a regular file; -errno. */
int noise_file_read(const char *path, json_t **object, struct error *err);

/* Makes the folders above it that are missing, for this user alone (0700). 0 or -errno. */
int noise_file_write(const char *path, const json_t *object, struct error *err);

#endif
