/*
 * output_file.h - where a command's --output goes. A file is written whole or not at all
 * (whole_file.h), a link stays one, and a device or a pipe, which no file can take the place of, is
 * written as it is. Any thread, one at a time per path.
 */
#ifndef BENCH_RESULTS_OUTPUT_FILE_H
#define BENCH_RESULTS_OUTPUT_FILE_H

#include <stdio.h>

/* 0 or -errno. */
typedef int output_write(FILE *out, const void *what);

/* 0; -EISDIR where the path is a folder; -EINTR as whole_file_close(); -errno, or the negative code
 * that `write` gave. */
int output_file(const char *path, output_write *write, const void *what);

/* The same for a name that nobody typed, in a folder that may come from somebody else: a new file
 * takes the place of whatever has that name, a link or a pipe included. */
int output_whole(const char *path, output_write *write, const void *what);

/* The same for a text that is there already. */
int output_text(const char *path, const char *text, size_t size);

#endif
