/*
 * suite_file.h - a whole CSV file at once, from records and a table of columns. Any thread.
 */
#ifndef BENCH_SUITE_SUITE_FILE_H
#define BENCH_SUITE_SUITE_FILE_H

#include <stddef.h>

#include "bench/results/columns.h"
#include "bench/util/error.h"

/* `records`: `count` of `size` bytes each. A new folder/name. 0 or -errno. */
int suite_file_write(const char *folder, const char *name, const struct column *columns,
                     size_t column_count, const void *records, size_t count, size_t size,
                     struct error *err);

#endif
