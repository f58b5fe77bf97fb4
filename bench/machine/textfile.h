/*
 * textfile.h - small text files of /proc, /sys and cgroup folders.
 *
 * `root` is put before every absolute path, so that tests can show another
 * machine; NULL, "" and "/" mean this one. Any thread.
 */
#ifndef BENCH_MACHINE_TEXTFILE_H
#define BENCH_MACHINE_TEXTFILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The whole file in `text`, blanks and NULs at its end cut. 0, -errno, or -EFBIG where it
 * does not fit. On failure `text` is "". */
int textfile_read(const char *root, const char *path, char *text, size_t size);

/* A stream to read, or NULL with errno. */
FILE *textfile_open(const char *root, const char *path);

/* Decimal digits and nothing else. 0, -EINVAL or -ERANGE. */
int textfile_parse_u64(const char *text, uint64_t *value);

#endif
