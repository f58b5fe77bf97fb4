/*
 * csv_file.h - a CSV file being written: it holds whole rows at any moment that a
 * reader could see after a failure.
 * Thread rules: one thread at a time per file.
 */
#ifndef BENCH_RESULTS_CSV_FILE_H
#define BENCH_RESULTS_CSV_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/util/error.h"

struct csv_file {
    int fd;
    char *path;
    off_t whole; /* bytes of the rows that are complete */
    bool torn;   /* part of a row follows them and could not be cut off yet */
};

/* Makes `path`, which must not exist. 0 or -errno. */
int csv_file_create(struct csv_file *file, const char *path, struct error *err);

/* Opens `path`, a regular file that is not empty and ends in a whole line. 0, -EINVAL with why, or
 * -errno. */
int csv_file_open(struct csv_file *file, const char *path, struct error *err);

/* Cuts off what follows the last whole line of a regular file that is there: *cut bytes, mostly 0.
 * 0, also without such a file; -EINVAL where there is no whole line or data_file.h does not open
 * it, or -errno. */
int csv_file_mend(const char *path, off_t *cut, struct error *err);

/* Whether the open file begins with these bytes. */
bool csv_file_begins(const struct csv_file *file, const char *bytes, size_t length);

/* Cuts off so many of the last lines of an open file of whole lines. 0 or -errno. */
int csv_file_drop(struct csv_file *file, size_t lines, struct error *err);

/* Appends whole rows by one write (completed where the kernel takes less). On
 * failure none of these rows is in the file and they may be tried again. 0 or -errno. */
int csv_file_append(struct csv_file *file, const char *rows, size_t length, struct error *err);

/* Waits until the device has the rows (fdatasync). 0 or -errno. */
int csv_file_sync(const struct csv_file *file, struct error *err);

int csv_file_close(struct csv_file *file, struct error *err);

#endif
