/*
 * json_file.h - a file that holds one JSON object: read as data from others, written whole or not
 * at all. Any thread, one at a time per path.
 */
#ifndef BENCH_RESULTS_JSON_FILE_H
#define BENCH_RESULTS_JSON_FILE_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/util/error.h"

/* What helps, as ends of sentences; NULL: nothing is said. */
struct json_mend {
    const char *content; /* where the file holds something else */
    const char *access;  /* where it may not be read or written */
};

/* A new reference, always an object. 0; -ENOENT without the file; -EINVAL with "FILE:LINE:COLUMN:
 * why", or where the file has over `most` bytes, is a symbolic link or no regular one; -errno. */
int json_file_read(const char *path, size_t most, const struct json_mend *mend, json_t **object,
                   struct error *err);

/* A new file, made with `mode`, takes the old one's place. 0 or -errno. */
int json_file_write(const char *path, const json_t *object, mode_t mode,
                    const struct json_mend *mend, struct error *err);

#endif
